package sim

import (
	"encoding/json"
	"fmt"
	"time"
)

// person is who edits at the vendor's own screens.
func person() actor { return actor{name: "Amira Khan", agentID: 3} }

// TicketView is a ticket as a read by the API shows it.
type TicketView = ticketDetail

// ActionView is an action as a read by the API shows it.
type ActionView = actionView

// Edit is a person changing a ticket's fields at the vendor; with the id 0, logging one.
func (h *Halo) Edit(id int, fields map[string]any) (TicketView, error) {
	element, err := withID(fields, "id", id)
	if err != nil {
		return TicketView{}, err
	}
	t, err := h.writeTicket(element, person())
	if err != nil {
		return TicketView{}, err
	}
	return t.detail(true, false, false), nil
}

// Note is a person writing an action on a ticket at the vendor.
func (h *Halo) Note(ticket int, fields map[string]any) (ActionView, error) {
	element, err := withID(fields, "ticket_id", ticket)
	if err != nil {
		return ActionView{}, err
	}
	a, err := h.writeAction(element, person())
	if err != nil {
		return ActionView{}, err
	}
	return a.view(true, false), nil
}

// Delete is a person deleting a ticket at the vendor.
func (h *Halo) Delete(id int, reason string) error {
	_, err := h.removeTicket(id, reason, person())
	return err
}

func withID(fields map[string]any, name string, id int) (json.RawMessage, error) {
	all := map[string]any{name: id}
	for field, value := range fields {
		if field != name {
			all[field] = value
		}
	}
	element, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("fields: %w", err)
	}
	return element, nil
}

// Truth is a ticket and its actions, the oldest first, as they really are.
type Truth struct {
	Ticket  TicketView   `json:"ticket"`
	Actions []ActionView `json:"actions"`
}

// Truth is the true state of a ticket, deleted or not; false if there never was one.
func (h *Halo) Truth(id int) (Truth, bool) {
	t, ok := h.tickets.Get(id, time.Time{})
	if !ok {
		return Truth{}, false
	}
	out := Truth{Ticket: t.detail(true, false, false), Actions: []ActionView{}}
	for n := range h.lastActionOf(id) {
		if a, ok := h.actions.Get(actionKey{id, n + 1}, time.Time{}); ok {
			out.Actions = append(out.Actions, a.view(true, false))
		}
	}
	return out, true
}
