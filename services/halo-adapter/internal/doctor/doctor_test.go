package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	kernel "github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/doctor"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/sweep"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

const path = "a-path-nobody-guesses"

// patient is a simulated tenant before its doctor; what is left zero is well.
type patient struct {
	reports  bool
	tenant   sim.Config
	switches func(*sim.Switches)
	plan     string        // of faults
	clock    time.Duration // Halo's before ours
	shape    http.HandlerFunc
	shaped   string // what answers so
	sign     halo.Config
	hook     string // "": ours, "-": none, otherwise its address
	clamp    string // the largest page of tickets
	limited  bool   // our calls are counted
	path     string // that we are configured with: "": the usual, "-": none
}

func (p patient) examined(t *testing.T) []kernel.Row {
	t.Helper()
	if p.tenant.Tickets == 0 {
		p.tenant.Tickets = 120
	}
	at := time.Now().Add(-24 * time.Hour)
	p.tenant.Clock = func() time.Time { at = at.Add(time.Second); return at }
	p.tenant.TokenLife, p.tenant.Limit = time.Hour, -1
	h := sim.New(p.tenant)
	p.tenant.Clock = nil
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/api/Report" { // which only reads
			t.Errorf("it writes: %s %s", r.Method, r.URL)
		}
		w.Header().Set("Date", time.Now().Add(p.clock).UTC().Format(http.TimeFormat))
		if p.shape != nil && strings.HasPrefix(r.URL.Path, "/api/"+p.shaped) {
			p.shape(w, r)
			return
		}
		if q := r.URL.Query(); p.clamp != "" && q.Get("page_size") == "100" && r.URL.Path == "/api/Tickets" {
			q.Set("page_size", p.clamp)
			r.URL.RawQuery = q.Encode()
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.prepare(t, h, server.URL)
	seen := &doctor.Witness{}
	p.sign.BaseURL = server.URL
	p.sign.ClientID = "halo-sim-client"
	if p.sign.ClientSecret == "" {
		p.sign.ClientSecret = "halo-sim-secret"
	}
	up := upstream.Config{Connection: "acme", Journal: seen, Timeout: 5 * time.Second, MaxBody: 32 << 20}
	if p.limited {
		up.Gate = kernel.NewLimit(budget.Terms{})
	}
	client, err := halo.New(p.sign, up)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	tenant := doctor.Tenant{Connection: "acme", Halo: client, Seen: seen, Path: path, User: "halo", Scope: p.sign.Scope, Reports: p.reports}
	if p.path == "-" {
		tenant.Path = ""
	}
	tenant.Plans = sweep.Plans(sweep.Tenants{"acme": {Halo: client, Words: translate.Words{}}}, sweep.Config{})
	return kernel.Examination{Each: time.Minute}.Examine(t.Context(), doctor.Checks(tenant))
}

func (p patient) prepare(t *testing.T, h *sim.Halo, at string) {
	t.Helper()
	switch p.hook {
	case "":
		h.SetWebhook("https://adapter.example/webhooks/acme/"+path, "halo", "secret")
	case "-":
		h.SetWebhook("", "", "")
	default:
		h.SetWebhook(p.hook, "somebody", "secret")
	}
	if p.switches != nil {
		s := h.Switches()
		p.switches(&s)
		if err := h.SetSwitches(s); err != nil {
			t.Fatal(err)
		}
	}
	if p.plan == "" {
		return
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, at+"/control/plan", strings.NewReader(p.plan))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("plan %s: %d", p.plan, resp.StatusCode)
	}
}

// is says what a check finds, and what a person is told to do; an empty todo is nothing.
type is struct{ check, about, found, todo string }

