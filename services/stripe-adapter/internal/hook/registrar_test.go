package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/hook"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// book keeps endpoints in memory.
type book struct {
	due    bool
	next   time.Duration
	all    []hook.Registered
	refuse bool
}

func (b *book) Claim(context.Context, string, time.Duration) (bool, error) { return b.due, nil }

func (b *book) Done(_ context.Context, _ string, next time.Duration) error {
	b.next = next
	return nil
}

func (b *book) List(context.Context, string) ([]hook.Registered, error) {
	return slices.Clone(b.all), nil
}

func (b *book) Use(_ context.Context, _, id, secret string, overlap time.Duration) error {
	if b.refuse {
		return errors.New("no database")
	}
	for i := range b.all {
		if b.all[i].RetireAt.IsZero() {
			b.all[i].RetireAt = time.Now().Add(overlap)
		}
	}
	b.all = slices.Insert(b.all, 0, hook.Registered{ID: id, Secret: secret, MadeAt: time.Now()})
	return nil
}

func (b *book) Forget(_ context.Context, _, id string) error {
	b.all = slices.DeleteFunc(b.all, func(k hook.Registered) bool { return k.ID == id })
	return nil
}

const ours = "https://hooks.example.com/webhooks/acme/an-unguessable-path"

// shop is an account with somebody else's endpoint, and who looks after ours.
type shop struct {
	*sim.Stripe

	t     *testing.T
	calls []string
	book  *book
	keeps *hook.Registrar
}

