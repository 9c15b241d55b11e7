package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// transport is any RoundTripper.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestTimeThatRunsOutWhileConnectingStopsTheWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var left []byte
		slow := transport(func(req *http.Request) (_ *http.Response, err error) {
			time.Sleep(time.Minute) // connects, and looks at no deadline
			left, err = io.ReadAll(req.Body)
			return nil, err
		})
		w := &witness{}
		c := client(t, "https://halo.test", w, func(cfg *upstream.Config) { cfg.Transport = slow })
		_, err := c.Do(t.Context(), post("https://halo.test"))
		if f := fault.Of(err); f.Reason != upstream.ReasonDeadline || len(left) > 0 || !w.outcomes[0].Ours {
			t.Errorf("%+v, want DEADLINE; %q left", f, left)
		}
	})
}

func TestATransportThatReportsNothingIsTakenToHaveSent(t *testing.T) {
	mute := transport(func(*http.Request) (*http.Response, error) { return nil, errors.New("boom") })
	c := client(t, "https://halo.test", &witness{}, func(cfg *upstream.Config) { cfg.Transport = mute })
	_, err := c.Do(t.Context(), post("https://halo.test"))
	if f := fault.Of(err); f.Reason != upstream.ReasonNoAnswer || !f.MayApply {
		t.Errorf("%+v, want: may have been applied", f)
	}
}

func TestACallerWhoGivesUpAfterSendingLeavesTheOutcomeOpen(t *testing.T) {
	ctx, giveUp := context.WithCancel(t.Context())
	s := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		giveUp()
		never(w, r)
	})
	w := &witness{}
	_, err := client(t, s.URL, w, nil).Do(ctx, post(s.URL))
	if f := fault.Of(err); f.Reason != upstream.ReasonCanceled || !f.MayApply || !w.outcomes[0].Ours {
		t.Errorf("%+v, want CANCELED, ours, and: may have been applied", f)
	}
}

func TestHTTP2LeavesTheOutcomeOpenToo(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(hangUp))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	c := client(t, s.URL, &witness{}, func(cfg *upstream.Config) { cfg.Transport = s.Client().Transport })
	_, err := c.Do(t.Context(), post(s.URL))
	if f := fault.Of(err); f.Kind != fault.Unavailable || !f.MayApply {
		t.Errorf("%+v, want: may have been applied", f)
	}
}

func TestACertificateOfAStrangerStopsTheWrite(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = quiet()
	s.StartTLS()
	t.Cleanup(s.Close)
	_, err := client(t, s.URL, &witness{}, nil).Do(t.Context(), post(s.URL))
	if f := fault.Of(err); f.Reason != upstream.ReasonConnect || f.MayApply {
		t.Errorf("%+v, want CONNECT and nothing applied", f)
	}
}
