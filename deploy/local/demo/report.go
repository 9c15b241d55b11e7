package demo

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

// Widths of the columns: what was done or checked, what was seen, how long it took.
const (
	whatWidth = 44
	seenWidth = 42
	tookWidth = 9
)

// report tells people. It is used by one goroutine.
type report struct {
	out      io.Writer
	terminal bool // lines may be rewritten and coloured
	broken   int  // checks of the present scene that did not hold
}

func newReport(out io.Writer) *report {
	f, ok := out.(*os.File)
	return &report{out: out, terminal: ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"} //nolint:gosec // a file descriptor is small
}

// line tells one line; a closed terminal stops nothing.
func (r *report) line(format string, args ...any) { _, _ = fmt.Fprintf(r.out, format+"\n", args...) }

func (r *report) welcome(cfg stack.Config) {
	r.line("Breakwater's demo: %d replicas of halo-adapter before a simulated HaloPSA and of stripe-adapter\nbefore a simulated Stripe, which misbehave when told to.\n", cfg.Replicas)
	r.line("Scaled down by configuration, so that it takes a minute and not an hour; all else is as usual:\n")
	for _, s := range stack.Scales() {
		r.line("  %-48s %-18s → %-23s %3.0f×", s.What, s.Usual, s.Here, s.Factor)
	}
	r.line("")
}

// open begins a scene.
func (r *report) open(number int, name string) {
	r.broken = 0
	r.line("\n%s", r.paint(bold, fmt.Sprintf("%d  %s", number, name)))
}

// did tells what was done.
func (r *report) did(format string, args ...any) { r.line("     "+format, args...) }

// saw tells a figure that nothing depends on.
func (r *report) saw(what, seen string, took time.Duration) { r.row(" ", what, seen, took) }

// check tells what was checked; it returns held.
func (r *report) check(held bool, what, seen string, took time.Duration) bool {
	mark := r.paint(green, "✓")
	if !held {
		mark = r.paint(red, "✗")
		r.broken++
	}
	r.row(mark, what, seen, took)
	return held
}

// row is one line of a scene; no time is told when took is zero.
func (r *report) row(mark, what, seen string, took time.Duration) {
	var text string
	if took > 0 {
		text = span(took)
	}
	row := fmt.Sprintf("   %s %-*s %-*s %*s", mark, whatWidth, what, seenWidth, seen, tookWidth, text)
	r.line("%s", strings.TrimRight(row, " "))
}

// close ends a scene and tells whether it held.
func (r *report) close(err error, took time.Duration) bool {
	if err != nil {
		r.check(false, "could be played to its end", oneLine(err), 0)
	}
	if r.broken > 0 {
		r.row(" ", r.paint(red, "did not hold"), "", took)
		return false
	}
	r.row(" ", "held", "", took)
	return true
}

// Colours of a terminal.
const (
	bold  = "\x1b[1m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	plain = "\x1b[0m"
)

func (r *report) paint(colour, text string) string {
	if !r.terminal || os.Getenv("NO_COLOR") != "" {
		return text
	}
	return colour + text + plain
}