func open(t *testing.T, cfg sim.Config, own stripe.Config) *shop {
	t.Helper()
	cfg.Limit, cfg.EndpointLimit = -1, -1
	s := &shop{Stripe: sim.New(cfg), t: t, book: &book{due: true}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls = append(s.calls, r.Method)
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	own.BaseURL, own.Key = server.URL, "sk_test_sim"
	c, err := stripe.New(own, upstream.Config{Connection: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	s.keeps = &hook.Registrar{
		Connection: "acme", URL: ours, Places: c, Registry: s.book, Every: time.Hour, Rotate: 24 * time.Hour, Overlap: time.Hour, Log: slog.New(slog.DiscardHandler),
	}
	s.hand("POST", "/v1/webhook_endpoints", url.Values{"url": {"https://elsewhere.example.com/"}, "enabled_events[0]": {"*"}})
	return s
}

func (s *shop) hand(method, path string, form url.Values) {
	s.t.Helper()
	if _, err := s.Do("", method, path, form); err != nil {
		s.t.Fatal(err)
	}
}

// there are the endpoints, but for somebody else's, which stays.
func (s *shop) there() (mine []stripe.Endpoint) {
	s.t.Helper()
	raw, err := s.Do("", "GET", "/v1/webhook_endpoints", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	var page struct{ Data []stripe.Endpoint }
	if err := json.Unmarshal(raw, &page); err != nil {
		s.t.Fatal(err)
	}
	others := 0
	for _, e := range page.Data {
		if e.URL == "https://elsewhere.example.com/" {
			others++
			continue
		}
		mine = append(mine, e)
	}
	if others != 1 {
		s.t.Errorf("%d endpoints of somebody else's", others)
	}
	return mine
}

func (s *shop) look() {
	s.t.Helper()
	if err := s.keeps.Look(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// believed is whether a call signed with secret is.
func (s *shop) believed(secret string) bool {
	s.t.Helper()
	const body = `{"id":"evt_1"}`
	h := hook.Hook{Endpoints: map[string]hook.Endpoint{"acme": {Registrar: s.keeps}}}
	header := http.Header{"Stripe-Signature": {signed(body, secret, time.Now())}}
	return h.Prove(s.t.Context(), "acme", header, []byte(body)) == delivery.Verified
}

func TestAnEndpointIsMadeAndKept(t *testing.T) {
	for name, row := range map[string]struct {
		before  func(s *shop, e stripe.Endpoint)
		another bool // another is made in its place
		overlap bool // and both are good for a while
	}{
		"nothing happens to it": {before: func(*shop, stripe.Endpoint) {}},
		"it is disabled": {before: func(s *shop, e stripe.Endpoint) {
			s.hand("POST", "/v1/webhook_endpoints/"+e.ID, url.Values{"disabled": {"true"}})
		}},
		"it is pointed elsewhere": {before: func(s *shop, e stripe.Endpoint) {
			s.hand("POST", "/v1/webhook_endpoints/"+e.ID, url.Values{"url": {"https://x.example.com/"}})
		}},
		"events are taken from it": {before: func(s *shop, e stripe.Endpoint) {
			s.hand("POST", "/v1/webhook_endpoints/"+e.ID, url.Values{"enabled_events[0]": {"charge.failed"}})
		}},
		"it is deleted":             {another: true, before: func(s *shop, e stripe.Endpoint) { s.hand("DELETE", "/v1/webhook_endpoints/"+e.ID, nil) }},
		"its secret is old":         {another: true, overlap: true, before: func(s *shop, _ stripe.Endpoint) { s.book.all[0].MadeAt = time.Now().Add(-25 * time.Hour) }},
		"its secret cannot be read": {another: true, before: func(s *shop, _ stripe.Endpoint) { s.book.all[0].Secret = "" }},
		"it is of another version": {another: true, overlap: true, before: func(s *shop, e stripe.Endpoint) {
			s.hand("DELETE", "/v1/webhook_endpoints/"+e.ID, nil)
			s.hand("POST", "/v1/webhook_endpoints", url.Values{"url": {ours}, "enabled_events[0]": {"*"}, "api_version": {"2025-01-27.acacia"}})
			s.book.all[0].ID = s.there()[0].ID
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, sim.Config{}, stripe.Config{})
			s.look()
			first := s.there()
			if len(first) != 1 || !first[0].Enabled() || first[0].URL != ours || first[0].APIVersion != stripe.Version || len(first[0].Missing()) > 0 {
				t.Fatalf("%+v", first)
			}
			old := s.book.all[0].Secret
			if !s.believed(old) || s.believed("whsec_other") || s.book.next != time.Hour {
				t.Errorf("its secret is not the one that is believed, or it is due in %v", s.book.next)
			}
			row.before(s, first[0])
			known := s.book.all[0].ID
			s.calls = nil
			s.look()
			now := s.there()
			if name == "nothing happens to it" && !slices.Equal(s.calls, []string{"GET"}) {
				t.Errorf("it costs %v", s.calls)
			}
			i := slices.IndexFunc(now, func(e stripe.Endpoint) bool { return e.ID == s.book.all[0].ID })
			if i < 0 || !now[i].Enabled() || now[i].URL != ours || now[i].APIVersion != stripe.Version || len(now[i].Missing()) > 0 || s.book.all[0].ID == known == row.another {
				t.Fatalf("%+v, known %+v", now, s.book.all)
			}
			if !s.believed(s.book.all[0].Secret) || row.another && s.believed(old) != row.overlap {
				t.Errorf("believed: the new one %v, the old one %v", s.believed(s.book.all[0].Secret), s.believed(old))
			}
			for k := range s.book.all {
				if !s.book.all[k].RetireAt.IsZero() {
					s.book.all[k].RetireAt = time.Now().Add(-time.Second)
				}
			}
			s.look()
			if now = s.there(); len(now) != 1 || len(s.book.all) != 1 || now[0].ID != s.book.all[0].ID {
				t.Errorf("after the overlap: %+v, known %+v", now, s.book.all)
			}
		})
	}
}

// Whoever made one and ended before its secret was kept has made one that is of no use.
func TestAnEndpointThatNobodyKnowsIsDeleted(t *testing.T) {
	s := open(t, sim.Config{}, stripe.Config{})
	s.hand("POST", "/v1/webhook_endpoints", url.Values{"url": {ours}, "enabled_events[0]": {"*"}, "metadata[breakwater_connection]": {"acme"}})
	s.hand("POST", "/v1/webhook_endpoints", url.Values{"url": {"https://staging.example.com/"}, "enabled_events[0]": {"*"}, "metadata[breakwater_connection]": {"acme"}})
	s.look()
	if now := s.there(); len(now) != 2 || !slices.ContainsFunc(now, func(e stripe.Endpoint) bool { return e.URL == "https://staging.example.com/" }) {
		t.Errorf("%+v, want ours and that of another installation", now)
	}
	s.book.refuse, s.book.all = true, nil
	if err := s.keeps.Look(t.Context()); err == nil || s.book.next > time.Minute {
		t.Errorf("%v; it is due in %v", err, s.book.next)
	}
	if now := s.there(); len(now) != 1 || now[0].URL != "https://staging.example.com/" {
		t.Errorf("one is left whose secret nobody knows: %+v", now)
	}
}

func TestAnotherReplicaLooksAfterIt(t *testing.T) {
	s := open(t, sim.Config{}, stripe.Config{})
	s.book.due = false
	s.look()
	if len(s.calls) > 0 || s.believed("whsec_1") {
		t.Errorf("it asked %v", s.calls)
	}
	s.keeps = &hook.Registrar{Connection: "acme", Registry: s.book, Log: s.keeps.Log}
	s.book.all = []hook.Registered{{ID: "we_1", Secret: "whsec_1"}} // by another replica, this moment
	if !s.believed("whsec_1") {
		t.Error("what another replica has made is not believed")
	}
}

// The endpoint of a connected account is its platform's.
func TestTheEndpointOfAConnectedAccountIsItsPlatforms(t *testing.T) {
	s := open(t, sim.Config{Connected: []string{"acct_1"}}, stripe.Config{Account: "acct_1"})
	s.look()
	if now := s.there(); len(now) != 1 {
		t.Errorf("%+v", now)
	}
}
