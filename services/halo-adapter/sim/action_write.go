package sim

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

func (h *Halo) postActions(c *call) (any, error) {
	list, err := elements(c.Request)
	if err != nil {
		return nil, err
	}
	s := h.Switches()
	var made []actionView
	for _, element := range list {
		a, err := h.writeAction(element, c.by)
		if err != nil {
			return nil, err
		}
		made = append(made, a.view(true, s.NullCollections))
	}
	return postAnswer(made, true, s.PostAnswer), nil
}

// writeAction adds an action to a ticket, or changes one that is there.
func (h *Halo) writeAction(element json.RawMessage, by actor) (*action, error) {
	h.writing.Lock()
	defer h.writing.Unlock()
	var head struct {
		ID       int32 `json:"id"`
		TicketID int32 `json:"ticket_id"`
	}
	if err := fill(element, &head); err != nil {
		return nil, err
	}
	if head.TicketID == 0 {
		return nil, invalid("Please supply a ticket_id.")
	}
	t, err := h.liveTicket(int(head.TicketID))
	if err != nil {
		return nil, err
	}
	key := actionKey{t.ID, int(head.ID)}
	old, found := h.actions.Get(key, time.Time{})
	if head.ID != 0 && !found {
		return nil, absent("action")
	}
	next, err := h.changedAction(t, old, element, by)
	if err != nil {
		return nil, err
	}
	h.settleAction(t, old, next, by, written(element))
	return next, nil
}

func (h *Halo) changedAction(t *ticket, old *action, element json.RawMessage, by actor) (*action, error) {
	now := h.stampNow()
	next := &action{Key: actionKey{ticket: t.ID}, GUID: h.dice.UUID(), By: by, Created: now, Fields: actionFields{DateTime: now}}
	if old != nil {
		*next = *old
	}
	next.Updated = now
	in := actionInput{actionFields: &next.Fields}
	if err := fill(element, &in); err != nil {
		return nil, err
	}
	if err := h.admitAction(next); err != nil {
		return nil, err
	}
	if in.AgentID != 0 {
		if !h.tables.agents.has(key(in.AgentID)) {
			return nil, invalid("Invalid agent")
		}
		next.By.name, next.By.agentID = agentName(in.AgentID), int(in.AgentID)
	}
	var err error
	if next.Custom, err = mergedCustom(next.Custom, in.Custom); err != nil {
		return nil, err
	}
	next.takeNote(in, h.Switches().StripComments)
	if old == nil {
		h.lastNote[t.ID]++
		next.Key.id = h.lastNote[t.ID]
		if in.GUID != "" && h.Switches().ClientGUID == "stored" {
			next.GUID = in.GUID
		}
	}
	return next, nil
}

// admitAction refuses an action without an outcome, and one whose outcome the acting agent may not use.
// [client library: homotechsual/HaloAPI Action.E2E.Tests.ps1; community: CIPP PR #106]
func (h *Halo) admitAction(a *action) error {
	f := &a.Fields
	if f.OutcomeID == 0 && f.Outcome == "" {
		return invalid("Please supply an outcome or an outcome_id.")
	}
	f.OutcomeID, f.Outcome = outcome(f.OutcomeID, f.Outcome)
	if forbidden := h.Switches().ForbiddenOutcome; forbidden != 0 && int(f.OutcomeID) == forbidden {
		return invalid("You do not have access to the action %s.", f.Outcome)
	}
	if f.TimeTaken < 0 || f.TimeTaken > 24 {
		return invalid("Invalid time taken") // [unsure]
	}
	if f.NewStatus != 0 && !h.tables.statuses.has(key(f.NewStatus)) {
		return invalid("Invalid status")
	}
	return nil
}

func (a *action) takeNote(in actionInput, strip bool) {
	switch {
	case in.NoteHTML != nil:
		a.HTML = normalized(*in.NoteHTML, strip)
		a.Note = plainText(a.HTML)
	case in.Note != nil:
		a.Note, a.HTML = *in.Note, paragraph(*in.Note)
	}
}

// settleAction stores the action, moves its ticket, records the change, and tells the webhook.
func (h *Halo) settleAction(t *ticket, old, next *action, by actor, fields map[string]any) {
	op := "update"
	if old == nil {
		op = "create"
	}
	if old == nil {
		next.OldStatus = t.Fields.StatusID
	}
	h.actions.Put(next.Key, next, next.Updated.Time)
	h.recordAction(next, by, op, fields)
	status := next.Fields.NewStatus
	if old != nil || status == 0 || status == t.Fields.StatusID {
		h.announce(h.touch(t, next.Updated, nil), next, by, "action "+op+"d")
		return
	}
	moved := h.touch(t, next.Updated, func(t *ticket) {
		t.Fields.StatusID = status
		_ = t.take(ticketInput{}) // opening and closing; there is nothing to refuse
	})
	h.recordTicket(moved, by, "update", map[string]any{"status_id": status})
	h.announce(moved, next, by, append([]string{"action created"}, happenings(t, moved)...)...)
}

func (h *Halo) recordAction(a *action, by actor, op string, fields map[string]any) {
	html, _ := fields["note_html"].(string)
	h.ledger.Append(vendorsim.Entry{
		At: h.now(), Kind: "action", ID: strconv.Itoa(a.Key.id), Parent: strconv.Itoa(a.Key.ticket), Op: op, By: by.name,
		Application: by.application, Fields: fields, Marks: map[string]string{"guid": a.GUID, "note_html": html},
	})
}

// deleteAction answers with what it deleted [client library: homotechsual/HaloAPI Action.E2E.Tests.ps1].
func (h *Halo) deleteAction(c *call) (any, error) {
	key, err := c.actionKey()
	if err != nil {
		return nil, err
	}
	return idOnly{key.id}, h.removeAction(key, c.by)
}

func (h *Halo) removeAction(key actionKey, by actor) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	a, ok := h.actions.Get(key, time.Time{})
	if !ok {
		return absent("action")
	}
	t, err := h.liveTicket(key.ticket)
	if err != nil {
		return err
	}
	now := h.stampNow()
	h.actions.Remove(key, now.Time)
	h.recordAction(a, by, "delete", nil)
	h.announce(h.touch(t, now, nil), nil, by, "action deleted")
	return nil
}
