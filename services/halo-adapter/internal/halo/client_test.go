package halo

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestWhatIsAskedOfHalo(t *testing.T) {
	from := time.Date(2026, 3, 2, 9, 14, 5, 500e6, time.FixedZone("", 3600))
	to := from.Add(time.Minute)
	for name, tc := range map[string]struct {
		ask  func(context.Context, *Client) error
		want string // method, path, query, body
	}{
		"a ping": {
			func(ctx context.Context, c *Client) error { return c.Ping(ctx) },
			"GET /api/Tickets?closed_only=false&deleted=false&open_only=false&order=id&orderdesc=false&page_no=1&page_size=1&pageinate=true",
		},
		"a page of what changed": {
			func(ctx context.Context, c *Client) error {
				_, err := c.Tickets(ctx, TicketQuery{Since: from, To: to, PageNo: 3, PageSize: 1000, Order: "last_update", Desc: true, Deleted: true})
				return err
			},
			"GET /api/Tickets?closed_only=false&deleted=true&lastupdatefromdate=2026-03-02T08:14:05&lastupdatetodate=2026-03-02T08:15:06" +
				"&open_only=false&order=last_update&orderdesc=true&page_no=3&page_size=100&pageinate=true",
		},
		"a look for our mark": {
			func(ctx context.Context, c *Client) error {
				_, err := c.Tickets(ctx, TicketQuery{ThirdPartyID: "0198", ID: 12, PageSize: 5})
				return err
			},
			"GET /api/Tickets?closed_only=false&deleted=false&open_only=false&order=id&orderdesc=false&page_no=1&page_size=5&pageinate=true" +
				"&search_id=12&third_party_id_string=0198",
		},
		"actions of a while": {
			func(ctx context.Context, c *Client) error { _, err := c.ActionsBetween(ctx, from, to, 0); return err },
			"GET /api/Actions?enddate=2026-03-02T08:15:06&excludesys=true&includehtmlnote=true&startdate=2026-03-02T08:14:05",
		},
		"a deletion": {
			func(ctx context.Context, c *Client) error { return c.DeleteTicket(ctx, 7, "twice & again") },
			"DELETE /api/Tickets/7?reason=twice & again",
		},
	} {
		t.Run(name, func(t *testing.T) {
			v, c := answering(t, 200, `[]`)
			if err := tc.ask(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			query := strings.NewReplacer("%3A", ":", "%26", "&", "+", " ").Replace(v.query.Encode())
			if d := cmp.Diff(tc.want, v.method+" "+v.path+"?"+query+v.sent); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAWriteSendsOneElementAndNothingElse(t *testing.T) {
	var p TicketPatch
	p.Text("summary", "Drucker <aus>")
	p.Int("status_id", 9)
	p.Int("agent_id", 9007199254740993)
	p.Bool("onhold", true)
	p.Time("targetdate", onDay(0, 0, 0, 0))
	p.Time("fixbydate", Time{})
	p.Null("category_2")
	p.JSON("customfields", json.RawMessage(`[{"id":123,"value":"x"}]`))
	p.Int("status_id", 2) // thought better of it
	fields := `"summary":"Drucker \u003caus\u003e","status_id":2,"agent_id":9007199254740993,"onhold":true,` +
		`"targetdate":"2026-03-02T00:00:00","fixbydate":"1900-01-01T00:00:00","category_2":null,"customfields":[{"id":123,"value":"x"}]`

	v, c := answering(t, 201, golden(t, "ticket-post.json"))
	got, err := c.UpdateTicket(t.Context(), 10421, p)
	if err != nil || got.StatusID != 9 || got.Category4 != "Ink" || got.LastUpdate != onDay(9, 20, 11, 700e6) || !got.Has("last_update") {
		t.Errorf("%+v, %v", got, err)
	}
	if want := `[{"id":10421,` + fields + `}]`; v.method != "POST" || v.path != "/api/Tickets" || v.sent != want {
		t.Errorf("sent %s %s %s\nwant %s", v.method, v.path, v.sent, want)
	}
	if _, err := c.CreateTicket(t.Context(), p); err != nil || v.sent != `[{`+fields+`}]` {
		t.Errorf("sent %s, %v", v.sent, err)
	}
	if d := cmp.Diff([]string{"summary", "status_id", "agent_id", "onhold", "targetdate", "fixbydate", "category_2", "customfields"}, p.Names()); d != "" {
		t.Error(d)
	}
}

func TestAnActionNamesItsTicket(t *testing.T) {
	v, c := answering(t, 200, `{"id":4,"guid":"g","outcome":"Internal Note","note_html":"<p>x</p>"}`)
	var p ActionPatch
	p.Int("outcome_id", 7)
	p.Text("note_html", "x")
	p.Int("ticket_id", 1)
	got, err := c.CreateAction(t.Context(), 10421, p)
	if err != nil || got.ID != 4 || got.TicketID != 10421 {
		t.Errorf("%+v, %v", got, err)
	}
	if v.path != "/api/Actions" || v.sent != `[{"ticket_id":10421,"outcome_id":7,"note_html":"x"}]` {
		t.Errorf("sent %s %s", v.path, v.sent)
	}
}

func TestAWriteWhoseAnswerCannotBeReadWasApplied(t *testing.T) {
	for name, body := range map[string]string{
		"no JSON":        `<html>`,
		"nothing":        ``,
		"no entity":      `[]`,
		"two entities":   `[{"id":10421},{"id":10422}]`,
		"another entity": `{"id":10422}`,
		"no id":          `{"summary":"x"}`,
		"an id of text":  `{"id":"10421"}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, c := answering(t, 201, body)
			_, err := c.UpdateTicket(t.Context(), 10421, TicketPatch{})
			if f := fault.Of(err); f.Kind != fault.Drift || !f.MayApply || f.Op != "halo.UpdateTicket" || f.TrackingID != "r1" || f.Status != 201 {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestOfAWritesAnswerThatCannotBeReadTheIDIs(t *testing.T) {
	_, c := answering(t, 201, `{"id":10421,"last_update":"soon","datetime":7}`)
	if got, err := c.UpdateTicket(t.Context(), 10421, TicketPatch{}); err != nil || got.ID != 10421 || got.Has("id") {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := c.CreateAction(t.Context(), 3, ActionPatch{}); err != nil || got.ID != 10421 || got.TicketID != 3 || got.Raw != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAPatchThatIsNoJSONIsNotSent(t *testing.T) {
	v, c := answering(t, 201, `{}`)
	var p TicketPatch
	p.JSON("customfields", json.RawMessage(`[`))
	_, err := c.CreateTicket(t.Context(), p)
	if f := fault.Of(err); f.Kind != fault.Invalid || v.method != "" {
		t.Errorf("%v; sent %q", err, v.sent)
	}
}

func TestAReadThatCannotBeReadSaysWhatDrifted(t *testing.T) {
	for name, tc := range map[string]struct {
		body, field string
		ask         func(context.Context, *Client) error
	}{
		"a ticket without an id": {`{}`, "id", func(ctx context.Context, c *Client) error { _, err := c.Ticket(ctx, 7); return err }},
		"tickets that are none":  {`{"record_count":1}`, "tickets", func(ctx context.Context, c *Client) error { return c.Ping(ctx) }},
		"actions that are none":  {`{"actions":7}`, "actions", func(ctx context.Context, c *Client) error { _, err := c.Actions(ctx, 7, 1); return err }},
		"a client without an id": {`{"name":"x"}`, "id", func(ctx context.Context, c *Client) error { _, err := c.Areas().Get(ctx, 7); return err }},
		"sites that are none":    {`{"record_count":1}`, "sites", func(ctx context.Context, c *Client) error { _, err := c.Sites().List(ctx, Query{}); return err }},
		"statuses that are none": {`{"statuses":7}`, "statuses", func(ctx context.Context, c *Client) error { _, err := c.Statuses(ctx); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			_, c := answering(t, 200, tc.body)
			if f := fault.Of(tc.ask(t.Context(), c)); f == nil || f.Kind != fault.Drift || f.Reason != ReasonDrift || f.Field != tc.field || f.MayApply {
				t.Errorf("%+v, want field %q", f, tc.field)
			}
		})
	}
}

func TestWhereToSignIn(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		info   string // HERE is the vendor
		tenant string
		want   string // the token endpoint; empty: none is asked
		reason string
	}{
		"as Halo says":                 {200, `{"auth_url":"HERE/auth","tenant_id":"acme"}`, "", "/auth/token?tenant=acme", ""},
		"with a slash at the end":      {200, `{"auth_url":"HERE/auth/"}`, "", "/auth/token", ""},
		"beside the API":               {200, `{"auth_url":"/signin"}`, "", "/signin/token", ""},
		"with the tenant of ours":      {200, `{"auth_url":"HERE/auth","tenant_id":"acme"}`, "a b", "/auth/token?tenant=a+b", ""},
		"Halo does not know":           {404, ``, "acme", "/auth/token?tenant=acme", ""},
		"Halo fails at it":             {500, ``, "", "/auth/token", ""},
		"Halo says nothing of use":     {200, `{}`, "", "/auth/token", ""},
		"Halo sends a page":            {200, `<html>`, "", "/auth/token", ""},
		"Halo says: not now":           {429, ``, "", "", ReasonThrottled},
		"Halo sends us to a stranger":  {200, `{"auth_url":"https://evil.test/auth"}`, "", "", upstream.ReasonHost},
		"Halo sends us to no address":  {200, `{"auth_url":"http://[::1"}`, "", "", ReasonDrift},
		"Halo hangs up on the quester": {0, ``, "", "", upstream.ReasonNoAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			var asked, here string
			here = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/api/authinfo" && tc.status == 0:
					panic(http.ErrAbortHandler)
				case r.URL.Path == "/api/authinfo":
					w.WriteHeader(tc.status)
					_, _ = w.Write([]byte(strings.ReplaceAll(tc.info, "HERE", here)))
				case strings.HasSuffix(r.URL.Path, "/token"):
					asked = r.URL.RequestURI()
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write([]byte(`{"access_token":"abc","expires_in":3600}`))
				default:
					_, _ = w.Write([]byte(`[]`))
				}
			}))
			c := connect(t, Config{BaseURL: here, Tenant: tc.tenant})
			err := c.Ping(t.Context())
			if asked != tc.want {
				t.Errorf("signed in at %q, want %q", asked, tc.want)
			}
			if tc.reason == "" && err != nil || tc.reason != "" && fault.Of(err).Reason != tc.reason {
				t.Errorf("%v, want %q", err, tc.reason)
			}
		})
	}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	whole := Config{BaseURL: "https://acme.halopsa.com", ClientID: "a", ClientSecret: "b"}
	for name, change := range map[string]func(*Config){
		"no address": func(c *Config) { c.BaseURL = "" },
		"no client":  func(c *Config) { c.ClientID = "" },
		"no secret":  func(c *Config) { c.ClientSecret = "" },
	} {
		cfg := whole
		change(&cfg)
		if _, err := New(cfg, upstream.Config{Connection: "acme"}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := New(whole, upstream.Config{Connection: "acme"}); err != nil {
		t.Error(err)
	}
}
