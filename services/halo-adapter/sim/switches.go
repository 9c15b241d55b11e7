package sim

import (
	"fmt"
	"slices"
	"sync"
)

// Switches choose among behaviours that differ between versions and tenants, or that nobody outside the vendor knows.
type Switches struct {
	SinceFilter        string `json:"since_filter"`       // lastupdatefromdate, lastupdatetodate: inclusive, exclusive, ignored
	ThirdPartyFilter   string `json:"third_party_filter"` // third_party_id_string on lists: honoured, ignored
	IDFilter           string `json:"id_filter"`          // search_id on lists: honoured, ignored
	DeletedLists       string `json:"deleted_lists"`      // deleted=true shows: only the deleted, also the deleted
	DeletedGet         string `json:"deleted_get"`        // reading a soft-deleted ticket: notfound, body
	DeletesMoveStamp   bool   `json:"delete_moves_last_update"`
	ActionsMoveStamp   bool   `json:"action_moves_last_update"`
	PostAnswer         string `json:"post_answer"`         // for one element: object, array
	PostStatus         int    `json:"post_status"`         // 200, 201
	PostSpelling       string `json:"post_spelling"`       // in answers to POST: underscore (last_update, category_1), plain (lastupdate, category1)
	ActionDates        string `json:"action_dates"`        // startdate, enddate on lists of actions: honoured, ignored
	ListOrder          string `json:"list_order"`          // order on lists: honoured, ignored
	NullCollections    bool   `json:"null_collections"`    // empty collections are null
	StatusShape        string `json:"status_shape"`        // GET /Status: array, object
	WebhookEventShape  string `json:"webhook_event_shape"` // GET /WebhookEvent: object, array
	NocacheIsFresh     bool   `json:"nocache_bypasses_staleness"`
	UnknownPriority    string `json:"unknown_priority"`      // one that is not of the tenant: refused, replaced
	UserNeedsSite      bool   `json:"user_needs_site"`       // a create with user_id needs site_id
	StripComments      bool   `json:"strip_html_comments"`   // from notes
	ClientGUID         string `json:"client_guid"`           // a guid sent with a new action: ignored, stored
	ForbiddenOutcome   int    `json:"forbidden_outcome_id"`  // the acting agent has no access to it; 0: none
	ErrorShape         string `json:"error_shape"`           // rotate, or one of: result_code, exception, message, error, text, empty
	WebhookPayload     string `json:"webhook_payload"`       // full, small, event
	WebhookBatched     bool   `json:"webhook_batched"`       // all events of one change in one array
	WebhookLightweight bool   `json:"webhook_lightweight"`   // the delivery log keeps no bodies
	AutoDisable        int    `json:"auto_disable_attempts"` // failures in a row after which the webhook switches itself off; 0: never
	WebhookKinds       string `json:"webhook_kinds"`         // which changes are announced: tickets (and their actions), all

	Template         bool   `json:"template_on_create"` // the ticket type has one, and it fires unless it is told not to
	MandatoryField   string `json:"mandatory_field"`    // of the ticket type: a create without it is refused; empty: none
	OpenAppointments bool   `json:"open_appointments"`  // every ticket has one: closing asks for confirmation
	Warning          string `json:"warning"`            // every successful POST carries it as _warning; empty: none
	ScantAnswers     bool   `json:"scant_answers"`      // answers to POST lack what only details with everything have: lines
	MergedGet        string `json:"merged_get"`         // reading what was merged: body, notfound, survivor

	ClientSince       string `json:"client_since_filter"`  // as since_filter, of clients
	SiteSince         string `json:"site_since_filter"`    // as since_filter, of sites
	UserSince         string `json:"user_since_filter"`    // as since_filter, of users
	InvoiceSince      string `json:"invoice_since_filter"` // datesearch with start_date, end_date; older builds: ignored
	InvoiceMarkFilter string `json:"invoice_mark_filter"`  // third_party_id on lists of invoices: honoured, ignored
	OtherPages        string `json:"other_pages"`          // more than 100 rows of a kind other than tickets: clamped, honoured
	LookupShape       string `json:"lookup_shape"`         // agents, priorities, ticket types, teams: array, object
	RecurringKey      string `json:"recurring_key"`        // of the list of recurring invoices: invoices, recurringinvoices
	AgentCacheSeconds int    `json:"agent_cache_seconds"`  // how long a change of an agent is not seen; 0: at once
	QuoteListStamp    bool   `json:"quote_list_stamp"`     // lists of quotations show last_update_time
	LinesOnUpdate     string `json:"lines_on_update"`      // lines that an update does not send: replace (they go), merge (they stay)
	ApprovedState     int    `json:"quote_approved_state"` // approvalstate of an approved quotation
	RejectedState     int    `json:"quote_rejected_state"` // approvalstate of a rejected one
	SecondApproval    string `json:"second_approval"`      // answering a quotation again: refused, accepted
	PostedInvoices    string `json:"posted_invoices"`      // changing a posted invoice: refused, editable
	VoidInvoices      string `json:"void_invoices"`        // voided sent by an integration: honoured, ignored, refused
	DeleteWithHistory string `json:"delete_with_history"`  // deleting a client, site or user that tickets name: refused, inactive, gone
	EmailCollision    string `json:"email_collision"`      // a user with another's address: signalled, refused, stored
	NewLinks          string `json:"new_links"`            // new_external_link sent with an entity: stored, lost
	HiddenClient      int    `json:"hidden_client_id"`     // the acting agent may not see it, nor anything of it; 0: none
	SearchableFields  string `json:"searchable_fields"`    // that advanced_search may name, comma separated
	ReportRights      bool   `json:"report_rights"`        // the acting agent may run reports
}

