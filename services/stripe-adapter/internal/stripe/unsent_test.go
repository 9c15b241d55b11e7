package stripe_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// The rows of the table above, of what fails before Stripe can say anything: what certainly never left may be repeated at once, under the same
// key, and nobody has to look for it; of what may have left, nobody knows.
func TestWhatNeverLeftWasNotApplied(t *testing.T) {
	type want struct {
		Reason string
		Open   bool // of a write
	}
	for name, row := range map[string]struct {
		base func(t *testing.T) string
		want want
	}{
		"nobody listens":                         {func(t *testing.T) string { return "http://" + listening(t, nil) }, want{upstream.ReasonConnect, false}},
		"the name is nobody's":                   {func(*testing.T) string { return "http://stripe.invalid" }, want{upstream.ReasonConnect, false}},
		"it hangs up in the handshake":           {func(t *testing.T) string { return "https://" + listening(t, hangUp) }, want{upstream.ReasonConnect, false}},
		"it answers the handshake with nonsense": {func(t *testing.T) string { return "https://" + listening(t, babble) }, want{upstream.ReasonConnect, false}},
		"its certificate is nobody's":            {func(t *testing.T) string { return strangers(t) }, want{upstream.ReasonConnect, false}},
		"it hangs up when it has the request":    {func(t *testing.T) string { return "http://" + listening(t, hangUp) }, want{upstream.ReasonNoAnswer, true}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := stripe.New(stripe.Config{BaseURL: row.base(t), Key: "sk_test_sim"}, upstream.Config{Connection: "acme", Journal: &witness{}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.CloseIdleConnections)
			_, err = c.CreateRefund(t.Context(), "k", &sdk.RefundCreateParams{PaymentIntent: sdk.String("pi_1")})
			f := fault.Of(err)
			if f == nil || f.Kind != fault.Unavailable || f.Spent || f.Settles {
				t.Fatalf("%+v", f)
			}
			if got := (want{f.Reason, f.MayApply}); got != row.want {
				t.Errorf("%+v, want %+v: %v", got, row.want, err)
			}
			if _, err = c.Refund(t.Context(), "re_1"); fault.KindOf(err) != fault.Unavailable || fault.Of(err).MayApply {
				t.Errorf("read: %v", err)
			}
		})
	}
}

// listening is an address at which each connection is dealt with so; nil: nobody listens there any more.
func listening(t *testing.T, deal func(net.Conn)) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if deal == nil {
		_ = l.Close()
		return l.Addr().String()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			deal(c)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return l.Addr().String()
}

// hangUp reads what comes first, and says nothing.
func hangUp(c net.Conn) {
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = c.Read(make([]byte, 4096))
}

// babble answers with what is no handshake.
func babble(c net.Conn) {
	hangUp(c)
	_, _ = io.WriteString(c, "220 welcome\r\n")
}

// strangers is somebody whose certificate nobody has signed whom we know.
func strangers(t *testing.T) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}
