package sim

import "encoding/json"

const firstTicketID = 10001

// ticket is one row of the vendor's Faults table. A stored ticket is never changed: a change stores another.
type ticket struct {
	ID         int
	GUID       string
	Fields     ticketFields
	Categories [4]string
	Details    string
	HTML       string // of the details
	Custom     []customField

	MergedInto  int
	Attachments int32
	Links       []externalLink

	Created, Closed, Updated, LastAction, DeletedAt stamp
	Deleted                                         bool
}

// ticketFields are those a caller may write and every answer carries. Ids are 32-bit integers at the vendor.
type ticketFields struct {
	Summary            string `json:"summary"`
	StatusID           int32  `json:"status_id"`
	TicketTypeID       int32  `json:"tickettype_id"`
	PriorityID         int32  `json:"priority_id"` // the Priority record's priorityid, not its id [client library: djpsa]
	SLAID              int32  `json:"sla_id"`
	ClientID           int32  `json:"client_id"`
	SiteID             int32  `json:"site_id"`
	UserID             int32  `json:"user_id"`
	AgentID            int32  `json:"agent_id"`
	Team               string `json:"team"` // by name [client library: djpsa]
	ParentID           int32  `json:"parent_id"`
	Impact             int32  `json:"impact"`
	Urgency            int32  `json:"urgency"`
	Source             int32  `json:"source"`
	OnHold             bool   `json:"onhold"`
	Flagged            bool   `json:"flagged"`
	DateOccurred       stamp  `json:"dateoccurred"`
	FixByDate          stamp  `json:"fixbydate"`
	RespondByDate      stamp  `json:"respondbydate"`
	TargetDate         stamp  `json:"targetdate"`
	ReportedBy         string `json:"reportedby"`
	ThirdPartyID       int32  `json:"third_party_id"`
	ThirdPartyIDString string `json:"third_party_id_string"`
}

// ticketInput is what a POST may say about a ticket beside its fields; whatever else it says is ignored.
type ticketInput struct {
	*ticketFields
	ID          int32             `json:"id"`
	Category1   *string           `json:"category_1"`
	Category2   *string           `json:"category_2"`
	Category3   *string           `json:"category_3"`
	Category4   *string           `json:"category_4"`
	Details     *string           `json:"details"`
	DetailsHTML *string           `json:"details_html"`
	Custom      []json.RawMessage `json:"customfields"`
	Recover     bool              `json:"_recover"`
	NoValidate  bool              `json:"_novalidate"`
	UserLookup  struct {
		ID int32 `json:"id"` // -1: the client's general user
	} `json:"userlookup"`
	Link           *externalLink `json:"new_external_link"`
	NoTemplate     bool          `json:"donotapplytemplateintheapi"`
	AppointmentsOK bool          `json:"_appointment01_ok"`
}

// customField is one value of a field the tenant has made up. It is written by id or by name.
type customField struct {
	ID      int32  `json:"id"`
	Name    string `json:"name"`
	Label   string `json:"label"`
	Type    int32  `json:"type"`
	Value   any    `json:"value"` // of any type [official: Halo OpenAPI 2024-09, CustomField]
	Display string `json:"display"`
}

func (t *ticket) closed() bool { return isClosed(t.Fields.StatusID) }
