package sim

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// envelope is the body of a webhook call [community: DotMarc capture of a live tenant; official: guide "Webhook Integration"].
type envelope struct {
	ID             string `json:"id"`
	WebhookID      string `json:"webhook_id"`
	NotificationID int    `json:"notification_id"`
	EscMsgID       string `json:"escmsg_id"`
	Event          string `json:"event"` // a phrase for people
	Message        string `json:"message"`
	ObjectID       int    `json:"object_id"`
	AgentID        int    `json:"agent_id"`
	Timestamp      string `json:"timestamp"` // with a Z, unlike an entity's dates
	Ticket         any    `json:"ticket,omitempty"`
	Action         any    `json:"action,omitempty"`
	Client         any    `json:"client,omitempty"` // what other kinds are called is unknown [unsure]
	Site           any    `json:"site,omitempty"`
	User           any    `json:"user,omitempty"`
	Quotation      any    `json:"quotation,omitempty"`
	Invoice        any    `json:"invoice,omitempty"`
}

// pushedTicket is the small payload.
type pushedTicket struct {
	ID            int           `json:"id"`
	Summary       string        `json:"summary"`
	StatusID      int32         `json:"status_id"`
	TicketTypeID  int32         `json:"tickettype_id"`
	ClientID      int32         `json:"client_id"`
	TeamID        int           `json:"team_id"`
	AgentID       int32         `json:"agent_id"`
	CustomFields  []customField `json:"customfields"`
	HasBeenClosed bool          `json:"hasbeenclosed"`
}

// notifications are the profiles an administrator has ticked; their place is their id.
func notifications() []string {
	return []string{
		"new ticket logged", "ticket updated", "ticket status changed", "ticket reassigned", "ticket deleted", "ticket restored",
		"action created", "action updated", "action deleted", "ticket merged",
	}
}

// happenings are the events of a change.
func happenings(old, next *ticket) []string {
	switch {
	case old == nil:
		return []string{"new ticket logged"}
	case old.Deleted && !next.Deleted:
		return []string{"ticket restored"}
	}
	var events []string
	if old.Fields.StatusID != next.Fields.StatusID {
		events = append(events, "ticket status changed")
	}
	if old.Fields.AgentID != next.Fields.AgentID {
		events = append(events, "ticket reassigned")
	}
	if len(events) == 0 {
		events = append(events, "ticket updated")
	}
	return events
}

// announce queues the webhook calls of one change, whoever made it: a caller hears its own changes too.
func (h *Halo) announce(t *ticket, a *action, by actor, events ...string) {
	state, s := h.hook.get(), h.Switches()
	if state.url == "" || state.disabled {
		return
	}
	var batch []envelope
	for _, event := range events {
		batch = append(batch, h.envelope(state.id, t, a, by, event, s))
	}
	if s.WebhookBatched { // its shape is unknown, an array is one guess [unsure]
		h.enqueue(state, batch[0], batch)
		return
	}
	for _, e := range batch {
		h.enqueue(state, e, e)
	}
}

func (h *Halo) envelope(hookID string, t *ticket, a *action, by actor, event string, s Switches) envelope {
	e := h.bareEnvelope(hookID, by, event, t.ID)
	e.Message = event + " on ticket " + strconv.Itoa(t.ID)
	for n, name := range notifications() {
		if name == event {
			e.NotificationID += n
		}
	}
	switch s.WebhookPayload {
	case "full":
		e.Ticket = t.detail(true, false, s.NullCollections)
	case "small":
		e.Ticket = t.pushed()
	}
	if a != nil && e.Ticket != nil {
		e.Action = a.view(true, s.NullCollections)
	}
	return e
}

func (h *Halo) bareEnvelope(hookID string, by actor, event string, id int) envelope {
	return envelope{
		ID: h.dice.UUID(), WebhookID: hookID, NotificationID: 40, EscMsgID: h.dice.UUID(), Event: event, ObjectID: id,
		AgentID: by.agentID, Timestamp: h.now().Format("2006-01-02T15:04:05.0000000Z"),
	}
}

// announceKind tells the webhook of a change of another kind, where the tenant's notifications are so; that there are any for these
// kinds is unknown [unsure]. Its object_id is then not that of a ticket.
func (h *Halo) announceKind(kind string, id int, view func(Switches) any, by actor, op string) {
	state, s := h.hook.get(), h.Switches()
	if state.url == "" || state.disabled || s.WebhookKinds != "all" {
		return
	}
	e := h.bareEnvelope(state.id, by, kind+" "+past(op), id)
	e.Message = e.Event + ": " + strconv.Itoa(id)
	if s.WebhookPayload != "event" {
		e.show(kind, view(s))
	}
	if s.WebhookBatched {
		h.enqueue(state, e, []envelope{e})
		return
	}
	h.enqueue(state, e, e)
}

func past(op string) string { return strings.TrimSuffix(op, "e") + "ed" }

func (e *envelope) show(kind string, view any) {
	switch kind {
	case "client":
		e.Client = view
	case "site":
		e.Site = view
	case "user":
		e.User = view
	case "quotation":
		e.Quotation = view
	default:
		e.Invoice = view
	}
}

func (t *ticket) pushed() pushedTicket {
	f := t.Fields
	out := pushedTicket{
		ID: t.ID, Summary: f.Summary, StatusID: f.StatusID, TicketTypeID: f.TicketTypeID, ClientID: f.ClientID, AgentID: f.AgentID,
		CustomFields: listOf(t.Custom, false), HasBeenClosed: t.closed(),
	}
	out.TeamID = int(teamID(f.Team))
	return out
}

func (h *Halo) enqueue(state hookState, first envelope, payload any) {
	body, err := json.Marshal(payload)
	if err != nil {
		return // nothing in an envelope fails to marshal
	}
	h.sender.Enqueue(vendorsim.Delivery{
		ID: first.ID, URL: state.url, User: state.user, Password: state.password, Body: body,
		Labels: map[string]string{"webhook_id": first.WebhookID, "notification_id": strconv.Itoa(first.NotificationID), "entity_id": strconv.Itoa(first.ObjectID), "event": first.Event},
	})
}
