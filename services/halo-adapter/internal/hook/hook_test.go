package hook_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/hook"
)

func TestWhatACallPointsAt(t *testing.T) {
	ticket := mirror.Ref{Kind: "ticket", VendorID: "10421"}
	note := mirror.Ref{Kind: "note", VendorID: "10421"}
	for name, row := range map[string]struct {
		body string
		want []mirror.Ref
	}{
		"a full event":                 {`{"webhook_id":"w","escmsg_id":"m","event":"x","object_id":10421,"ticket":{"id":10421}}`, []mirror.Ref{ticket}},
		"event information only":       {`{"id":"d","object_id":10421}`, []mirror.Ref{ticket}},
		"an action":                    {`{"id":"d","object_id":7,"action":{"id":7,"ticket_id":10421}}`, []mirror.Ref{ticket, note}},
		"a batch":                      {`[{"id":"d","ticket":{"id":10421}},{"id":"e","ticket":{"id":"10421"}}]`, []mirror.Ref{ticket, ticket}},
		"a phrase in another language": {`{"id":"d","event":"statut du ticket modifié","ticket":{"id":10421}}`, []mirror.Ref{ticket}},
		"an invoice":                   {`{"id":"d","object_id":5,"invoice":{"id":5}}`, []mirror.Ref{{Kind: "invoice", VendorID: "5"}}},
		"a quotation is a quote":       {`{"id":"d","quotation":{"id":5}}`, []mirror.Ref{{Kind: "quote", VendorID: "5"}}},
		"a client of a ticket's":       {`{"id":"d","client":{"id":5},"ticket":{"id":10421}}`, []mirror.Ref{{Kind: "client", VendorID: "5"}, ticket}},
		"nothing that we know":         {`{"id":"d","object_id":5,"asset":{"id":5}}`, []mirror.Ref{{}}},
		"an id with a fraction":        {`{"id":"d","ticket":{"id":10421.0}}`, []mirror.Ref{ticket}},
		"an id that is none":           {`{"id":"d","ticket":{"id":-1}}`, []mirror.Ref{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			notices, err := hook.Hook{}.Read("acme", []byte(row.body))
			if err != nil {
				t.Fatal(err)
			}
			var got []mirror.Ref
			for _, n := range notices {
				got = append(got, n.Ref)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestMalformedBodiesAreErrors(t *testing.T) {
	for _, body := range []string{"", "  ", "{", "null]", `"text"`, "[1]", "\x00"} {
		if n, err := (hook.Hook{}).Read("acme", []byte(body)); err == nil {
			t.Errorf("%q was read as %v", body, n)
		}
	}
}

// Promise 10: a webhook without valid proof changes nothing.
func TestProof(t *testing.T) {
	h := hook.Hook{Logins: map[string]hook.Login{"acme": {"halo", "s3cret"}, "open": {"halo", ""}}}
	for name, row := range map[string]struct {
		connection, user, password string
		want                       delivery.Proof
	}{
		"the right login":                 {"acme", "halo", "s3cret", delivery.Verified},
		"a wrong password":                {"acme", "halo", "s3cre", delivery.Rejected},
		"a wrong user":                    {"acme", "olah", "s3cret", delivery.Rejected},
		"none":                            {"acme", "", "", delivery.Rejected},
		"a connection without a password": {"open", "halo", "", delivery.Rejected},
		"another connection":              {"other", "halo", "s3cret", delivery.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{Header: http.Header{}}
			r.SetBasicAuth(row.user, row.password)
			if got := h.Prove(context.Background(), row.connection, r.Header, nil); got != row.want {
				t.Errorf("proof %v, want %v", got, row.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"webhook_id":"w","escmsg_id":"m","object_id":10421,"ticket":{"id":10421}}`))
	f.Add([]byte(`[{"action":{"ticket_id":"5"}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		notices, err := hook.Hook{}.Read("acme", body)
		if err == nil && len(notices) == 0 && len(body) > 2 && body[0] == '{' {
			t.Error("an event was neither told nor ignored")
		}
	})
}
