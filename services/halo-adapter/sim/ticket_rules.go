package sim

import (
	"encoding/json"
	"strings"
	"time"
)

// admit refuses what the tenant's rules refuse.
func (h *Halo) admit(old, next *ticket, in ticketInput, element json.RawMessage) error {
	f := &next.Fields
	if strings.TrimSpace(f.Summary) == "" && (old == nil || old.Fields.Summary != "") && !in.NoValidate {
		return invalid("Please enter a Summary.")
	}
	if !h.tables.statuses.has(key(f.StatusID)) {
		return invalid("Invalid status")
	}
	if !h.tables.ticketTypes.has(key(f.TicketTypeID)) {
		return invalid("Invalid ticket type")
	}
	if !h.knownPriority(f.PriorityID) {
		if h.Switches().UnknownPriority == "refused" { // or replaced in silence [community: CIPP-API Halo extension]
			return invalid("Invalid priority")
		}
		f.PriorityID = defaultPriority
	}
	if err := h.confirmed(old, next, in, element); err != nil {
		return err
	}
	_, site := written(element)["site_id"]
	if old == nil && f.UserID > 0 && !site && h.Switches().UserNeedsSite { // [community: CIPP-API Halo extension]
		return invalid("The user does not belong to the site.")
	}
	return nil
}

// confirmed refuses what people are asked about first: a field that the ticket type requires, and closing with appointments open.
// [community: CIPP-API Halo extension for _novalidate; client library: an asynchronous Python client for _appointment01_ok]
func (h *Halo) confirmed(old, next *ticket, in ticketInput, element json.RawMessage) error {
	s := h.Switches()
	if _, sent := written(element)[s.MandatoryField]; old == nil && s.MandatoryField != "" && !sent && !in.NoValidate {
		return invalid("Please complete the mandatory field %s.", s.MandatoryField)
	}
	if old != nil && !old.closed() && next.closed() && s.OpenAppointments && !in.AppointmentsOK {
		return invalid("This ticket has open appointments. Do you want to close it?")
	}
	return nil
}

// deleteTicket deletes softly: the ticket leaves the lists and can be recovered.
func (h *Halo) deleteTicket(c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	t, err := h.removeTicket(id, c.query.Get("reason"), c.by)
	if err != nil {
		return nil, err
	}
	return idOnly{t.ID}, nil
}

func (h *Halo) removeTicket(id int, reason string, by actor) (*ticket, error) {
	h.writing.Lock()
	defer h.writing.Unlock()
	old, ok := h.tickets.Get(id, time.Time{})
	if !ok || old.Deleted || by.application != "" && !h.Switches().sees(int(old.Fields.ClientID)) {
		return nil, absent("ticket")
	}
	next := *old
	now := h.stampNow()
	next.Deleted, next.DeletedAt = true, now
	if h.Switches().DeletesMoveStamp {
		next.Updated = now
	}
	h.tickets.Put(id, &next, now.Time)
	h.recordTicket(&next, by, "delete", map[string]any{"reason": reason})
	h.announce(&next, nil, by, "ticket deleted")
	return &next, nil
}

// touch is the ticket after something happened to one of its actions.
func (h *Halo) touch(t *ticket, now stamp, edit func(*ticket)) *ticket {
	next := *t
	next.LastAction = now
	if h.Switches().ActionsMoveStamp {
		next.Updated = now
	}
	if edit != nil {
		edit(&next)
	}
	h.tickets.Put(next.ID, &next, now.Time)
	return &next
}

// liveTicket is a ticket that actions can be written to: a closed one can, a deleted one cannot.
func (h *Halo) liveTicket(id int) (*ticket, error) {
	t, ok := h.tickets.Get(id, time.Time{})
	if !ok || t.Deleted {
		return nil, absent("ticket")
	}
	return t, nil
}
