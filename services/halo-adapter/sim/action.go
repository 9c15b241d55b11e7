package sim

import (
	"cmp"
	"encoding/json"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// actionKey names an action: its id is unique only inside its ticket [community: msp-skills #203].
type actionKey struct{ ticket, id int }

// action is a note, an email or a change on a ticket. A stored action is never changed: a change stores another.
type action struct {
	Key     actionKey
	GUID    string
	Fields  actionFields
	Note    string
	HTML    string
	By      actor
	Created stamp
	Updated stamp
	System  bool // logged by the vendor itself
	Custom  []customField

	OldStatus   int32 // of the ticket
	MergedFrom  int   // the ticket that it was written on
	Attachments int32
}

// actionFields are those a caller may write and every answer carries.
type actionFields struct {
	Outcome        string  `json:"outcome"`
	OutcomeID      int32   `json:"outcome_id"`
	DateTime       stamp   `json:"datetime"`
	HiddenFromUser bool    `json:"hiddenfromuser"`
	Important      bool    `json:"important"`
	TimeTaken      float64 `json:"timetaken"`
	SendEmail      bool    `json:"sendemail"`
	EmailTo        string  `json:"emailto"`
	EmailSubject   string  `json:"emailsubject"`
	NewStatus      int32   `json:"new_status"`
	ChargeRate     int32   `json:"chargerate"`
	IsBillable     bool    `json:"actisbillable"`
	ArrivalDate    stamp   `json:"actionarrivaldate"`
	CompletionDate stamp   `json:"actioncompletiondate"`
}

// actionInput is what a POST may say about an action beside its fields.
type actionInput struct {
	*actionFields
	ID       int32   `json:"id"`
	TicketID int32   `json:"ticket_id"`
	GUID     string  `json:"guid"`
	Note     *string `json:"note"`
	NoteHTML *string `json:"note_html"`

	Custom  []json.RawMessage `json:"customfields"`
	AgentID int32             `json:"who_agentid"` // who did the work; that it can be written is inferred [unsure]
}

// actionView is an action as the API shows it (schema Actions).
type actionView struct {
	ID       int    `json:"id"`
	TicketID int    `json:"ticket_id"`
	GUID     string `json:"guid"`
	actionFields
	Who               string        `json:"who"`
	WhoType           int32         `json:"who_type"`
	WhoAgentID        int32         `json:"who_agentid"`
	ByAgentID         int32         `json:"actionby_agent_id"`
	ByUserID          int32         `json:"actionby_user_id"`
	ByApplication     string        `json:"actionby_application_id"` // its name [client library: homotechsual/HaloAPI Action.E2E.Tests.ps1]
	ActionDateCreated stamp         `json:"actiondatecreated"`
	LastUpdated       stamp         `json:"last_updated"`
	Note              string        `json:"note"`
	NoteHTML          *string       `json:"note_html,omitempty"`
	EmailDirection    string        `json:"emaildirection"`
	AttachmentCount   int32         `json:"attachment_count"`
	CustomFields      []customField `json:"customfields"`
	OldStatus         int32         `json:"old_status"`
	MergedFrom        int32         `json:"merged_from_ticketid"`
}

func (a *action) view(html, null bool) actionView {
	return actionView{
		ID: a.Key.id, TicketID: a.Key.ticket, GUID: a.GUID, actionFields: a.Fields, Who: a.By.name, WhoType: 1,
		WhoAgentID: int32(a.By.agentID), ByAgentID: int32(a.By.agentID), ByApplication: a.By.application, //nolint:gosec // small ids
		ActionDateCreated: a.Created, LastUpdated: a.Updated, Note: a.Note, NoteHTML: when(html, a.HTML), CustomFields: listOf(a.Custom, null),
		OldStatus: a.OldStatus, MergedFrom: int32(a.MergedFrom), AttachmentCount: a.Attachments, //nolint:gosec // a small id
	}
}

// newestFirst is the order of lists of actions [client library: homotechsual/HaloAPI takes count=1 for the latest].
func newestFirst() vendorsim.Order[*action] {
	return vendorsim.Order[*action]{Name: "newest first", Compare: func(a, b *action) int {
		return cmp.Or(b.Fields.DateTime.Compare(a.Fields.DateTime.Time), cmp.Compare(b.Key.ticket, a.Key.ticket), cmp.Compare(b.Key.id, a.Key.id))
	}}
}