func TestWhatIsFound(t *testing.T) {
	billed := sim.Config{Invoices: 3}
	for name, row := range map[string]struct {
		patient patient
		want    is
	}{
		"the address answers":   {patient{}, is{"address", "", "Halo answers", ""}},
		"the address is silent": {patient{plan: `{"outage": true}`}, is{"address", "", "NO_ANSWER", "see that base_url"}},
		"the clock is right":    {patient{}, is{"clock", "", "as ours", ""}},
		"half a minute is said": {patient{clock: 30 * time.Second}, is{"clock", "", "30s ahead", ""}},
		"two minutes are put right": {
			patient{clock: 2 * time.Minute}, is{"clock", "", "2m0s ahead of ours; nothing breaks yet", "NTP"},
		},
		"a clock that is late": {
			patient{clock: -10 * time.Minute}, is{"clock", "", "10m0s behind ours; a sweep may pass over", "NTP"},
		},
		"a clock that is early": {
			patient{clock: 2 * time.Hour}, is{"clock", "", "2h0m0s ahead of ours; sweeps take its stamps for mistakes", "NTP"},
		},
		"the credentials are good": {patient{}, is{"credentials", "", "good for 1h", ""}},
		"the secret is another": {
			patient{sign: halo.Config{ClientSecret: "old"}}, is{"credentials", "", "401 CREDENTIALS_REFUSED: invalid_client", "compare client_id"},
		},
		"the tenant's name is missing": {
			patient{tenant: sim.Config{Tenant: "acme"}, sign: halo.Config{Tenant: "other"}},
			is{"credentials", "", "unknown tenant", "tenant"},
		},
		"a kind may be read": {patient{}, is{"read client", "", "readable, 12 rows", ""}},
		"a scope is missing": {
			patient{sign: halo.Config{Scope: "read:tickets"}}, is{"read client", "", "You do not have permission", "and scope here, read:customers"},
		},
		"a scope is missing that nobody knows": {
			patient{sign: halo.Config{Scope: "read:customers"}}, is{"read agent", "", "403 FORBIDDEN", "which scope it takes is not known"},
		},
		"writes are asked for": {patient{}, is{"write", "", "asked for all", ""}},
		"a scope to write is missing": {
			patient{sign: halo.Config{Scope: "read:tickets edit:tickets edit:quotes"}}, is{"write", "", "scope lacks edit:customers, edit:invoices", "add to scope"},
		},
		"reports are not used":             {patient{}, is{"reports", "", "not used", ""}},
		"reports are run":                  {patient{reports: true}, is{"reports", "", "they are run", ""}},
		"reports are not for us":           {patient{reports: true, switches: func(s *sim.Switches) { s.ReportRights = false }}, is{"reports", "", "not run", "edit:reporting"}},
		"the mark of a ticket is shown":    {patient{}, is{"marks", "ticket", "lists show third_party_id_string", ""}},
		"the mark of an invoice is shown":  {patient{tenant: billed}, is{"marks", "invoice", "lists show thirdpartyinvoicenumber", ""}},
		"the mark of a ticket is left out": {patient{plan: `{"drift": {"drop": ["third_party_id_string"]}}`}, is{"marks", "ticket", "lists do not show", ""}},
		"the log of calls is readable":     {patient{}, is{"webhook", "log", "readable", ""}},
		"a kind has no rows":               {patient{}, is{"read quote", "", "no rows came", ""}},
		"rows are of another shape": {
			patient{shaped: "Team", shape: answer(`[{"id": 1, "name": "a"}, {"id": "x"}]`)}, is{"read team", "", "1 of 2 rows", "dead letter"},
		},
		"a list is of another shape": {
			patient{shaped: "Team", shape: answer(`{"teams": 7}`)}, is{"read team", "", "SCHEMA_DRIFT", "see to what it says"},
		},
		"a list fails": {
			patient{plan: `{"error_rate": 1, "routes": ["/api/team"]}`}, is{"read team", "", "500 SERVER_ERROR", "whether the vendor can be reached"},
		},
		"the order is kept":        {patient{}, is{"filter ticket", "order", "is kept", ""}},
		"the filter is honoured":   {patient{}, is{"filter ticket", "since", "of 120 tickets came", ""}},
		"the boundary is left out": {patient{switches: func(s *sim.Switches) { s.SinceFilter = "exclusive" }}, is{"filter ticket", "since", "honoured", ""}},
		"the filter is ignored": {
			patient{switches: func(s *sim.Switches) { s.SinceFilter = "ignored" }}, is{"filter ticket", "since", "older rows came: this build ignores it", ""},
		},
		"one ticket tells nothing": {patient{tenant: sim.Config{Tickets: 1}}, is{"filter ticket", "since", "cannot be told", ""}},
		"clients are filtered":     {patient{}, is{"filter client", "", "honoured", ""}},
		"clients are not filtered": {
			patient{switches: func(s *sim.Switches) { s.ClientSince = "ignored" }}, is{"filter client", "", "this build ignores it", ""},
		},
		"invoices are filtered": {patient{tenant: billed}, is{"filter invoice", "", "honoured", ""}},
		"invoices are not filtered": {
			patient{tenant: billed, switches: func(s *sim.Switches) { s.InvoiceSince = "ignored" }}, is{"filter invoice", "", "this build ignores it", ""},
		},
		"no invoices tell nothing": {patient{}, is{"filter invoice", "", "cannot be told", ""}},
		"pages are as asked for":   {patient{}, is{"pages", "", "every list", ""}},
		"pages are clamped": {
			patient{clamp: "50"}, is{"pages", "/Tickets", "50 rows came where 100 were asked for and there are 120", ""},
		},
		"the webhook calls us": {patient{}, is{"webhook", "registered", "https://adapter.example/webhooks/acme/…", ""}},
		"its events are named": {patient{}, is{"webhook", "events", "10: new ticket logged", ""}},
		"there is no webhook":  {patient{hook: "-"}, is{"webhook", "", "none of 0 webhooks", "/webhooks/acme/"}},
		"a webhook calls another": {
			patient{hook: "https://adapter.example/webhooks/other/" + path}, is{"webhook", "", "none of 1 webhooks", "make one"},
		},
		"a webhook logs in as another": {
			patient{hook: "https://adapter.example/webhooks/acme/" + path}, is{"webhook", "login", `"somebody"`, "webhook.user"},
		},
		"a webhook is batched": {
			patient{switches: func(s *sim.Switches) { s.WebhookBatched = true }}, is{"webhook", "batching", "on", "switch it off"},
		},
		"a webhook is switched off": {
			patient{shaped: "Webhook", shape: answer(asleep)}, is{"webhook", "active", "switched off", "switch it on"},
		},
		"a webhook shows no login": {patient{shaped: "Webhook", shape: answer(asleep)}, is{"webhook", "login", "no login", ""}},
		"a webhook has no events":  {patient{shaped: "Webhook", shape: answer(asleep)}, is{"webhook", "events", "none", "add those of tickets"}},
		"webhooks are hidden": {
			patient{sign: halo.Config{Scope: "all:standard"}}, is{"webhook", "", "does not show them to us (403 FORBIDDEN", ""},
		},
		"no webhook is wanted":          {patient{path: "-"}, is{"webhook", "", "not set", ""}},
		"every parameter is documented": {patient{}, is{"document", "", "every parameter", ""}},
		"a parameter is not documented": {
			patient{switches: func(s *sim.Switches) { s.SinceFilter = "ignored" }}, is{"document", "/tickets", "lastupdatefromdate, lastupdatetodate", ""},
		},
		"there is no document": {
			patient{plan: `{"error_rate": 1, "error_status": 404, "routes": ["/api/swagger"]}`}, is{"document", "", "shows none: 404", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := row.patient.examined(t)
			for _, r := range rows {
				if r.Check != row.want.check || r.About != row.want.about {
					continue
				}
				if !strings.Contains(r.Found, row.want.found) || !strings.Contains(r.Do, row.want.todo) || row.want.todo == "" && r.Do != "" {
					t.Errorf("found %q, to do %q; want %+v", r.Found, r.Do, row.want)
				}
				return
			}
			t.Errorf("no such row: %+v", rows)
		})
	}
}

