package halo

import (
	"cmp"
	"encoding/json"
	"errors"
)

// Ticket is what we use of a ticket; Row has the rest. Ids that mean "nobody" or "none" are numbers of their own at Halo, not
// zero and not null [client library: djpsa]. [official: Halo OpenAPI 2024-09, Faults and Faults_List]
type Ticket struct {
	Row

	ID   int64  `json:"id"`
	GUID string `json:"guid"` // "key" in details

	Summary     string `json:"summary"`
	Details     string `json:"details"`
	DetailsHTML string `json:"details_html"`

	StatusID     int64 `json:"status_id"`
	TicketTypeID int64 `json:"tickettype_id"`
	PriorityID   int64 `json:"priority_id"` // a Priority's priorityid, not its id
	SLAID        int64 `json:"sla_id"`
	Impact       int64 `json:"impact"`
	Urgency      int64 `json:"urgency"`
	Source       int64 `json:"source"`

	ClientID   int64  `json:"client_id"`
	ClientName string `json:"client_name"`
	SiteID     int64  `json:"site_id"`
	SiteName   string `json:"site_name"`
	UserID     int64  `json:"user_id"`
	UserName   string `json:"user_name"`
	AgentID    int64  `json:"agent_id"`
	Team       string `json:"team"` // its name; the filter of lists wants its id

	Category1 string `json:"category_1"` // "category1" in some answers, as are the others
	Category2 string `json:"category_2"`
	Category3 string `json:"category_3"`
	Category4 string `json:"category_4"`

	ParentID     int64         `json:"parent_id"`
	MergedIntoID int64         `json:"merged_into_id"`
	ThirdPartyID string        `json:"third_party_id_string"`
	CustomFields []CustomField `json:"customfields"`

	OnHold        bool `json:"onhold"`
	HasBeenClosed bool `json:"hasbeenclosed"`
	Inactive      bool `json:"inactive"`
	Deleted       bool `json:"deleted"`

	DateOccurred   Time `json:"dateoccurred"`
	DateCreated    Time `json:"datecreated"`
	DateClosed     Time `json:"dateclosed"`
	LastUpdate     Time `json:"last_update"` // "lastupdate" in some answers
	LastActionDate Time `json:"lastactiondate"`
	FixByDate      Time `json:"fixbydate"`
	RespondByDate  Time `json:"respondbydate"`
	TargetDate     Time `json:"targetdate"`

	AttachmentCount int64 `json:"attachment_count"`

	Warning string `json:"_warning"` // what Halo did otherwise than asked

	Listed bool `json:"-"` // a row of a list, which has the custom fields only that were asked for
}

// ticketNames translates spellings that differ between answers [client library: djpsa].
func ticketNames() map[string]string {
	return map[string]string{
		"key": "guid", "lastupdate": "last_update",
		"category1": "category_1", "category2": "category_2", "category3": "category_3", "category4": "category_4",
	}
}

func ticketDates() []string {
	return []string{
		"dateoccurred", "datecreated", "dateclosed", "last_update", "lastupdate", "lastactiondate", "fixbydate", "respondbydate", "targetdate",
	}
}

// UnmarshalJSON reads either spelling; of both, the usual one.
func (t *Ticket) UnmarshalJSON(b []byte) error {
	row, err := readRow(b, ticketNames())
	if err != nil {
		return err
	}
	type plain Ticket
	var w struct {
		plain
		Key        string `json:"key"`
		LastUpdate Time   `json:"lastupdate"`
		Category1  string `json:"category1"`
		Category2  string `json:"category2"`
		Category3  string `json:"category3"`
		Category4  string `json:"category4"`
	}
	if err := json.Unmarshal(b, &w); err != nil {
		return blame(b, cmp.Or(json.Unmarshal(b, new(plain)), err), ticketDates()) // the first names the field as Halo does
	}
	*t = Ticket(w.plain)
	t.Row = row
	t.GUID, t.LastUpdate = or(t.GUID, w.Key), or(t.LastUpdate, w.LastUpdate)
	t.Category1, t.Category2 = or(t.Category1, w.Category1), or(t.Category2, w.Category2)
	t.Category3, t.Category4 = or(t.Category3, w.Category3), or(t.Category4, w.Category4)
	return nil
}

func or[T comparable](v, otherwise T) T {
	var none T
	if v == none {
		return otherwise
	}
	return v
}

// readTicket is a ticket, or says what makes it none.
func readTicket(b json.RawMessage) (t Ticket, err error) {
	if err := t.UnmarshalJSON(b); err != nil {
		return Ticket{}, err
	}
	if t.ID <= 0 {
		return Ticket{}, &fieldError{"id", errors.New("a ticket without an id")}
	}
	return t, nil
}
