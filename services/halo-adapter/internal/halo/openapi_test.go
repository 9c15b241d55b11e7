package halo

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// asked are the requests that a client has made: "GET /Client/{id}", with which parameters, and with which fields in a body.
type asked struct {
	mu     sync.Mutex
	params map[string][]string
	fields map[string][]string // by path
}

var number = regexp.MustCompile(`/[0-9]+$`)

func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/auth/") {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"abc","token_type":"Bearer","expires_in":3600}`)
		return
	}
	route := r.Method + " " + number.ReplaceAllString(strings.TrimPrefix(r.URL.Path, "/api"), "/{id}")
	a.mu.Lock()
	defer a.mu.Unlock()
	a.params[route] = append(a.params[route], slices.Collect(maps.Keys(r.URL.Query()))...)
	if r.Method == http.MethodPost {
		var elements []map[string]json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&elements); err != nil {
			a.params[route] = append(a.params[route], "a body that is no array of objects")
		}
		path := strings.TrimPrefix(r.URL.Path, "/api")
		for _, e := range elements {
			a.fields[path] = append(a.fields[path], slices.Collect(maps.Keys(e))...)
		}
	}
	_, _ = io.WriteString(w, `[]`)
}

// TestWhatIsAskedIsTheVendors makes every call of the client with everything set: each path and parameter, and each field that the client
// sends of its own, is in the vendor's document, or has a source. What a write says is checked in translate.
func TestWhatIsAskedIsTheVendors(t *testing.T) {
	f, err := sim.ReadFacts()
	if err != nil {
		t.Fatal(err)
	}
	a := &asked{params: map[string][]string{}, fields: map[string][]string{}}
	c := connect(t, Config{BaseURL: serve(t, a)})
	everything(t.Context(), c)
	if len(a.params) < 26 || len(a.fields) != 9 {
		t.Errorf("only %d routes were asked for, and written to %d", len(a.params), len(a.fields))
	}
	for route, params := range a.params {
		if route == "GET /authinfo" {
			route = "GET /AuthInfo"
		}
		if !f.Serves(route) {
			t.Errorf("%s has no source", route)
		}
		for _, p := range params {
			if !f.Takes(route, p) {
				t.Errorf("%s with %s has no source", route, p)
			}
		}
	}
	for path, fields := range a.fields {
		for _, field := range fields {
			if !f.Has(sim.Posted(path), field) {
				t.Errorf("%s of %s has no source", field, path)
			}
		}
	}
}

func everything(ctx context.Context, c *Client) {
	now := time.Now()
	_, _ = c.Tickets(ctx, TicketQuery{Since: now, To: now, ThirdPartyID: "x", ID: 1, CustomFields: []int64{1}, Deleted: true})
	_, _ = c.Ticket(ctx, 1)
	_, _ = c.CreateTicket(ctx, Patch{})
	_, _ = c.RestoreTicket(ctx, 1)
	_ = c.Ping(ctx)
	_, _ = c.Document(ctx)
	_ = c.DeleteTicket(ctx, 1, "x")
	_, _ = c.Actions(ctx, 1, 1)
	_, _ = c.ActionsBetween(ctx, now, now, 1)
	_, _ = c.CreateAction(ctx, 1, Patch{})
	_, _, _ = c.AnswerQuotation(ctx, 1, Patch{})
	_, _ = c.Attachments(ctx, 1)
	_, _ = c.Webhooks(ctx)
	_, _ = c.Webhook(ctx, "1")
	_, _ = c.Deliveries(ctx, "x", 1)
	_, _ = c.ReportChanged(ctx, Table{}, now, 1)
	_, _ = c.Statuses(ctx)
	_, _ = c.TicketTypes(ctx)
	_, _ = c.Priorities(ctx)
	_, _ = c.Agents(ctx)
	_, _ = c.Teams(ctx)
	all(ctx, c.Areas())
	all(ctx, c.Sites())
	all(ctx, c.Users())
	all(ctx, c.Quotations())
	all(ctx, c.Invoices())
	_, _ = c.RecurringInvoices().List(ctx, full())
	_, _ = c.RecurringInvoices().Get(ctx, 1)
}

func all[T Headed](ctx context.Context, e Entities[T]) {
	_, _ = e.List(ctx, full())
	_, _ = e.Get(ctx, 1)
	_, _, _ = e.Create(ctx, Patch{})
	_, _, _ = e.Update(ctx, 1, Patch{})
}

func full() Query {
	return Query{Since: time.Now(), Search: "x", ClientID: 1, TicketID: 1, Live: true, Desc: true}
}
