// Package clock answers how a process is given another wall clock than this machine's.
//
// Go asks the kernel for the time in a way that nothing outside a process can bend. So a program is built with one line more
// in the standard library's time.Now, which adds what the environment says: every wall clock in the process is skewed, its
// libraries' too, and none of its code knows. Monotonic time, by which waits and deadlines are measured, stays as it is, as
// it does on a machine whose clock is set.
package clock

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// variable is where a process reads how many seconds its clock is ahead.
const variable = "CHAOS_CLOCK_AHEAD_SECONDS"

// Env is the environment of a process whose clock is so far ahead.
func Env(ahead time.Duration) string {
	return variable + "=" + strconv.FormatInt(int64(ahead/time.Second), 10)
}

const (
	reading = "\tsec, nsec, mono := runtimeNow()\n" // in time.Now, and nowhere else
	skewed  = reading + "\tsec += chaosAhead\n"
)

// source is the file that is added to package time. It runs before anybody's main, and package time has no strconv.
const source = `package time

import "syscall"

var chaosAhead = func() (n int64) {
	text, _ := syscall.Getenv("` + variable + `")
	sign := int64(1)
	for i, c := range []byte(text) {
		switch {
		case i == 0 && c == '-':
			sign = -1
		case c < '0' || c > '9':
			panic("` + variable + ` is no number of seconds: " + text)
		default:
			n = 10*n + int64(c-'0')
		}
	}
	return sign * n
}()
`

// Overlay writes what go build -overlay needs into dir, and returns the file to name there.
func Overlay(ctx context.Context, dir string) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	original := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(original) //nolint:gosec // of this machine's Go
	if err != nil {
		return "", fmt.Errorf("package time: %w", err)
	}
	if n := strings.Count(string(text), reading); n != 1 {
		return "", fmt.Errorf("%s reads the clock in %d places that are known here, not in one: teach this package about it", original, n)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return "", fmt.Errorf("overlay: %w", err)
	}
	now, added, list := filepath.Join(dir, "time.go"), filepath.Join(dir, "ahead.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{
		original: now, filepath.Join(filepath.Dir(original), "chaos_ahead.go"): added,
	}})
	err = errors.Join(err, os.MkdirAll(dir, 0o750),
		os.WriteFile(now, []byte(strings.Replace(string(text), reading, skewed, 1)), 0o600), //nolint:gosec // where we are told to
		os.WriteFile(added, []byte(source), 0o600), os.WriteFile(list, replace, 0o600))
	if err != nil {
		return "", fmt.Errorf("overlay: %w", err)
	}
	return list, nil
}
