package sim

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// postTickets makes the elements one after the other; the first that is refused ends it, and those before it stay [unsure].
func (h *Halo) postTickets(c *call) (any, error) {
	list, err := elements(c.Request)
	if err != nil {
		return nil, err
	}
	s := h.Switches()
	var made []ticketDetail
	for _, element := range list {
		t, err := h.writeTicket(element, c.by)
		if err != nil {
			return nil, err
		}
		one := t.detail(true, s.PostSpelling == "plain", s.NullCollections)
		one.Warning = s.warning()
		made = append(made, one)
	}
	return postAnswer(made, c.flag("returnall"), s.PostAnswer), nil
}

// writeTicket creates a ticket, or changes the fields that the element names. Last write wins: there is no condition to send.
func (h *Halo) writeTicket(element json.RawMessage, by actor) (*ticket, error) {
	h.writing.Lock()
	defer h.writing.Unlock()
	var head struct {
		ID      int32 `json:"id"`
		Recover bool  `json:"_recover"`
	}
	if err := fill(element, &head); err != nil {
		return nil, err
	}
	old, found := h.tickets.Get(int(head.ID), time.Time{})
	if head.ID != 0 && (!found || old.Deleted && !head.Recover || by.application != "" && !h.Switches().sees(int(old.Fields.ClientID))) {
		return nil, absent("ticket")
	}
	next, err := h.changed(old, element)
	if err != nil {
		return nil, err
	}
	op := "update"
	switch {
	case old == nil:
		op = "create"
	case old.Deleted:
		op = "restore"
	}
	h.settleTicket(old, next, by, op, written(element))
	return next, nil
}

// changed is old, or a ticket as the tenant's defaults make it, with the element over it.
func (h *Halo) changed(old *ticket, element json.RawMessage) (*ticket, error) {
	now := h.stampNow()
	next := &ticket{GUID: h.dice.UUID(), Created: now, Updated: now, LastAction: now}
	next.Fields = ticketFields{StatusID: 1, TicketTypeID: 1, PriorityID: 3, SLAID: 1, ClientID: unknownClient, AgentID: unassignedAgent, Team: "1st Line", DateOccurred: now}
	if old != nil {
		*next = *old
		next.Updated = now
	}
	in := ticketInput{ticketFields: &next.Fields}
	if err := fill(element, &in); err != nil {
		return nil, err
	}
	if err := h.admit(old, next, in, element); err != nil {
		return nil, err
	}
	if err := next.take(in); err != nil {
		return nil, err
	}
	next.Links = h.linked(next.Links, in.Link, now)
	if old == nil {
		next.applyTemplate(in, h.Switches().Template)
		next.ID = h.nextID
		h.nextID++
	}
	return next, nil
}

// applyTemplate is the template of the ticket type, which wins over what was sent [community: CIPP-API Halo extension sends the flag
// against it; what a template does is the tenant's own].
func (t *ticket) applyTemplate(in ticketInput, configured bool) {
	if !configured || in.NoTemplate {
		return
	}
	t.Fields.Team, t.Fields.PriorityID, t.Categories[0] = "2nd Line", defaultPriority, "From the template"
}

// take moves what the element says into the ticket, beyond the plain fields.
func (t *ticket) take(in ticketInput) error {
	for n, category := range []*string{in.Category1, in.Category2, in.Category3, in.Category4} {
		if category != nil {
			t.Categories[n] = *category
		}
	}
	if in.Details != nil {
		t.Details, t.HTML = *in.Details, paragraph(*in.Details)
	}
	if in.DetailsHTML != nil {
		t.HTML = normalized(*in.DetailsHTML, true)
		t.Details = plainText(t.HTML)
	}
	if in.UserLookup.ID != 0 {
		t.Fields.UserID = in.UserLookup.ID
	}
	if in.Recover {
		t.Deleted, t.DeletedAt = false, stamp{}
	}
	t.closeOrOpen()
	var err error
	t.Custom, err = mergedCustom(t.Custom, in.Custom)
	return err
}

// closeOrOpen makes the date of closing follow the status.
func (t *ticket) closeOrOpen() {
	switch closed := t.closed(); {
	case closed && t.Closed.IsZero():
		t.Closed = t.Updated
	case !closed:
		t.Closed = stamp{}
	}
}

// settleTicket stores the ticket, records the change, and tells the webhook.
func (h *Halo) settleTicket(old, next *ticket, by actor, op string, fields map[string]any) {
	h.tickets.Put(next.ID, next, next.Updated.Time)
	h.recordTicket(next, by, op, fields)
	h.announce(next, nil, by, happenings(old, next)...)
}

func (h *Halo) recordTicket(t *ticket, by actor, op string, fields map[string]any) {
	h.ledger.Append(vendorsim.Entry{
		At: h.now(), Kind: "ticket", ID: strconv.Itoa(t.ID), Op: op, By: by.name, Application: by.application, Fields: fields,
		Marks: map[string]string{"third_party_id_string": t.Fields.ThirdPartyIDString},
	})
}

// stampNow is a change stamp; two changes may carry the same one, and none is earlier than the one before.
func (h *Halo) stampNow() stamp {
	if now := h.now(); now.After(h.stamped) {
		h.stamped = now
	}
	return stamp{h.stamped}
}
