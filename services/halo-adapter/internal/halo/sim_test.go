package halo_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// tenant is a simulated Halo, and a client of it.
type tenant struct {
	*testing.T
	*halo.Client
	sim *sim.Halo
	url string
}

func open(t *testing.T, cfg sim.Config, change func(*sim.Switches)) *tenant {
	t.Helper()
	x := &tenant{T: t, sim: sim.New(cfg)}
	if change != nil {
		s := x.sim.Switches()
		change(&s)
		if err := x.sim.SetSwitches(s); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(x.sim)
	t.Cleanup(server.Close)
	x.url = server.URL
	client, err := halo.New(halo.Config{
		BaseURL: server.URL, ClientID: "halo-sim-client", ClientSecret: "halo-sim-secret",
	}, upstream.Config{Connection: "acme", Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	x.Client = client
	return x
}

// plan changes how the tenant misbehaves.
func (x *tenant) plan(patch string) {
	x.Helper()
	req, err := http.NewRequestWithContext(x.Context(), http.MethodPatch, x.url+"/control/plan", strings.NewReader(patch))
	if err != nil {
		x.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		x.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		x.Fatalf("plan %s: %d", patch, resp.StatusCode)
	}
}

func summary(text string) (p halo.TicketPatch) {
	p.Text("summary", text)
	return p
}

// create makes a ticket that carries mark.
func (x *tenant) create(mark string) halo.Ticket {
	x.Helper()
	p := summary("Printer offline")
	p.Text("third_party_id_string", mark)
	made, err := x.CreateTicket(x.Context(), p)
	if err != nil {
		x.Fatal(err)
	}
	return made
}

func TestALifeOfATicket(t *testing.T) {
	for name, change := range map[string]func(*sim.Switches){
		"as documented":    nil,
		"in arrays":        func(s *sim.Switches) { s.PostAnswer, s.StatusShape, s.PostStatus = "array", "object", 200 },
		"in other words":   func(s *sim.Switches) { s.PostSpelling = "plain" },
		"with nulls":       func(s *sim.Switches) { s.NullCollections = true },
		"deleted and read": func(s *sim.Switches) { s.DeletedGet, s.DeletedLists = "body", "also" },
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{Tenant: "acme"}, change)
			ctx := t.Context()
			made := x.create("0198-mark")
			if made.ID == 0 || made.GUID == "" || made.LastUpdate.IsZero() || !made.DateClosed.IsZero() || made.ThirdPartyID != "0198-mark" {
				t.Fatalf("made %+v", made)
			}
			var p halo.TicketPatch
			p.Int("status_id", 2)
			p.Text("category_1", "Hardware")
			if got, err := x.UpdateTicket(ctx, made.ID, p); err != nil || got.StatusID != 2 || got.Category1 != "Hardware" || !got.Has("category_1") {
				t.Fatalf("%+v, %v", got, err)
			}
			var note halo.ActionPatch
			note.Int("outcome_id", 7)
			note.Text("note_html", "<p>hello</p>")
			if got, err := x.CreateAction(ctx, made.ID, note); err != nil || got.ByApplication != "Integration" {
				t.Fatalf("%+v, %v", got, err)
			}
			if page, err := x.Actions(ctx, made.ID, 10); err != nil || len(page.Actions) != 1 || page.Actions[0].TicketID != made.ID || len(page.Drifted) > 0 {
				t.Fatalf("%+v, %v", page, err)
			}
			if page, err := x.ActionsBetween(ctx, made.LastUpdate.Time, time.Now().Add(time.Minute), 10); err != nil || len(page.Actions) != 1 {
				t.Fatalf("%+v, %v", page, err)
			}
			page, err := x.Tickets(ctx, halo.TicketQuery{ThirdPartyID: "0198-mark"})
			if err != nil || page.RecordCount != 1 || len(page.Tickets) != 1 || page.Tickets[0].ID != made.ID || len(page.Drifted) > 0 {
				t.Fatalf("%+v, %v", page, err)
			}
			whole, err := x.Ticket(ctx, made.ID)
			if err != nil || whole.StatusID != 2 || whole.GUID != made.GUID || !whole.Has("details_html") || page.Tickets[0].Has("details_html") {
				t.Fatalf("%+v, %v", whole, err)
			}
			if err := x.DeleteTicket(ctx, made.ID, "made by a test"); err != nil {
				t.Fatal(err)
			}
			if page, err := x.Tickets(ctx, halo.TicketQuery{Deleted: true}); err != nil || len(page.Tickets) != 1 {
				t.Fatalf("%+v, %v", page, err)
			}
			if got, err := x.Ticket(ctx, made.ID); fault.KindOf(err) != fault.NotFound && !got.Deleted {
				t.Fatalf("%+v, %v", got, err)
			}
			if all, err := x.Statuses(ctx); err != nil || len(all.Rows) < 5 {
				t.Fatalf("%+v, %v", all, err)
			}
		})
	}
}

