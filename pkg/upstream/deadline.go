package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// deadline is the last link. It looks at the clock immediately before the request is written, and notes how far it came.
type deadline struct{ next http.RoundTripper }

func (l deadline) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, x := req.Context(), exchangeOf(req)
	if err := expired(ctx); err != nil {
		x.hooked.Store(true)
		return nil, tooLate(x.Op, err)
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { x.hooked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { x.handed.Store(true) },
	})
	req = req.WithContext(ctx)
	if !x.reads() {
		req.Header = unrepeatable(req.Header)
	}
	if len(x.RequestBody) > 0 {
		req.Body = x.body(ctx)
		req.ContentLength = int64(len(x.RequestBody))
		req.GetBody = func() (io.ReadCloser, error) { return x.body(ctx), nil }
	}
	return l.next.RoundTrip(req)
}

func tooLate(op string, err error) *fault.Error {
	f := &fault.Error{Op: op, Kind: fault.Unavailable, Reason: ReasonDeadline, Err: err}
	if errors.Is(err, context.Canceled) {
		f.Reason = ReasonCanceled
	}
	return f
}

// expired asks the clock too: a context learns of its deadline from a timer, which runs late on a machine that slept.
func expired(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if at, ok := ctx.Deadline(); ok && time.Until(at) <= 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// body is the request's body. It looks at the deadline once more when the transport asks for the first byte, as connecting
// took time, and then withholds the write. The header may have left, so the outcome stays open to those in doubt.
type body struct {
	r   *bytes.Reader
	ctx context.Context // io.Reader has no place for it
	x   *exchange
}

func (x *exchange) body(ctx context.Context) io.ReadCloser {
	return &body{r: bytes.NewReader(x.RequestBody), ctx: ctx, x: x}
}

func (b *body) Read(p []byte) (int, error) {
	if b.r.Len() == len(b.x.RequestBody) {
		if err := expired(b.ctx); err != nil {
			b.x.late.Store(true)
			return 0, err
		}
	}
	return b.r.Read(p)
}

func (b *body) Close() error { return nil }
