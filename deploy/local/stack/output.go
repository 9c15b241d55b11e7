package stack

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"sync"
)

const (
	lastLines   = 20       // of a log, repeated when its process ends unexpectedly
	longestLine = 16 << 10 // bytes; what is longer is cut in the copy, never in the file
)

// output is what a process says: kept in a file, watched for the line that says that it is ready.
type output struct {
	file io.WriteCloser

	mu     sync.Mutex
	line   []byte   // the one being written
	recent []string // the last lines, oldest first
	seen   bool     // ready is closed
	ready  chan struct{}
}

func newOutput(file io.WriteCloser) *output {
	return &output{file: file, ready: make(chan struct{})}
}

// Write keeps b and looks at every line that it completes.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for rest := b; len(rest) > 0; {
		part, after, complete := bytes.Cut(rest, []byte("\n"))
		o.line = append(o.line, part[:min(len(part), longestLine-len(o.line))]...)
		if complete {
			o.finish()
		}
		rest = after
	}
	return o.file.Write(b)
}

// finish takes the line being written for whole.
func (o *output) finish() {
	if len(o.recent) == lastLines {
		o.recent = o.recent[1:]
	}
	o.recent = append(o.recent, string(o.line))
	o.look()
	o.line = o.line[:0]
}

func (o *output) look() {
	var line struct {
		Msg string `json:"msg"`
	}
	if o.seen || json.Unmarshal(o.line, &line) != nil || line.Msg != "ready" {
		return
	}
	o.seen = true
	close(o.ready)
}

// tail is the last lines, each indented.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return "    " + strings.Join(append(o.recent, string(o.line)), "\n    ")
}
