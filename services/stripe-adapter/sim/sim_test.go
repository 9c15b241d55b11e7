package sim_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// start is when every test's account begins.
var start = time.Date(2026, 3, 2, 9, 14, 5, 123456700, time.UTC) //nolint:gochecknoglobals // never written

// version is what the tests ask in: that of the vendor's OpenAPI document, against which every answer is held.
const version = "2026-08-26.dahlia"

// clock is a time that only the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// caller makes every call once: on a connection that it has used before, net/http repeats by itself whatever has an
// Idempotency-Key.
var caller = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} //nolint:gochecknoglobals // never written

// shop is a running simulator and a caller of it.
type shop struct {
	*testing.T
	stripe *sim.Stripe
	clock  *clock
	url    string
	key    string
	header http.Header // sent with every call
	seen   map[string]bool
	mocked bool // what succeeds must be accepted by the vendor's own mock too
}

// object is a JSON object of an answer.
type object = map[string]any

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   object
	text   string
}

func open(t *testing.T, cfg sim.Config) *shop {
	t.Helper()
	c := &clock{now: start}
	cfg.Clock = c.Now
	if cfg.Limit == 0 {
		cfg.Limit = -1
	}
	if cfg.EndpointLimit == 0 {
		cfg.EndpointLimit = -1
	}
	stripe := sim.New(cfg)
	server := httptest.NewServer(stripe)
	t.Cleanup(server.Close)
	return &shop{T: t, stripe: stripe, clock: c, url: server.URL, key: "sk_test_sim", header: http.Header{"Stripe-Version": {version}}, seen: map[string]bool{}}
}

// try makes a call with a form; an error is a connection that ended without an answer.
func (x *shop) try(method, path, form string, header ...string) (answer, error) {
	x.Helper()
	return x.tryIn(x.Context(), method, path, form, header...)
}

func (x *shop) tryIn(ctx context.Context, method, path, form string, header ...string) (answer, error) {
	x.Helper()
	body := form
	if method == http.MethodGet && form != "" {
		path, body = path+"?"+form, ""
	}
	req, err := http.NewRequestWithContext(ctx, method, x.url+path, strings.NewReader(body))
	if err != nil {
		x.Fatal(err)
	}
	for name, values := range x.header {
		req.Header[name] = values
	}
	req.Header.Set("Authorization", "Bearer "+x.key)
	if body != "" && !strings.HasPrefix(path, "/control/") {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for n := 0; n+1 < len(header); n += 2 {
		req.Header.Set(header[n], header[n+1])
	}
	resp, err := caller.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // read to the end
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	out := answer{status: resp.StatusCode, header: resp.Header, text: string(text)}
	_ = json.Unmarshal(text, &out.body)
	if out.body != nil && strings.HasPrefix(path, "/v1/") && req.Header.Get("Stripe-Version") == version {
		conforms(x.T, method, req.URL.Path, out.status, out.body)
		if out.status == http.StatusOK && x.mocked {
			alsoAccepted(x.T, method, path, body)
		}
	}
	return out, nil
}

func (x *shop) do(method, path, form string, header ...string) answer {
	x.Helper()
	out, err := x.try(method, path, form, header...)
	if err != nil {
		x.Fatalf("%s %s: %v", method, path, err)
	}
	return out
}

func (x *shop) get(path string, query ...string) object {
	x.Helper()
	out := x.do(http.MethodGet, path, strings.Join(query, "&"))
	if out.status != http.StatusOK {
		x.Fatalf("GET %s %v: %d %s", path, query, out.status, out.text)
	}
	return out.body
}

func (x *shop) post(path string, params ...string) object {
	x.Helper()
	out := x.do(http.MethodPost, path, strings.Join(params, "&"))
	if out.status != http.StatusOK {
		x.Fatalf("POST %s %v: %d %s", path, params, out.status, out.text)
	}
	return out.body
}

// refused is the error object of a call that must be refused with the status.
func (x *shop) refused(status int, method, path string, params ...string) object {
	x.Helper()
	out := x.do(method, path, strings.Join(params, "&"))
	no, _ := out.body["error"].(object)
	if out.status != status || no["type"] == nil || no["message"] == nil {
		x.Fatalf("%s %s %v: %d %s, want %d", method, path, params, out.status, out.text, status)
	}
	return no
}

func (x *shop) create(path string, params ...string) string {
	x.Helper()
	return str(x.post(path, params...)["id"])
}

func (x *shop) customer(params ...string) string {
	x.Helper()
	return x.create("/v1/customers", append([]string{"email=ada@example.com"}, params...)...)
}

// intent is a payment of 20 dollars by card, not confirmed.
func (x *shop) intent(params ...string) string {
	x.Helper()
	return x.create("/v1/payment_intents", append([]string{"amount=2000", "currency=usd", "payment_method_types[]=card"}, params...)...)
}

// paid is a payment that has succeeded.
func (x *shop) paid(params ...string) string {
	x.Helper()
	return x.intent(append([]string{"confirm=true", "payment_method=pm_card_visa"}, params...)...)
}

func (x *shop) control(method, path, body string) object {
	x.Helper()
	out := x.do(method, path, body)
	if out.status >= 300 {
		x.Fatalf("%s %s %s: %d %s", method, path, body, out.status, out.text)
	}
	return out.body
}

func (x *shop) plan(patch string) {
	x.Helper()
	x.control(http.MethodPatch, "/control/plan", patch)
}

func (x *shop) switches(change func(*sim.Switches)) {
	x.Helper()
	s := x.stripe.Switches()
	change(&s)
	if err := x.stripe.SetSwitches(s); err != nil {
		x.Fatal(err)
	}
}

// events are the types of all events so far, the oldest first.
func (x *shop) events(query ...string) []string {
	x.Helper()
	var out []string
	for _, e := range rows(x.get("/v1/events", append(query, "limit=100")...)) {
		out = append([]string{str(e["type"])}, out...)
	}
	return out
}

// happened are the types of the events since the last call of it, the oldest first.
func (x *shop) happened() []string {
	x.Helper()
	var out []string
	for _, e := range rows(x.get("/v1/events", "limit=100")) {
		if id := str(e["id"]); !x.seen[id] {
			x.seen[id] = true
			out = append([]string{str(e["type"])}, out...)
		}
	}
	return out
}

func rows(list object) []object {
	data, _ := list["data"].([]any)
	var out []object
	for _, element := range data {
		row, _ := element.(object)
		out = append(out, row)
	}
	return out
}

func ids(list object) []string {
	var out []string
	for _, row := range rows(list) {
		out = append(out, str(row["id"]))
	}
	return out
}

func str(value any) string {
	s, _ := value.(string)
	return s
}

func number(value any) int {
	f, _ := value.(float64)
	return int(f)
}

// at is the value at a path of names.
func at(o object, names ...string) any {
	var value any = o
	for _, name := range names {
		inner, _ := value.(object)
		value = inner[name]
	}
	return value
}
