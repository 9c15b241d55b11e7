package embedded

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// natsLog writes the server's log and, unlike the server's own, leaves the program alive when something is fatal.
type natsLog struct {
	mu    sync.Mutex
	to    io.Writer // may be nil
	fatal string    // the last fatal line
}

func (l *natsLog) write(level, format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	line := fmt.Sprintf(format, args...)
	if level == "FATAL" {
		l.fatal = line
	}
	if l.to != nil {
		_, _ = fmt.Fprintf(l.to, "%s %s %s\n", time.Now().UTC().Format(time.RFC3339Nano), level, line) // a log is no reason to stop
	}
}

func (l *natsLog) why() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

// The server's six levels; the two that trace are not asked for.

func (l *natsLog) Fatalf(format string, args ...any)  { l.write("FATAL", format, args...) }
func (l *natsLog) Errorf(format string, args ...any)  { l.write("ERROR", format, args...) }
func (l *natsLog) Warnf(format string, args ...any)   { l.write("WARN", format, args...) }
func (l *natsLog) Noticef(format string, args ...any) { l.write("INFO", format, args...) }
func (l *natsLog) Debugf(string, ...any)              {}
func (l *natsLog) Tracef(string, ...any)              {}
