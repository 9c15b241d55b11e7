package halo

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// facts are what the vendor's OpenAPI document says, and what others report where it is silent, each with its source.
type facts struct {
	Paths   map[string][]string          `json:"paths"`
	Schemas map[string]map[string]string `json:"schemas"`
	Extra   struct {
		Params map[string]string `json:"params"`
		Fields map[string]string `json:"fields"`
		Paths  map[string]string `json:"paths"`
	} `json:"extra"`
}

// asked are the requests that a client has made: "GET /Client/{id}", and with what.
type asked struct {
	mu     sync.Mutex
	params map[string][]string
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
	a.params[route] = append(a.params[route], slices.Collect(func(yield func(string) bool) {
		for name := range r.URL.Query() {
			if !yield(name) {
				return
			}
		}
	})...)
	_, _ = io.WriteString(w, `[]`)
}

// TestWhatIsAskedIsTheVendors makes every call of the client with everything set: each path and parameter is in the vendor's
// document, or has a source. What is written is checked in translate.
func TestWhatIsAskedIsTheVendors(t *testing.T) {
	b, err := os.ReadFile("../../sim/testdata/openapi-facts.json")
	if err != nil {
		t.Fatal(err)
	}
	var f facts
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	a := &asked{params: map[string][]string{}}
	c := connect(t, Config{BaseURL: serve(t, a)})
	everything(t.Context(), c)
	if len(a.params) < 25 {
		t.Errorf("only %d routes were asked for", len(a.params))
	}
	for route, params := range a.params {
		if route == "GET /authinfo" {
			route = "GET /AuthInfo"
		}
		documented, ok := f.Paths[route]
		if !ok && f.Extra.Paths[route] == "" {
			t.Errorf("%s has no source", route)
		}
		for _, p := range params {
			if !slices.Contains(documented, p) && f.Extra.Params[route+" "+p] == "" {
				t.Errorf("%s with %s has no source", route, p)
			}
		}
	}
}

func everything(ctx context.Context, c *Client) {
	now := time.Now()
	_, _ = c.Tickets(ctx, TicketQuery{Since: now, To: now, ThirdPartyID: "x", ID: 1, Deleted: true})
	_, _ = c.Ticket(ctx, 1)
	_, _ = c.CreateTicket(ctx, Patch{})
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
}

func full() Query {
	return Query{Since: time.Now(), Search: "x", ClientID: 1, TicketID: 1, Live: true, Desc: true}
}
