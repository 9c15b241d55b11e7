package doctor

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Clock remembers how far the vendor's clock is from ours, as its answers say it. It takes a journal's place, and is safe for
// concurrent use.
type Clock struct {
	mu    sync.Mutex
	ahead time.Duration // by the quickest answer
	took  time.Duration // that answer
	told  bool
}

var _ upstream.Recorder = (*Clock)(nil)

// Record looks at one exchange. The quickest answer is taken for the truest: Date was written some time while it was awaited, less up
// to a second.
func (c *Clock) Record(x *upstream.Exchange) {
	at, err := http.ParseTime(x.Header.Get("Date"))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.told && x.Duration >= c.took {
		return
	}
	c.ahead, c.took, c.told = at.Add(time.Second/2).Sub(x.Started.Add(x.Duration/2)), x.Duration, true
}

// Ahead is how far the vendor's clock is before ours, to about a second; false: it did not say.
func (c *Clock) Ahead() (ahead time.Duration, told bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead, c.told
}

// Skew says it in whole seconds, as Date does.
func Skew(ahead time.Duration) string {
	switch off := ahead.Round(time.Second); {
	case off.Abs() <= 2*time.Second:
		return "as ours, to about 2s"
	case off > 0:
		return fmt.Sprintf("%v ahead of ours", off)
	default:
		return fmt.Sprintf("%v behind ours", -off)
	}
}
