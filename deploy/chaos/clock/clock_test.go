package clock_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/chaos/clock"
)

const program = `package main

import "time"

func main() {
	began := time.Now()
	println(began.Unix(), time.Since(began) < time.Minute, time.Until(began.Add(time.Hour)) > 59*time.Minute)
}
`

func TestAProcessHasTheClockItIsGiven(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the standard library's time once more")
	}
	dir := t.TempDir()
	overlay, err := clock.Overlay(t.Context(), filepath.Join(dir, "overlay"))
	if err != nil {
		t.Fatal(err)
	}
	main, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "told")
	if err := os.WriteFile(main, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", binary, main).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, ahead := range []time.Duration{0, time.Hour, -90 * time.Second} {
		cmd := exec.CommandContext(t.Context(), binary)
		cmd.Env = append(os.Environ(), clock.Env(ahead))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		said := strings.Fields(string(out))
		at, err := strconv.ParseInt(said[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if off := time.Unix(at, 0).Sub(time.Now().Add(ahead)).Abs(); off > 20*time.Second {
			t.Errorf("a clock that is %v ahead is %v off that", ahead, off)
		}
		if said[1] != "true" || said[2] != "true" {
			t.Errorf("a clock that is %v ahead bends spans of time: %s", ahead, out)
		}
	}
}
