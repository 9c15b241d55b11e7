package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// controls is the kit's surface and the vendor's own:
//
//	GET PATCH /control/stripe/switches
//	GET /control/stripe/reads                how the read allowance stands
//	GET /control/stripe/objects/{id}         the true state, whatever the plan shows to others
//	POST /control/stripe/do                  {account, method, path, params}: an operation, done by a person
//	POST /control/stripe/advance             {seconds}: moves the clock, and what is due happens
//	POST /control/stripe/seed                {customers, payments}
//	POST /control/stripe/authenticate        {id, passes}: the payer of a payment at their bank
//	POST /control/stripe/dispute             {id}: of a charge
//	POST /control/stripe/roll                {id, seconds}: a new secret for an endpoint, the old one good for so long
//	POST /control/stripe/resend              {account, id}: an event, again
//	POST /control/stripe/forge               {id, body}: anything, rightly signed
func (s *Stripe) controls() http.Handler {
	mux := vendorsim.Control{Faults: s.faults, Ledger: s.ledger, Stats: s.stats, Sender: s.sender, Limiter: s.global, Reset: s.reset}.Mux()
	mux.HandleFunc("GET /control/stripe/switches", func(w http.ResponseWriter, _ *http.Request) { vendorsim.WriteJSON(w, http.StatusOK, s.Switches()) })
	mux.HandleFunc("PATCH /control/stripe/switches", s.patchSwitches)
	mux.HandleFunc("GET /control/stripe/reads", func(w http.ResponseWriter, _ *http.Request) { vendorsim.WriteJSON(w, http.StatusOK, s.Reads()) })
	mux.HandleFunc("GET /control/stripe/objects/{id}", s.truth)
	for name, do := range map[string]func(order) (any, error){
		"do": s.doOrder,
		"advance": func(in order) (any, error) {
			s.Advance(time.Duration(in.Seconds) * time.Second)
			return map[string]int64{"now": s.now()}, nil
		},
		"seed":         func(in order) (any, error) { s.Seed(in.Customers, in.Payments); return in, nil },
		"authenticate": func(in order) (any, error) { return in.ID, s.Authenticate(in.ID, in.Passes) },
		"dispute":      func(in order) (any, error) { return in.ID, s.Dispute(in.ID) },
		"roll":         s.rollOrder,
		"resend":       func(in order) (any, error) { return in.ID, s.Resend(in.Account, in.ID) },
		"forge":        func(in order) (any, error) { s.Forge(in.ID, in.Body); return in.ID, nil },
	} {
		mux.HandleFunc("POST /control/stripe/"+name, ordered(do))
	}
	return mux
}

// order is the body of every control request of the vendor's own.
type order struct {
	Account   string            `json:"account"`
	ID        string            `json:"id"`
	Method    string            `json:"method"`
	Path      string            `json:"path"`
	Params    map[string]string `json:"params"`
	Body      json.RawMessage   `json:"body"`
	Seconds   int64             `json:"seconds"`
	Customers int               `json:"customers"`
	Payments  int               `json:"payments"`
	Passes    bool              `json:"passes"`
}

func ordered(do func(order) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := vendorsim.ReadControl(w, r)
		if !ok {
			return
		}
		in, err := vendorsim.Decode[order](body)
		if err != nil {
			vendorsim.WriteControlError(w, http.StatusBadRequest, err)
			return
		}
		answer, err := do(in)
		if err != nil {
			vendorsim.WriteControlError(w, asRefusal(err).status, err)
			return
		}
		vendorsim.WriteJSON(w, http.StatusOK, answer)
	}
}

func (s *Stripe) doOrder(in order) (any, error) {
	form := url.Values{}
	for name, value := range in.Params {
		form.Set(name, value)
	}
	return s.Do(in.Account, in.Method, in.Path, form)
}

func (s *Stripe) rollOrder(in order) (any, error) {
	secret, err := s.Roll(in.ID, in.Seconds)
	return map[string]string{"secret": secret}, err
}

func (s *Stripe) patchSwitches(w http.ResponseWriter, r *http.Request) {
	body, ok := vendorsim.ReadControl(w, r)
	if !ok {
		return
	}
	next, err := vendorsim.Patch(s.Switches(), body)
	if err == nil {
		err = s.SetSwitches(next)
	}
	if err != nil {
		vendorsim.WriteControlError(w, http.StatusBadRequest, err)
		return
	}
	vendorsim.WriteJSON(w, http.StatusOK, next)
}

func (s *Stripe) truth(w http.ResponseWriter, r *http.Request) {
	text, ok := s.Truth(r.URL.Query().Get("account"), r.PathValue("id"))
	if !ok {
		vendorsim.WriteControlError(w, http.StatusNotFound, fmt.Errorf("no object %q", r.PathValue("id")))
		return
	}
	vendorsim.WriteJSON(w, http.StatusOK, text)
}