func TestPagesEndWhereHaloSays(t *testing.T) {
	x := open(t, sim.Config{Tickets: 250}, nil)
	seen := map[int64]bool{}
	for no := 1; ; no++ {
		page, err := x.Tickets(t.Context(), halo.TicketQuery{PageNo: no})
		if err != nil || page.RecordCount != 250 || len(page.Drifted) > 0 {
			t.Fatalf("%d rows of %d, %v", len(page.Tickets), page.RecordCount, err)
		}
		if len(page.Tickets) == 0 {
			break
		}
		for _, ticket := range page.Tickets {
			seen[ticket.ID] = true
		}
	}
	if len(seen) != 250 {
		t.Errorf("saw %d tickets", len(seen))
	}
}

func TestRefusalsInEveryShape(t *testing.T) {
	for _, shape := range []string{"result_code", "exception", "message", "error", "text", "empty"} {
		t.Run(shape, func(t *testing.T) {
			x := open(t, sim.Config{}, func(s *sim.Switches) { s.ErrorShape = shape })
			ticket := x.create("m")
			_, err := x.CreateAction(t.Context(), ticket.ID, summary("no outcome"))
			f := fault.Of(err)
			if f.Kind != fault.Invalid || f.MayApply || f.Status != 400 || (shape == "empty") != (f.Message == "") || strings.HasPrefix(f.Message, "{") {
				t.Errorf("%+v", f)
			}
			if _, err := x.Ticket(t.Context(), 999999); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a ticket that is none: %v", err)
			}
		})
	}
}

func TestMisfortune(t *testing.T) {
	for name, tc := range map[string]struct {
		plan   string
		kind   fault.Kind
		reason string
		apply  bool // a write may have been applied
	}{
		"tokens are revoked: nobody notices": {`{"expire_tokens":true}`, fault.Unknown, "", false},
		"credentials are revoked":            {`{"revoke_keys":true}`, fault.Unauthorized, "CREDENTIALS_REFUSED", false},
		"too many":                           {`{"throttle_rate":1,"retry_after_seconds":7}`, fault.Throttled, halo.ReasonThrottled, false},
		"it fails before the commit":         {`{"fail_before_commit":1,"routes":["/api/tickets"]}`, fault.Unavailable, halo.ReasonServerError, true},
		"it fails after the commit":          {`{"fail_after_commit":1,"routes":["/api/tickets"]}`, fault.Unavailable, halo.ReasonServerError, true},
		"the answer is lost":                 {`{"lose_answers":1,"routes":["/api/tickets"]}`, fault.Unavailable, upstream.ReasonNoAnswer, true},
		"it hangs once it has done it":       {`{"hang_after_apply":{"rate":1,"after_ms":60000},"routes":["/api/tickets"]}`, fault.Unavailable, upstream.ReasonTimeout, true},
		"a proxy's page":                     {`{"error_rate":1,"html_errors":true}`, fault.Unavailable, halo.ReasonServerError, true},
		"the id is gone from answers":        {`{"drift":{"drop":["id"]}}`, fault.Drift, halo.ReasonDrift, true},
		"the id is text in answers":          {`{"drift":{"retype":["id"]}}`, fault.Drift, halo.ReasonDrift, true},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{}, nil)
			ticket := x.create("m")
			x.plan(tc.plan)
			_, err := x.UpdateTicket(t.Context(), ticket.ID, summary("changed"))
			if tc.reason == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			f := fault.Of(err)
			if f.Kind != tc.kind || f.Reason != tc.reason || f.MayApply != tc.apply {
				t.Errorf("%+v, want %v %s %v", f, tc.kind, tc.reason, tc.apply)
			}
			if f.Kind == fault.Throttled && f.RetryAfter != 7*time.Second {
				t.Errorf("told to wait %v", f.RetryAfter)
			}
		})
	}
}
