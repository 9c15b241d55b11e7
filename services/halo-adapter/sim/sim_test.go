package sim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// start is when every test's tenant begins.
var start = time.Date(2026, 3, 2, 9, 14, 5, 123456700, time.UTC) //nolint:gochecknoglobals // never written

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

// tenant is a running simulator and a signed-in client of it.
type tenant struct {
	*testing.T
	halo  *sim.Halo
	clock *clock
	url   string
	token string
}

// object is a JSON object of an answer.
type object = map[string]any

func open(t *testing.T, cfg sim.Config) *tenant {
	t.Helper()
	c := &clock{now: start}
	cfg.Clock = c.Now
	halo := sim.New(cfg)
	server := httptest.NewServer(halo)
	t.Cleanup(server.Close)
	x := &tenant{T: t, halo: halo, clock: c, url: server.URL}
	x.signIn("all")
	return x
}

func (x *tenant) signIn(scope string) {
	x.Helper()
	status, answer := x.tokenCall("/auth/token", url.Values{"scope": {scope}})
	token, _ := answer["access_token"].(string)
	if status != http.StatusOK || token == "" {
		x.Fatalf("no token: %d %v", status, answer)
	}
	x.token = token
}

func (x *tenant) tokenCall(path string, form url.Values) (int, object) {
	x.Helper()
	for name, value := range map[string]string{"grant_type": "client_credentials", "client_id": "halo-sim-client", "client_secret": "halo-sim-secret"} {
		if !form.Has(name) {
			form.Set(name, value)
		}
	}
	resp, err := http.PostForm(x.url+path, form) //nolint:noctx // a test's own server
	if err != nil {
		x.Fatal(err)
	}
	return x.read(resp)
}

// do makes a call and reads the answer as an object; an answer that is an array is under "rows", one that is no JSON under "text".
func (x *tenant) do(method, path, body string) (int, object) {
	x.Helper()
	resp, err := x.try(method, path, body)
	if err != nil {
		x.Fatalf("%s %s: %v", method, path, err)
	}
	return x.read(resp)
}

func (x *tenant) try(method, path, body string) (*http.Response, error) {
	x.Helper()
	req, err := http.NewRequestWithContext(x.Context(), method, x.url+path, strings.NewReader(body))
	if err != nil {
		x.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+x.token)
	return http.DefaultClient.Do(req)
}

func (x *tenant) read(resp *http.Response) (int, object) {
	x.Helper()
	defer resp.Body.Close() //nolint:errcheck // read to the end
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		x.Fatal(err)
	}
	var value any
	if json.Unmarshal(text, &value) != nil {
		return resp.StatusCode, object{"text": string(text), "retry_after": resp.Header.Get("Retry-After")}
	}
	if answer, ok := value.(object); ok {
		return resp.StatusCode, answer
	}
	return resp.StatusCode, object{"rows": value}
}

func (x *tenant) get(path string) object {
	x.Helper()
	status, answer := x.do(http.MethodGet, path, "")
	if status != http.StatusOK {
		x.Fatalf("GET %s: %d %v", path, status, answer)
	}
	return answer
}

func (x *tenant) post(path, body string) object {
	x.Helper()
	status, answer := x.do(http.MethodPost, path, body)
	if status != http.StatusOK && status != http.StatusCreated {
		x.Fatalf("POST %s %s: %d %v", path, body, status, answer)
	}
	return answer
}

// create is the id of a new ticket.
func (x *tenant) create(fields string) int {
	x.Helper()
	return number(x.post("/api/Tickets", `[{"summary":"Printer offline"`+prefixed(fields)+`}]`)["id"])
}

func prefixed(fields string) string {
	if fields == "" {
		return ""
	}
	return "," + fields
}

func (x *tenant) switches(change func(*sim.Switches)) {
	x.Helper()
	s := x.halo.Switches()
	change(&s)
	if err := x.halo.SetSwitches(s); err != nil {
		x.Fatal(err)
	}
}

// plan changes the fault plan by way of the control surface.
func (x *tenant) plan(patch string) {
	x.Helper()
	if status, answer := x.do(http.MethodPatch, "/control/plan", patch); status != http.StatusOK {
		x.Fatalf("plan %s: %d %v", patch, status, answer)
	}
}

// ids are those of a list, in its order.
func ids(answer object, key string) []int {
	var out []int
	for _, row := range rows(answer, key) {
		out = append(out, number(row["id"]))
	}
	return out
}

func rows(answer object, key string) []object {
	list, _ := answer[key].([]any)
	var out []object
	for _, element := range list {
		row, _ := element.(object)
		out = append(out, row)
	}
	return out
}

func number(value any) int {
	f, _ := value.(float64)
	return int(f)
}

func serve(t *testing.T, cfg sim.Config) string {
	t.Helper()
	server := httptest.NewServer(sim.New(cfg))
	t.Cleanup(server.Close)
	return server.URL
}
