package sim

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// controls is the kit's surface and the vendor's own:
//
//	GET PATCH /control/halo/switches
//	PUT /control/halo/webhook        {url, user, password}
//	POST /control/halo/seed          {tickets, clients, quotes, invoices}
//	POST /control/halo/create        {fields}: a person logs a ticket
//	POST /control/halo/edit          {id, fields}: a person edits one
//	POST /control/halo/delete        {id, reason}
//	POST /control/halo/note          {id, fields}: a person writes an action on ticket id
//	POST /control/halo/merge         {kind, id, into}: a person merges two tickets, clients or users
//	POST /control/halo/attach        {id, action, name, size}: a person attaches a file to ticket id
//	POST /control/halo/detach        {id}: a person deletes a file
//	POST /control/halo/kind          {kind, id, fields}: a person makes (id 0) or edits a client, site, user, quotation, invoice, …
//	POST /control/halo/kind/delete   {kind, id}
//	POST /control/halo/lookup        {kind, fields}: a person sets up a status, ticket_type, priority, agent or team
//	GET /control/halo/tickets/{id}   {ticket, actions}: the true state, whatever the plan shows to others
//	GET /control/halo/kind/{kind}/{id}
func (h *Halo) controls() http.Handler {
	mux := vendorsim.Control{Faults: h.faults, Ledger: h.ledger, Stats: h.stats, Sender: h.sender, Limiter: h.limiter, Reset: h.reset}.Mux()
	mux.HandleFunc("GET /control/halo/switches", func(w http.ResponseWriter, _ *http.Request) { vendorsim.WriteJSON(w, http.StatusOK, h.Switches()) })
	mux.HandleFunc("PATCH /control/halo/switches", h.patchSwitches)
	mux.HandleFunc("GET /control/halo/tickets/{id}", h.truth)
	mux.HandleFunc("PUT /control/halo/webhook", byHand(func(in order) (any, error) {
		h.SetWebhook(in.URL, in.User, in.Password)
		return h.webhook(false), nil
	}))
	mux.HandleFunc("POST /control/halo/seed", byHand(func(in order) (any, error) {
		h.SeedKinds(in.Clients, in.Quotes, in.Invoices)
		return map[string]int{"tickets": h.Seed(in.Tickets)}, nil
	}))
	mux.HandleFunc("POST /control/halo/merge", byHand(func(in order) (any, error) { return idOnly{in.Into}, h.Merge(in.Kind, in.ID, in.Into) }))
	mux.HandleFunc("POST /control/halo/attach", byHand(func(in order) (any, error) {
		id, err := h.Attach(in.ID, in.Action, in.Name, in.Size)
		return idOnly{id}, err
	}))
	mux.HandleFunc("POST /control/halo/detach", byHand(func(in order) (any, error) { return idOnly{in.ID}, h.Detach(in.ID) }))
	mux.HandleFunc("POST /control/halo/kind", byHand(func(in order) (any, error) {
		id, err := h.EditKind(in.Kind, in.ID, in.Fields)
		return idOnly{id}, err
	}))
	mux.HandleFunc("POST /control/halo/kind/delete", byHand(func(in order) (any, error) { return idOnly{in.ID}, h.DeleteKind(in.Kind, in.ID) }))
	mux.HandleFunc("POST /control/halo/lookup", byHand(func(in order) (any, error) { return in.Fields, h.EditLookup(in.Kind, in.Fields) }))
	mux.HandleFunc("GET /control/halo/kind/{kind}/{id}", h.kindTruth)
	mux.HandleFunc("POST /control/halo/create", byHand(func(in order) (any, error) { return h.Edit(0, in.Fields) }))
	mux.HandleFunc("POST /control/halo/edit", byHand(h.editByHand))
	mux.HandleFunc("POST /control/halo/delete", byHand(func(in order) (any, error) { return idOnly{in.ID}, h.Delete(in.ID, in.Reason) }))
	mux.HandleFunc("POST /control/halo/note", byHand(func(in order) (any, error) { return h.Note(in.ID, in.Fields) }))
	return mux
}

// order is the body of every control request of the vendor's own.
type order struct {
	ID       int            `json:"id"`
	Fields   map[string]any `json:"fields"`
	Reason   string         `json:"reason"`
	Kind     string         `json:"kind"`
	Into     int            `json:"into"`
	Action   int            `json:"action"`
	Name     string         `json:"name"`
	Size     int32          `json:"size"`
	Clients  int            `json:"clients"`
	Quotes   int            `json:"quotes"`
	Invoices int            `json:"invoices"`
	Tickets  int            `json:"tickets"`
	URL      string         `json:"url"`
	User     string         `json:"user"`
	Password string         `json:"password"`
}

func byHand(do func(order) (any, error)) http.HandlerFunc {
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
			vendorsim.WriteControlError(w, statusOf(err), err)
			return
		}
		vendorsim.WriteJSON(w, http.StatusOK, answer)
	}
}

func statusOf(err error) int {
	var no refusal
	if errors.As(err, &no) {
		return no.status
	}
	return http.StatusBadRequest
}

func (h *Halo) patchSwitches(w http.ResponseWriter, r *http.Request) {
	body, ok := vendorsim.ReadControl(w, r)
	if !ok {
		return
	}
	next, err := vendorsim.Patch(h.Switches(), body)
	if err == nil {
		err = h.SetSwitches(next)
	}
	if err != nil {
		vendorsim.WriteControlError(w, http.StatusBadRequest, err)
		return
	}
	vendorsim.WriteJSON(w, http.StatusOK, next)
}

func (h *Halo) editByHand(in order) (any, error) {
	if in.ID == 0 {
		return nil, errors.New("id is missing")
	}
	return h.Edit(in.ID, in.Fields)
}

func (h *Halo) truth(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	truth, ok := h.Truth(id)
	if err != nil || !ok {
		vendorsim.WriteControlError(w, http.StatusNotFound, fmt.Errorf("no ticket %q", r.PathValue("id")))
		return
	}
	vendorsim.WriteJSON(w, http.StatusOK, truth)
}

func (h *Halo) kindTruth(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	truth, ok := h.KindTruth(r.PathValue("kind"), id)
	if err != nil || !ok {
		vendorsim.WriteControlError(w, http.StatusNotFound, fmt.Errorf("no %s %q", r.PathValue("kind"), r.PathValue("id")))
		return
	}
	vendorsim.WriteJSON(w, http.StatusOK, truth)
}
