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
	if statusName(f.StatusID) == "" {
		return invalid("Invalid status")
	}
	if ticketTypeName(f.TicketTypeID) == "" {
		return invalid("Invalid ticket type")
	}
	if !knownPriority(f.PriorityID) {
		if h.Switches().UnknownPriority == "refused" { // or replaced in silence [community: CIPP-API Halo extension]
			return invalid("Invalid priority")
		}
		f.PriorityID = defaultPriority
	}
	_, site := written(element)["site_id"]
	if old == nil && f.UserID > 0 && !site && h.Switches().UserNeedsSite { // [community: CIPP-API Halo extension]
		return invalid("The user does not belong to the site.")
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
	if !ok || old.Deleted {
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
