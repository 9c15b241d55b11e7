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
	DeletedLists       string `json:"deleted_lists"`      // deleted=true shows: only the deleted, also the deleted
	DeletedGet         string `json:"deleted_get"`        // reading a soft-deleted ticket: notfound, body
	DeletesMoveStamp   bool   `json:"delete_moves_last_update"`
	ActionsMoveStamp   bool   `json:"action_moves_last_update"`
	PostAnswer         string `json:"post_answer"`         // for one element: object, array
	PostStatus         int    `json:"post_status"`         // 200, 201
	PostSpelling       string `json:"post_spelling"`       // in answers to POST: underscore (last_update, category_1), plain (lastupdate, category1)
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
}

// DefaultSwitches is what is documented, or else what most reports say.
func DefaultSwitches() Switches {
	return Switches{
		SinceFilter: "inclusive", ThirdPartyFilter: "honoured", DeletedLists: "only", DeletedGet: "notfound",
		DeletesMoveStamp: true, ActionsMoveStamp: true, PostAnswer: "object", PostStatus: 201, PostSpelling: "underscore",
		StatusShape: "array", WebhookEventShape: "object", NocacheIsFresh: true, UnknownPriority: "refused", UserNeedsSite: true,
		StripComments: true, ClientGUID: "ignored", ErrorShape: "rotate", WebhookPayload: "full",
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
		{"deleted_lists", s.DeletedLists, []string{"only", "also"}},
		{"deleted_get", s.DeletedGet, []string{"notfound", "body"}},
		{"post_answer", s.PostAnswer, []string{"object", "array"}},
		{"post_spelling", s.PostSpelling, []string{"underscore", "plain"}},
		{"status_shape", s.StatusShape, []string{"array", "object"}},
		{"webhook_event_shape", s.WebhookEventShape, []string{"object", "array"}},
		{"unknown_priority", s.UnknownPriority, []string{"refused", "replaced"}},
		{"client_guid", s.ClientGUID, []string{"ignored", "stored"}},
		{"error_shape", s.ErrorShape, append([]string{"rotate"}, errorShapes()...)},
		{"webhook_payload", s.WebhookPayload, []string{"full", "small", "event"}},
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