const asleep = `[{"id": "7f", "name": "Ours", "active": false, "url": "https://adapter.example/webhooks/acme/` + path + `"}]`

func answer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

func TestNoSecretIsShown(t *testing.T) {
	for _, r := range (patient{}).examined(t) {
		if text := r.Found + r.Do; strings.Contains(text, path) || strings.Contains(text, "halo-sim-secret") {
			t.Errorf("%+v", r)
		}
	}
}

func TestWhatRestsOnAnAnswerIsNotLookedAtWithoutIt(t *testing.T) {
	rows := patient{sign: halo.Config{ClientSecret: "old"}}.examined(t)
	if last := rows[len(rows)-1]; len(rows) != 4 || !strings.HasPrefix(last.Found, "not looked at, because of the above: read ticket, ") || last.Do != "" {
		t.Errorf("%+v", rows)
	}
	if todo := kernel.ToDo(rows); len(todo) != 1 || todo[0] != "credentials" {
		t.Errorf("to do: %q", todo)
	}
}

func TestAVendorThatHasEnoughIsAskedNoMore(t *testing.T) {
	rows := patient{plan: `{"throttle_rate": 1, "routes": ["/api/client"]}`, limited: true}.examined(t)
	for i, r := range rows {
		if r.Check != "read client" {
			continue
		}
		if !strings.Contains(r.Found, "429") || !strings.Contains(r.Do, "later") || !strings.Contains(rows[i+1].Found, "429") {
			t.Errorf("%+v, then %+v", r, rows[i+1])
		}
	}
}
