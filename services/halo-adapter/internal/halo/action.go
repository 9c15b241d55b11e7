package halo

import (
	"encoding/json"
	"errors"
)

// Action is a note, an e-mail or a time entry on a ticket; Row has the rest of it. Its id is unique only within its ticket
// [community: msp-skills #203]. [official: Halo OpenAPI 2024-09, Actions]
type Action struct {
	Row

	TicketID int64  `json:"ticket_id"`
	ID       int64  `json:"id"`
	GUID     string `json:"guid"`

	Outcome   string `json:"outcome"`
	OutcomeID int64  `json:"outcome_id"`

	Note           string `json:"note"`
	NoteHTML       string `json:"note_html"` // not byte for byte what was sent
	EmailBodyHTML  string `json:"emailbody_html"`
	EmailDirection string `json:"emaildirection"`
	HiddenFromUser bool   `json:"hiddenfromuser"`
	Important      bool   `json:"important"`

	Who           string `json:"who"` // not in the OpenAPI document [client library: homotechsual/HaloAPI]
	WhoType       int64  `json:"who_type"`
	WhoAgentID    int64  `json:"who_agentid"`
	ByAgentID     int64  `json:"actionby_agent_id"`
	ByUserID      int64  `json:"actionby_user_id"`
	ByApplication string `json:"actionby_application_id"` // the name of the API application, on what it wrote itself

	TimeTaken   float64 `json:"timetaken"` // hours
	ChargeRate  int64   `json:"chargerate"`
	Billable    bool    `json:"actisbillable"`
	ArrivalDate Time    `json:"actionarrivaldate"` // when the work began

	OldStatus          int64         `json:"old_status"`
	NewStatus          int64         `json:"new_status"`
	AttachmentCount    int64         `json:"attachment_count"`
	MergedFromTicketID int64         `json:"merged_from_ticketid"`
	CustomFields       []CustomField `json:"customfields"`

	DateTime    Time `json:"datetime"`
	DateCreated Time `json:"actiondatecreated"`
	LastUpdated Time `json:"last_updated"`

	Warning string `json:"_warning"`
}

func actionDates() []string {
	return []string{"datetime", "actiondatecreated", "last_updated", "actionarrivaldate"}
}

// UnmarshalJSON keeps the row.
func (a *Action) UnmarshalJSON(b []byte) error {
	row, err := readRow(b, nil)
	if err != nil {
		return err
	}
	type plain Action
	var p plain
	if err := json.Unmarshal(b, &p); err != nil {
		return blame(b, err, actionDates())
	}
	*a = Action(p)
	a.Row = row
	return nil
}

// readAction reads an action of ticket, or, when that is 0, of any.
func readAction(ticket int64) func(json.RawMessage) (Action, error) {
	return func(b json.RawMessage) (a Action, err error) {
		if err := json.Unmarshal(b, &a); err != nil {
			return Action{}, err
		}
		a.TicketID = or(a.TicketID, ticket)
		if a.ID <= 0 {
			return Action{}, &fieldError{"id", errors.New("an action without an id")}
		}
		if a.TicketID <= 0 || ticket != 0 && a.TicketID != ticket {
			return Action{}, &fieldError{"ticket_id", errors.New("an action of no ticket, or of another")}
		}
		return a, nil
	}
}
