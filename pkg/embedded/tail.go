package embedded

import (
	"io"
	"sync"
)

// longestTail is how many bytes of a server's log an error repeats.
const longestTail = 2048

// tail passes a log on and remembers its end, for the error that says why a server did not start.
type tail struct {
	next io.Writer // may be nil
	mu   sync.Mutex
	end  []byte
}

// Write never fails for want of a place to write to.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, b...)
	if extra := len(t.end) - longestTail; extra > 0 {
		t.end = append(t.end[:0], t.end[extra:]...)
	}
	if t.next == nil {
		return len(b), nil
	}
	return t.next.Write(b)
}

// String is the end of the log.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.end)
}
