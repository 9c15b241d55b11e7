package sim

// ticketRow is a ticket in a list (schema Faults_List).
type ticketRow struct {
	ID   int    `json:"id"`
	GUID string `json:"guid"` // called key in the detail
	ticketFields
	ticketFacts
	spelling
	Details        *string       `json:"details,omitempty"`
	CustomFields   []customField `json:"customfields"`
	AgentName      *string       `json:"agent_name,omitempty"`      // with includeagent
	StatusName     *string       `json:"status_name,omitempty"`     // with includestatus
	TicketTypeName *string       `json:"tickettype_name,omitempty"` // with includetickettype
}

// ticketDetail is a ticket by itself (schema Faults).
type ticketDetail struct {
	ID  int    `json:"id"`
	Key string `json:"key"` // called guid in lists
	ticketFields
	ticketFacts
	spelling
	DateCreated    stamp          `json:"datecreated"`
	Details        *string        `json:"details,omitempty"`
	DetailsHTML    *string        `json:"details_html,omitempty"`
	Deleted        bool           `json:"deleted"`
	DeletedDate    *stamp         `json:"deleted_date,omitempty"`
	CustomFields   []customField  `json:"customfields"`
	Attachments    []any          `json:"attachments"`
	ExternalLinks  []externalLink `json:"external_links"`
	AgentName      *string        `json:"agent_name,omitempty"`
	StatusName     *string        `json:"status_name,omitempty"`
	TicketTypeName *string        `json:"tickettype_name,omitempty"`
	Warning        *string        `json:"_warning,omitempty"`
}

// ticketFacts are the fields that only the vendor writes.
type ticketFacts struct {
	ClientName      string `json:"client_name"`
	SiteName        string `json:"site_name"`
	UserName        string `json:"user_name"`
	UserEmail       string `json:"user_email"`
	DateClosed      stamp  `json:"dateclosed"`
	LastActionDate  stamp  `json:"lastactiondate"`
	HasBeenClosed   bool   `json:"hasbeenclosed"`
	Inactive        bool   `json:"inactive"`
	MergedIntoID    int32  `json:"merged_into_id"`
	AttachmentCount int32  `json:"attachment_count"`
}

// spelling is the fields whose names differ between answers [client library: djpsa].
type spelling struct {
	LastUpdate      *stamp  `json:"last_update,omitempty"`
	LastUpdatePlain *stamp  `json:"lastupdate,omitempty"`
	Category1       *string `json:"category_1,omitempty"`
	Category2       *string `json:"category_2,omitempty"`
	Category3       *string `json:"category_3,omitempty"`
	Category4       *string `json:"category_4,omitempty"`
	Category1Plain  *string `json:"category1,omitempty"`
	Category2Plain  *string `json:"category2,omitempty"`
	Category3Plain  *string `json:"category3,omitempty"`
	Category4Plain  *string `json:"category4,omitempty"`
}

func (t *ticket) spelled(plain bool) spelling {
	c := &t.Categories
	if plain {
		return spelling{LastUpdatePlain: &t.Updated, Category1Plain: &c[0], Category2Plain: &c[1], Category3Plain: &c[2], Category4Plain: &c[3]}
	}
	return spelling{LastUpdate: &t.Updated, Category1: &c[0], Category2: &c[1], Category3: &c[2], Category4: &c[3]}
}

func (t *ticket) facts() ticketFacts {
	return ticketFacts{
		ClientName: clientName(t.Fields.ClientID), SiteName: siteName(t.Fields.SiteID), UserName: userName(t.Fields.UserID),
		UserEmail: userEmail(t.Fields.UserID), DateClosed: t.Closed, LastActionDate: t.LastAction, HasBeenClosed: t.closed(),
		MergedIntoID: int32(t.MergedInto), AttachmentCount: t.Attachments, //nolint:gosec // a small id
	}
}

// row is what a list says. Columns that need an include flag are absent without it [community: msp-skills #203].
func (t *ticket) row(c *call, null bool) ticketRow {
	out := ticketRow{ID: t.ID, GUID: t.GUID, ticketFields: t.Fields, ticketFacts: t.facts(), spelling: t.spelled(false), Details: &t.Details}
	out.CustomFields = c.customs(t.Custom, Switches{NullCollections: null})
	out.AgentName = when(c.flag("includeagent"), agentName(t.Fields.AgentID))
	out.StatusName = when(c.flag("includestatus"), statusName(t.Fields.StatusID))
	out.TicketTypeName = when(c.flag("includetickettype"), ticketTypeName(t.Fields.TicketTypeID))
	return out
}

// detail is what a read of one ticket, and the answer to a POST, say.
func (t *ticket) detail(everything, plain, null bool) ticketDetail {
	out := ticketDetail{ID: t.ID, Key: t.GUID, ticketFields: t.Fields, ticketFacts: t.facts(), spelling: t.spelled(plain), DateCreated: t.Created, Deleted: t.Deleted}
	out.CustomFields = listOf(t.Custom, null)
	out.Attachments, out.ExternalLinks = listOf[any](nil, null), listOf(t.Links, null)
	out.Details, out.DetailsHTML = when(everything, t.Details), when(everything, t.HTML)
	out.AgentName = when(everything, agentName(t.Fields.AgentID))
	out.StatusName = when(everything, statusName(t.Fields.StatusID))
	out.TicketTypeName = when(everything, ticketTypeName(t.Fields.TicketTypeID))
	if t.Deleted {
		out.DeletedDate = &t.DeletedAt
	}
	return out
}

func when(wanted bool, text string) *string {
	if !wanted {
		return nil
	}
	return &text
}
