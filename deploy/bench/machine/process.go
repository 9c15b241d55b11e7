package machine

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Find is the id of the process that was started with these words among its arguments.
func Find(arguments ...string) (int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		line, err := os.ReadFile(file) //nolint:gosec // of /proc
		if err == nil && holds(bytes.Split(line, []byte{0}), arguments) {
			return strconv.Atoi(filepath.Base(filepath.Dir(file)))
		}
	}
	return 0, fmt.Errorf("there is no process %v", arguments)
}

func holds(line [][]byte, arguments []string) bool {
	for _, want := range arguments {
		found := false
		for _, word := range line {
			found = found || string(word) == want
		}
		if !found {
			return false
		}
	}
	return true
}

// RSS is what a process keeps in memory, in MB.
func RSS(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(size), "kB")), 64)
			return kib * 1024 / 1e6, err
		}
	}
	return 0, fmt.Errorf("process %d has no memory", pid)
}
