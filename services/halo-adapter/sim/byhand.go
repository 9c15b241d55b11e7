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

// Erase is a person deleting an action at the vendor.
func (h *Halo) Erase(ticket, action int) error {
	return h.removeAction(actionKey{ticket, action}, person())
}

// Purge is a person removing a ticket for good: no list has it any more, not even that of the deleted, and nobody is told [unsure].
func (h *Halo) Purge(id int) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	t, err := h.liveTicket(id)
	if err != nil {
		return err
	}
	h.tickets.Remove(id, h.stampNow().Time)
	h.recordTicket(t, person(), "purge", nil)
	return nil
}

// EditKind is a person changing a row of a kind: client, site, user, quotation, invoice, recurring_invoice; with the id 0, making
// one. People may also do what integrations may not: post an invoice, set amountpaid. It answers with the id.
func (h *Halo) EditKind(kind string, id int, fields map[string]any) (int, error) {
	k, err := h.named(kind)
	if err != nil {
		return 0, err
	}
	element, err := withID(fields, "id", id)
	if err != nil {
		return 0, err
	}
	return k.write(h, element, person())
}

// DeleteKind is a person deleting a row of a kind.
func (h *Halo) DeleteKind(kind string, id int) error {
	k, err := h.named(kind)
	if err != nil {
		return err
	}
	return k.drop(h, id, person())
}

// EditLookup is a person adding or changing a status, ticket_type, priority, agent or team: by the id among the fields.
func (h *Halo) EditLookup(kind string, fields map[string]any) error {
	element, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("fields: %w", err)
	}
	edits := map[string]func(json.RawMessage) (any, error){
		"status": h.tables.statuses.edit, "ticket_type": h.tables.ticketTypes.edit, "priority": h.tables.priorities.edit,
		"agent": h.tables.agents.edit, "team": h.tables.teams.edit,
	}
	if edits[kind] == nil {
		return fmt.Errorf("no kind %q", kind)
	}
	_, err = edits[kind](element)
	return err
}

// LookupTruth are all rows of a status, ticket_type, priority, agent or team, as they really are.
func (h *Halo) LookupTruth(kind string) []map[string]any {
	switch kind {
	case "status":
		return rowsOf(h.tables.statuses.all())
	case "ticket_type":
		return rowsOf(h.tables.ticketTypes.all())
	case "priority":
		return rowsOf(h.tables.priorities.all())
	case "agent":
		return rowsOf(h.tables.agents.all())
	case "team":
		return rowsOf(h.tables.teams.all())
	default:
		return nil
	}
}

func rowsOf[T any](rows []T) []map[string]any {
	all := make([]map[string]any, 0, len(rows))
	for _, row := range rows {
		text, _ := json.Marshal(row) // rows of a table are plain
		all = append(all, written(text))
	}
	return all
}

// KindTruth is the true state of a row of a kind; false if there is none.
func (h *Halo) KindTruth(kind string, id int) (map[string]any, bool) {
	k, err := h.named(kind)
	if err != nil {
		return nil, false
	}
	view, ok := k.truth(id)
	if !ok {
		return nil, false
	}
	text, err := json.Marshal(view)
	if err != nil {
		return nil, false
	}
	return written(text), true
}

func (h *Halo) named(kind string) (anyKind, error) {
	for _, k := range h.kinds() {
		if k.called() == kind {
			return k, nil
		}
	}
	return nil, fmt.Errorf("no kind %q", kind)
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