// DefaultSwitches is what is documented, or else what most reports say.
func DefaultSwitches() Switches {
	return Switches{
		SinceFilter: "inclusive", ThirdPartyFilter: "honoured", IDFilter: "honoured", DeletedLists: "only", DeletedGet: "notfound",
		ActionDates: "honoured", ListOrder: "honoured", DeletesMoveStamp: true, ActionsMoveStamp: true, PostAnswer: "object", PostStatus: 201, PostSpelling: "underscore",
		StatusShape: "array", WebhookEventShape: "object", NocacheIsFresh: true, UnknownPriority: "refused", UserNeedsSite: true,
		StripComments: true, ClientGUID: "ignored", ErrorShape: "rotate", WebhookPayload: "full",
		WebhookKinds: "tickets", MergedGet: "body", ClientSince: "inclusive", SiteSince: "inclusive", UserSince: "inclusive",
		InvoiceSince: "inclusive", InvoiceMarkFilter: "honoured", OtherPages: "clamped", LookupShape: "array", RecurringKey: "invoices",
		LinesOnUpdate: "replace", ApprovedState: 1, RejectedState: 2, SecondApproval: "refused", PostedInvoices: "refused",
		VoidInvoices: "honoured", DeleteWithHistory: "refused", EmailCollision: "signalled", SearchableFields: "summary,client_id", NewLinks: "stored", ReportRights: true,
	}
}

