package vendorsim

import (
	"io"
	"net/http"
	"strconv"
)

const maxControlBody = 1 << 20

// Control is the surface by which tests, chaos and people steer a simulator: under /control/, without any sign-in. It is never
// subject to faults. All parts but Limiter and Reset are required.
type Control struct {
	Faults  *Faults
	Ledger  *Ledger
	Stats   *Stats
	Sender  *Sender
	Limiter *Limiter
	Reset   func() // the vendor's own state
}

// Mux serves the control surface; a vendor adds its own routes to it.
//
//	GET PUT PATCH /control/plan        the fault plan; PATCH merges
//	GET /control/ledger?since=N&limit=M
//	GET /control/stats                 requests by route and status, webhooks, limiter
//	GET /control/deliveries            the newest webhooks and how they ended
//	POST /control/reset                calm, empty, as new
func (c Control) Mux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /control/plan", func(w http.ResponseWriter, _ *http.Request) { WriteJSON(w, http.StatusOK, c.Faults.Plan()) })
	mux.HandleFunc("PUT /control/plan", c.setPlan(func(_ Plan, body []byte) (Plan, error) { return Decode[Plan](body) }))
	mux.HandleFunc("PATCH /control/plan", c.setPlan(Patch[Plan]))
	mux.HandleFunc("GET /control/ledger", c.ledger)
	mux.HandleFunc("GET /control/stats", c.stats)
	mux.HandleFunc("GET /control/deliveries", func(w http.ResponseWriter, _ *http.Request) { WriteJSON(w, http.StatusOK, c.Sender.Deliveries()) })
	mux.HandleFunc("POST /control/reset", c.reset)
	return mux
}

// ReadControl is the body of a control request; false if it was refused and answered.
func ReadControl(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControlBody))
	if err != nil {
		WriteControlError(w, http.StatusBadRequest, err)
		return nil, false
	}
	return body, true
}

// WriteControlError answers a control request that cannot be done.
func WriteControlError(w http.ResponseWriter, status int, err error) {
	WriteJSON(w, status, map[string]string{"control_error": err.Error()})
}

func (c Control) setPlan(next func(Plan, []byte) (Plan, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := ReadControl(w, r)
		if !ok {
			return
		}
		if err := c.Faults.Change(func(p Plan) (Plan, error) { return next(p, body) }); err != nil {
			WriteControlError(w, http.StatusBadRequest, err)
			return
		}
		WriteJSON(w, http.StatusOK, c.Faults.Plan())
	}
}

func (c Control) ledger(w http.ResponseWriter, r *http.Request) {
	since, limit := uint64(0), 10_000
	if text := r.FormValue("since"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			WriteControlError(w, http.StatusBadRequest, err)
			return
		}
		since = n
	}
	if n, err := strconv.Atoi(r.FormValue("limit")); err == nil && n > 0 && n < limit {
		limit = n
	}
	WriteJSON(w, http.StatusOK, c.Ledger.Since(since, limit))
}

func (c Control) stats(w http.ResponseWriter, _ *http.Request) {
	out := map[string]any{"requests": c.Stats.Requests(), "webhooks": c.Sender.Stats()}
	if c.Limiter != nil {
		out["limiter"] = c.Limiter.Stats()
	}
	WriteJSON(w, http.StatusOK, out)
}

func (c Control) reset(w http.ResponseWriter, _ *http.Request) {
	_ = c.Faults.Set(Plan{}) // calm is always a valid plan
	c.Sender.Reset()
	c.Ledger.Reset()
	c.Stats.Reset()
	if c.Limiter != nil {
		c.Limiter.Reset()
	}
	if c.Reset != nil {
		c.Reset()
	}
	w.WriteHeader(http.StatusNoContent)
}
