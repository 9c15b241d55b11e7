// Package instant answers as a vendor that costs next to nothing: it changes tickets' summaries by itself, with the bytes that
// the simulator would answer with, and leaves everything else to the simulator behind it. So what two sides are compared by is
// their own work and not the simulator's, which is the same for both.
package instant

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	firstTicket = 10001 // of a simulator
	loaders     = 8
	mostBody    = 64 << 10
	mostEntries = 10_000 // of the ledger in one answer
	layout      = "2006-01-02T15:04:05.9999999"
)

// Vendor stands before a simulator.
type Vendor struct {
	behind  http.Handler
	mu      sync.Mutex
	tickets []ticket // from firstTicket on
	ledger  []entry
}

// ticket is a detail without what changes, and without its closing brace.
type ticket struct {
	rest    []byte
	summary json.RawMessage
	updated time.Time
}

// entry is one change, as a simulator's ledger has it.
type entry struct {
	Seq    int                        `json:"seq"`
	At     time.Time                  `json:"at"`
	Fields map[string]json.RawMessage `json:"fields"`
}

// New knows the first n tickets of the simulator at that address.
func New(ctx context.Context, simulator string, n int) (*Vendor, error) {
	behind := &url.URL{Scheme: "http", Host: simulator}
	v := &Vendor{behind: httputil.NewSingleHostReverseProxy(behind), tickets: make([]ticket, n)}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(loaders)
	for i := range v.tickets {
		g.Go(func() (err error) {
			v.tickets[i], err = load(ctx, behind.JoinPath("control", "halo", "tickets", strconv.Itoa(firstTicket+i)).String())
			return err
		})
	}
	return v, g.Wait()
}

func load(ctx context.Context, address string) (t ticket, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return t, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return t, err
	}
	defer func() { _ = resp.Body.Close() }()
	var truth struct {
		Ticket map[string]json.RawMessage `json:"ticket"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&truth); err != nil {
		return t, fmt.Errorf("%s: %w", address, err)
	}
	t.summary, t.updated = truth.Ticket["summary"], time.Now()
	delete(truth.Ticket, "summary")
	delete(truth.Ticket, "last_update")
	t.rest, err = json.Marshal(truth.Ticket)
	t.rest = bytes.TrimSuffix(t.rest, []byte("}"))
	return t, err
}

// Serve serves on a free loopback port, which it tells out, until ctx ends.
func (v *Vendor) Serve(ctx context.Context, out io.Writer) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s := &http.Server{Handler: v.mux(), ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	if _, err := fmt.Fprintln(out, l.Addr(), l.Addr()); err != nil {
		return err
	}
	if err := s.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}

func (v *Vendor) mux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("/", v.behind)
	mux.HandleFunc("POST /api/Tickets", v.change)
	mux.HandleFunc("GET /api/Tickets/{id}", v.show)
	mux.HandleFunc("GET /control/ledger", v.changes)
	return mux
}

// change does what nothing but a summary is changed by, and leaves the rest to the simulator.
func (v *Vendor) change(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, mostBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var asked []struct {
		ID      int             `json:"id"`
		Summary json.RawMessage `json:"summary"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if d.Decode(&asked) != nil || len(asked) != 1 || !v.knows(asked[0].ID) || asked[0].Summary == nil {
		r.Body = io.NopCloser(bytes.NewReader(body))
		v.behind.ServeHTTP(w, r)
		return
	}
	answer(w, http.StatusCreated, v.write(asked[0].ID-firstTicket, asked[0].Summary))
}

func (v *Vendor) knows(id int) bool { return id >= firstTicket && id < firstTicket+len(v.tickets) }

func (v *Vendor) write(i int, summary json.RawMessage) []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	t := &v.tickets[i]
	t.summary, t.updated = summary, time.Now().UTC()
	v.ledger = append(v.ledger, entry{len(v.ledger) + 1, t.updated, map[string]json.RawMessage{"summary": summary}})
	return t.detail()
}

func (t *ticket) detail() []byte {
	b := append(make([]byte, 0, len(t.rest)+len(t.summary)+80), t.rest...)
	b = append(append(b, `,"summary":`...), t.summary...)
	return append(t.updated.UTC().AppendFormat(append(b, `,"last_update":"`...), layout), `"}`...)
}

// show tells of a ticket what the simulator does not know.
func (v *Vendor) show(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || !v.knows(id) {
		v.behind.ServeHTTP(w, r)
		return
	}
	v.mu.Lock()
	b := v.tickets[id-firstTicket].detail()
	v.mu.Unlock()
	answer(w, http.StatusOK, b)
}

func (v *Vendor) changes(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.Atoi(r.FormValue("since"))
	v.mu.Lock()
	last := len(v.ledger)
	from := min(max(since, 0), last)
	b, err := json.Marshal(map[string]any{"entries": v.ledger[from:min(from+mostEntries, last)], "last": last})
	v.mu.Unlock()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, b)
}

func answer(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that has gone needs no answer
}
