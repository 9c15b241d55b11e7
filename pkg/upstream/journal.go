package upstream

import (
	"net/http"
	"time"
)

// Recorder keeps what was asked and answered. Record is called once per request, also for one that the gate or the host
// link refused (Status 0); it must not block.
type Recorder interface {
	Record(x *Exchange)
}

type nowhere struct{}

func (nowhere) Record(*Exchange) {}

// journal is the link that tells the recorder.
type journal struct {
	next    http.RoundTripper
	journal Recorder
	now     func() time.Time
}

func (l journal) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req)
	x.Started = l.now()
	resp, err := l.next.RoundTrip(req)
	x.Duration = l.now().Sub(x.Started)
	l.journal.Record(&x.Exchange)
	return resp, err
}
