package doctor_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	kernel "github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/doctor"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/sweep"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

const path = "an-unguessable-path"

// patient is a simulated account before its doctor; what is left zero is well.
type patient struct {
	sim    sim.Config
	key    string
	own    string        // the connected account that it is configured for
	clock  time.Duration // Stripe's before ours
	hook   url.Values    // its endpoint; nil: ours as it should be, empty: none
	off    bool          // it is switched off
	public string
	path   string // that we are configured with: "": the usual, "-": none
	reads  int
}

func (p patient) examined(t *testing.T) []kernel.Row {
	t.Helper()
	p.sim.Limit, p.sim.EndpointLimit, p.sim.Customers, p.sim.Payments = -1, -1, 5, 3
	s := sim.New(p.sim)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("it writes: %s %s", r.Method, r.URL)
		}
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, r)
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("Date", time.Now().Add(p.clock).UTC().Format(http.TimeFormat))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	if p.hook == nil {
		p.hook = url.Values{"url": {"https://hooks.example.com/webhooks/acme/" + path}, "enabled_events[0]": {"*"}, "api_version": {stripe.Version}}
	}
	if len(p.hook) > 0 {
		raw, err := s.Do("", "POST", "/v1/webhook_endpoints", p.hook)
		var made stripe.Endpoint
		if err == nil {
			err = json.Unmarshal(raw, &made)
		}
		if err == nil && p.off {
			_, err = s.Do("", "POST", "/v1/webhook_endpoints/"+made.ID, url.Values{"disabled": {"true"}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	clock := &kernel.Clock{}
	if p.key == "" {
		p.key = "sk_test_sim"
	}
	c, err := stripe.New(stripe.Config{BaseURL: server.URL, Key: p.key, Account: p.own}, upstream.Config{Connection: "acme", Journal: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	as := sweep.Accounts{"acme": {Stripe: c, Words: translate.Words{Connection: "acme"}}}
	x := doctor.Account{
		Connection: "acme", Stripe: c, Clock: clock, Path: path, PublicURL: p.public, Tolerance: 5 * time.Minute, Reads: 9000,
		Plans: sweep.Plans(as, sweep.Config{Events: 15 * time.Minute, Payments: time.Hour, Lists: 6 * time.Hour, Log: slog.New(slog.DiscardHandler)}),
	}
	if p.path == "-" {
		x.Path = ""
	}
	if p.reads > 0 {
		x.Reads = p.reads
	}
	return kernel.Examination{Each: time.Minute}.Examine(t.Context(), doctor.Checks(x))
}

func endpoint(more ...string) url.Values {
	f := url.Values{"url": {"https://hooks.example.com/webhooks/acme/" + path}, "enabled_events[0]": {"*"}, "api_version": {stripe.Version}}
	for i := 0; i < len(more); i += 2 {
		if f.Set(more[i], more[i+1]); more[i+1] == "" {
			f.Del(more[i])
		}
	}
	return f
}

// Each thing that can be wrong is found, with what a person has to do about it; what is well asks for nothing.
func TestWhatADoctorFinds(t *testing.T) {
	restricted := func(grants ...string) patient {
		return patient{key: "rk_test_x", sim: sim.Config{RestrictedKey: "rk_test_x", Grants: grants}}
	}
	type is struct{ check, about, found, do string } // beginnings; do "": nothing is to be done
	for name, row := range map[string]struct {
		patient patient
		want    is
	}{
		"a key of test mode":             {patient{}, is{"key", "mode", "a sandbox's, or of test mode", ""}},
		"whose it is":                    {patient{}, is{"key", "account", "acct_sim", ""}},
		"a key of live mode":             {patient{key: "sk_live_sim", sim: sim.Config{Live: true}}, is{"key", "mode", "live: it moves real money", ""}},
		"a key that Stripe refuses":      {patient{key: "sk_test_old"}, is{"key", "", "refused: 401 UNAUTHORIZED", "compare key with that in Stripe"}},
		"an account that is not its own": {patient{own: "acct_other"}, is{"key", "", "refused: 403 UNAUTHORIZED: account_invalid", "compare key"}},
		"a key of few permissions":       {restricted("customers:read"), is{"key", "account", "acct_sim", ""}},
		"one that may not read refunds":  {restricted("customers:read", "events:read"), is{"read refund", "", "not allowed: 403 FORBIDDEN", "let the key read it"}},
		"customers can be read":          {patient{}, is{"read customer", "", "5 on the first page", ""}},
		"clocks agree":                   {patient{}, is{"clock", "", "as ours", ""}},
		"clocks are apart":               {patient{clock: 2 * time.Minute}, is{"clock", "", "2m0s ahead of ours", "set the clock"}},
		"clocks are far apart":           {patient{clock: -time.Hour}, is{"clock", "", "1h0m0s behind ours; webhooks are refused", "set the clock"}},
		"the webhook calls us":           {patient{}, is{"webhook", "registered", "we_", ""}},
		"there is none":                  {patient{hook: url.Values{}}, is{"webhook", "", "none of 0 endpoints calls", "make one in Stripe"}},
		"there is none, and it is ours":  {patient{hook: url.Values{}, public: "https://hooks.example.com"}, is{"webhook", "", "none of 0 endpoints calls", "start the adapter"}},
		"it calls somewhere else":        {patient{hook: endpoint("url", "https://hooks.example.com/webhooks/acme/guess")}, is{"webhook", "", "none of 1 endpoints calls", "make one"}},
		"it speaks another version":      {patient{hook: endpoint("api_version", "2025-01-27.acacia")}, is{"webhook", "version", "it sends states in 2025-01-27.acacia", "make another"}},
		"it speaks no version":           {patient{hook: endpoint("api_version", "")}, is{"webhook", "version", "it sends states in the account's own version", "make another"}},
		"it is switched off":             {patient{off: true}, is{"webhook", "active", "it is disabled", "switch it on"}},
		"it lacks events":                {patient{hook: endpoint("enabled_events[0]", "customer.created")}, is{"webhook", "events", "57 are missing, as customer.updated", "let it send all events"}},
		"it is not shown to us":          {restricted("customers:read"), is{"webhook", "", "Stripe does not show endpoints to us", ""}},
		"no webhook is wanted":           {patient{path: "-"}, is{"webhook", "", "webhook.path is not set", ""}},
		"reads suffice":                  {patient{}, is{"reads", "", "9000 in 30 days are ours, of which sweeps alone take", ""}},
		"reads do not suffice":           {patient{reads: 4000}, is{"reads", "", "4000 in 30 days are ours", "let stripe.sweep ask less often"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := row.patient.examined(t)
			for _, r := range rows {
				if strings.Contains(r.Found+r.Do, path) {
					t.Errorf("the path is shown: %+v", r)
				}
				if r.Check == row.want.check && r.About == row.want.about && strings.HasPrefix(r.Found, row.want.found) {
					if (r.Do == "") != (row.want.do == "") || !strings.HasPrefix(r.Do, row.want.do) {
						t.Errorf("%q is to be done, want %q", r.Do, row.want.do)
					}
					return
				}
			}
			t.Errorf("%+v is not among %+v", row.want, rows)
		})
	}
}
