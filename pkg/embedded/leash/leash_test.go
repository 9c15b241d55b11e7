package leash_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/embedded/leash"
)

// parentVar makes the test binary play the parent that is killed.
const parentVar = "LEASH_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parentVar) == "" {
		m.Run()
		return
	}
	p, err := leash.Start(exec.CommandContext(context.Background(), "sleep", "600"), syscall.SIGKILL)
	if err != nil {
		panic(err)
	}
	fmt.Println(p.Pid())
	churnThreads()
	fmt.Println("churned")
	select {}
}

// churnThreads ends threads, each of which would take an unheld child with it.
func churnThreads() {
	for range 50 {
		done := make(chan struct{})
		go func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
			close(done)
		}()
		<-done
	}
}

func TestAChildLivesAsLongAsItsParent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a child that its parent has died")
	}
	parent := exec.CommandContext(t.Context(), os.Args[0])
	parent.Env = append(os.Environ(), parentVar+"=yes")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Scan()
	child, err := strconv.Atoi(lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	if lines.Scan(); !running(child) {
		t.Errorf("the child is gone while its parent lives")
	}
	_ = parent.Process.Kill() // a parent that is gone already fails the wait below
	_ = parent.Wait()
	for deadline := time.Now().Add(10 * time.Second); running(child); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("child %d outlived its parent", child)
		}
	}
}

// running says whether process pid exists; one that only waits to be buried does not.
func running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func TestStop(t *testing.T) {
	const leaves = "echo"
	for name, c := range map[string]struct {
		script string
		killed bool
	}{
		"one that listens ends by itself": {"trap 'exit 0' TERM; echo; while :; do sleep 0.01; done", false},
		"one that is deaf is killed":      {"trap '' TERM; echo; while :; do sleep 0.01; done", true},
		"one that has ended is no error":  {leaves, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, c.script)
			if c.script == leaves {
				<-p.Done()
			}
			patience := time.Minute
			if c.killed {
				patience = 50 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := p.Stop(ctx, syscall.SIGTERM); errors.Is(err, context.DeadlineExceeded) != c.killed {
				t.Errorf("stopped with %v, want killed: %v", err, c.killed)
			}
			if (p.Err() != nil) != c.killed {
				t.Errorf("ended with %v, want an error: %v", p.Err(), c.killed)
			}
		})
	}
}

// start runs a script and returns when it has said a line.
func start(t *testing.T, script string) *leash.Process {
	t.Helper()
	said, say, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "sh", "-c", script) //nolint:gosec // ours
	cmd.Stdout = say
	p, err := leash.Start(cmd, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(said).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = said.Close(), say.Close() })
	return p
}

func TestAProgramThatIsNotThereIsAnError(t *testing.T) {
	if _, err := leash.Start(exec.CommandContext(t.Context(), "/nowhere"), syscall.SIGKILL); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want not found", err)
	}
}