// Validate says which switch has a position that does not exist.
func (s Switches) Validate() error {
	choices := []struct {
		name, value string
		allowed     []string
	}{
		{"since_filter", s.SinceFilter, []string{"inclusive", "exclusive", "ignored"}},
		{"third_party_filter", s.ThirdPartyFilter, []string{"honoured", "ignored"}},
		{"id_filter", s.IDFilter, []string{"honoured", "ignored"}},
		{"deleted_lists", s.DeletedLists, []string{"only", "also"}},
		{"deleted_get", s.DeletedGet, []string{"notfound", "body"}},
		{"action_dates", s.ActionDates, []string{"honoured", "ignored"}},
		{"list_order", s.ListOrder, []string{"honoured", "ignored"}},
		{"post_answer", s.PostAnswer, []string{"object", "array"}},
		{"post_spelling", s.PostSpelling, []string{"underscore", "plain"}},
		{"status_shape", s.StatusShape, []string{"array", "object"}},
		{"webhook_event_shape", s.WebhookEventShape, []string{"object", "array"}},
		{"unknown_priority", s.UnknownPriority, []string{"refused", "replaced"}},
		{"client_guid", s.ClientGUID, []string{"ignored", "stored"}},
		{"error_shape", s.ErrorShape, append([]string{"rotate"}, errorShapes()...)},
		{"webhook_payload", s.WebhookPayload, []string{"full", "small", "event"}},
		{"webhook_kinds", s.WebhookKinds, []string{"tickets", "all"}},
		{"merged_get", s.MergedGet, []string{"body", "notfound", "survivor"}},
		{"client_since_filter", s.ClientSince, []string{"inclusive", "exclusive", "ignored"}},
		{"site_since_filter", s.SiteSince, []string{"inclusive", "exclusive", "ignored"}},
		{"user_since_filter", s.UserSince, []string{"inclusive", "exclusive", "ignored"}},
		{"invoice_since_filter", s.InvoiceSince, []string{"inclusive", "exclusive", "ignored"}},
		{"invoice_mark_filter", s.InvoiceMarkFilter, []string{"honoured", "ignored"}},
		{"other_pages", s.OtherPages, []string{"clamped", "honoured"}},
		{"lookup_shape", s.LookupShape, []string{"array", "object"}},
		{"recurring_key", s.RecurringKey, []string{"invoices", "recurringinvoices"}},
		{"lines_on_update", s.LinesOnUpdate, []string{"replace", "merge"}},
		{"second_approval", s.SecondApproval, []string{"refused", "accepted"}},
		{"posted_invoices", s.PostedInvoices, []string{"refused", "editable"}},
		{"void_invoices", s.VoidInvoices, []string{"honoured", "ignored", "refused"}},
		{"delete_with_history", s.DeleteWithHistory, []string{"refused", "inactive", "gone"}},
		{"new_links", s.NewLinks, []string{"stored", "lost"}},
		{"email_collision", s.EmailCollision, []string{"signalled", "refused", "stored"}},
	}
	for _, c := range choices {
		if !slices.Contains(c.allowed, c.value) {
			return fmt.Errorf("%s is %q: one of %q", c.name, c.value, c.allowed)
		}
	}
	if s.PostStatus != 200 && s.PostStatus != 201 {
		return fmt.Errorf("post_status is %d: 200 or 201", s.PostStatus)
	}
	return nil
}

// warning is what a successful answer complains of.
func (s Switches) warning() *string { return when(s.Warning != "", s.Warning) }

// sees says whether the acting agent may see what is of a client. What it may not is answered as if it were not there.
func (s Switches) sees(client int) bool { return s.HiddenClient == 0 || client != s.HiddenClient }

// otherPages is how many rows a page of a kind other than tickets has at most.
func (s Switches) otherPages() int {
	if s.OtherPages == "honoured" {
		return 1000
	}
	return maxPage
}

func (s Switches) answerState(approved bool) int32 {
	if approved {
		return int32(s.ApprovedState) //nolint:gosec // a small number
	}
	return int32(s.RejectedState) //nolint:gosec // a small number
}

// options holds the switches while the tenant runs.
type options struct {
	mu       sync.Mutex
	switches Switches
}

func (o *options) get() Switches {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.switches
}

func (o *options) set(s Switches) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.switches = s
}

// SetSwitches replaces the switches if every position exists.
func (h *Halo) SetSwitches(s Switches) error {
	if err := s.Validate(); err != nil {
		return err
	}
	h.options.set(s)
	return nil
}

// Switches is the positions as they are now.
func (h *Halo) Switches() Switches { return h.options.get() }
