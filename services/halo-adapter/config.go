package main

import (
	"time"

	"github.com/breakwater-acl/breakwater/pkg/adapter"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/sweep"
)

// Config is every knob of the halo-adapter.
type Config struct {
	adapter.Settings `yaml:",inline"`
	Halo             Halo     `yaml:"halo"`
	Tenants          []Tenant `yaml:"connections" validate:"required,min=1,unique=Name,dive"`
}

// Halo is what is not known of Halo, or differs between versions, and holds for all tenants of this adapter.
type Halo struct {
	// ReadLag is how long Halo may serve a state after it changed; unknown, so a setting; default 2 s.
	ReadLag *time.Duration `yaml:"read_lag" validate:"omitempty,gte=0"`
	// SecondLook is the least time between the two 404s that make a tombstone; default 2 min.
	SecondLook time.Duration `yaml:"second_look" validate:"gte=0"`
	// RefreshAfter is the age from which a write is preceded by a look; default 30 s.
	RefreshAfter time.Duration `yaml:"refresh_after" validate:"gte=0"`
	// AnnounceWithin is how long Halo's webhooks take at most; default 1 min.
	AnnounceWithin time.Duration `yaml:"announce_within" validate:"gte=0"`
	// Settling is how long after an unanswered create its ticket may still appear; default 1 min.
	Settling time.Duration `yaml:"settling" validate:"gte=0"`
	// Patience is how long refused credentials are not tried again; default 1 min.
	Patience time.Duration `yaml:"patience" validate:"gte=0"`
	Sweep    Sweeps        `yaml:"sweep"`
	// DeliveryLog says whether Halo's log of webhook calls is read: "auto", where Halo shows it; or "off". Default auto.
	DeliveryLog string `yaml:"delivery_log" validate:"omitempty,oneof=auto off"`
	// NoteMark says how a note carries its job's mark: "visible", a reference at its end; or "none": then an unanswered
	// note goes to a person. Default visible.
	NoteMark string `yaml:"note_mark" validate:"omitempty,oneof=visible none"`
	// InvoiceMark says whether a new invoice carries its job's mark in thirdpartyinvoicenumber: "number", or "none" where an
	// accounts package owns that field: then an unanswered create goes to a person. Default number.
	InvoiceMark string `yaml:"invoice_mark" validate:"omitempty,oneof=number none"`
}

// Tenant is one connection: a Halo tenant with the credentials of an API application in it.
type Tenant struct {
	adapter.Connection `yaml:",inline"`
	// BaseURL is the tenant's address: https://acme.halopsa.com. The API is at /api below it.
	BaseURL string `yaml:"base_url" validate:"required,http_url"`
	// TenantName goes with the token call of Halo-hosted tenants; self-hosted ones have none.
	TenantName   string `yaml:"tenant"`
	ClientID     string `yaml:"client_id" validate:"required"`
	ClientSecret string `yaml:"client_secret" validate:"required"`
	// Scope of the token; default "all".
	Scope string `yaml:"scope"`
	// AuthHosts are further origins that signing in may need, where a tenant signs in elsewhere than at base_url.
	AuthHosts []string `yaml:"auth_hosts" validate:"dive,http_url"`

	// States maps Halo's status ids, which are the tenant's own, to ours: {1: NEW, 2: IN_PROGRESS, 9: CLOSED}. Default:
	// 9 is CLOSED, 1 NEW, 2 IN_PROGRESS, as on a stock tenant.
	States map[int64]string `yaml:"states" validate:"dive,oneof=NEW IN_PROGRESS WAITING CLOSED"`
	// CloseStatus is the id of the status that tickets are closed with; default: the only one whose state is CLOSED. Without one
	// a caller has to say it.
	CloseStatus int64 `yaml:"close_status" validate:"gte=0"`
	// ReopenStatus is the same for tickets that are reopened; default: the only one whose state is IN_PROGRESS.
	ReopenStatus int64 `yaml:"reopen_status" validate:"gte=0"`
	// CloseOverAppointments lets tickets be closed that have open appointments; default false: Halo refuses that.
	CloseOverAppointments bool `yaml:"close_over_appointments"`
	// CustomFields are the tenant's own fields of tickets, name by id: {101: CFrackUnit}. Sweeps ask for them, and a write to
	// another is refused. Default none: they are as fresh as the last look at the ticket itself, and Halo decides what a write is.
	CustomFields map[int64]string `yaml:"custom_fields" validate:"max=100,dive,keys,gt=0,endkeys,required"`
	// NoteOutcome is the id of the outcome that notes are written with; default 7, the built-in Internal Note of a stock
	// tenant [community: CyberDrain/CIPP].
	NoteOutcome int64 `yaml:"note_outcome" validate:"gte=0"`
	// TimeOutcome is the id of the outcome that time entries are written with; default note_outcome.
	TimeOutcome int64 `yaml:"time_outcome" validate:"gte=0"`
	// UnassignedAgent is the id that stands for nobody; default 1 [unsure].
	UnassignedAgent int64 `yaml:"unassigned_agent" validate:"gte=0"`
	// UnknownClient is the id of the client that stands for none in particular, where a tenant has one; default: none [client library:
	// djpsa maps such an id to nothing; which it is, is the tenant's own].
	UnknownClient int64 `yaml:"unknown_client" validate:"gte=0"`
	// Source is the id of the origin that new tickets show; default: Halo's own, "Manual" [community: CyberDrain/CIPP].
	Source int64 `yaml:"source" validate:"gte=0"`
	// TimeZone is in which the tenant's people write days, of an invoice or an offer: "Pacific/Auckland". Default: unknown; days are then
	// right for zones up to 12 hours from UTC.
	TimeZone string `yaml:"time_zone"`
	// Currency is that of amounts of which Halo does not tell it, ISO 4217: "GBP"; default: unknown.
	Currency string `yaml:"currency" validate:"omitempty,len=3,uppercase"`
	// Reports lets what Halo has no since-filter for, quotes, and what this build ignores it of, be swept by SQL reports on its database:
	// ids and stamps only. The API application needs edit:reporting and the right to run reports, and table names may change with Halo's
	// versions; where a report is refused, the sweep goes through everything as without. Default false.
	Reports bool `yaml:"reports"`
	// QuoteApproved is the approvalstate of a quotation that the client has approved; default 1 [unsure].
	QuoteApproved int64 `yaml:"quote_approved" validate:"gte=0"`
	// QuoteRejected is that of one that the client has rejected; default 2 [unsure].
	QuoteRejected int64 `yaml:"quote_rejected" validate:"gte=0"`
}

// Sweeps is how often each kind is swept.
type Sweeps struct {
	Tickets time.Duration `yaml:"tickets" validate:"gte=0"` // default 1 min
	Notes   time.Duration `yaml:"notes" validate:"gte=0"`   // default 2 min
	// Attachments are files on tickets; default 5 min.
	Attachments time.Duration `yaml:"attachments" validate:"gte=0"`
	// Customers are clients, sites and users; default 5 min.
	Customers time.Duration `yaml:"customers" validate:"gte=0"`
	// Bills are quotes, invoices and recurring invoices; default 5 min.
	Bills time.Duration `yaml:"bills" validate:"gte=0"`
	// Deliveries is how often Halo's own log of webhook calls is read, for those that were dropped; default 5 min.
	Deliveries time.Duration `yaml:"deliveries" validate:"gte=0"`
	// Metadata are agents, statuses, ticket types, priorities and teams; default 30 min.
	Metadata time.Duration `yaml:"metadata" validate:"gte=0"`
}

// sweeps is how often each kind is swept, as that room wants it.
func (h *Halo) sweeps() sweep.Config {
	s := h.Sweep
	return sweep.Config{
		AnnounceWithin: h.AnnounceWithin, Tickets: s.Tickets, Notes: s.Notes, Attachments: s.Attachments, Customers: s.Customers, Bills: s.Bills,
		Deliveries: s.Deliveries, Metadata: s.Metadata,
	}
}

// Common is where the settings are kept that every adapter has.
func (c *Config) Common() *adapter.Settings { return &c.Settings }

// Complete fills in what the file left out.
func (c *Config) Complete() {
	c.Halo.complete()
	for i := range c.Tenants {
		c.Tenants[i].complete()
	}
}

// Connections are the common knobs of each tenant.
func (c *Config) Connections() []adapter.Connection {
	cs := make([]adapter.Connection, 0, len(c.Tenants))
	for i := range c.Tenants {
		cs = append(cs, c.Tenants[i].Connection)
	}
	return cs
}

// complete fills in what is left out.
func (h *Halo) complete() {
	if h.ReadLag == nil {
		lag := 2 * time.Second
		h.ReadLag = &lag
	}
	fill(&h.SecondLook, 2*time.Minute)
	fill(&h.RefreshAfter, 30*time.Second)
	fill(&h.AnnounceWithin, time.Minute)
	fill(&h.Settling, time.Minute)
	fill(&h.NoteMark, "visible")
	fill(&h.Sweep.Tickets, time.Minute)
	fill(&h.Sweep.Notes, 2*time.Minute)
	fill(&h.Sweep.Attachments, 5*time.Minute)
	fill(&h.Sweep.Deliveries, 5*time.Minute)
	fill(&h.Sweep.Customers, 5*time.Minute)
	fill(&h.Sweep.Bills, 5*time.Minute)
	fill(&h.Sweep.Metadata, 30*time.Minute)
	fill(&h.InvoiceMark, "number")
	fill(&h.DeliveryLog, "auto")
}

// complete fills in what a tenant leaves out. Halo-hosted tenants allow 300 requests in 5 minutes [community: PowerShell
// WarrantyReports issue 51, HaloAPI issue 31]; newer numbers are unknown.
func (t *Tenant) complete() {
	fill(&t.Scope, "all")
	fill(&t.NoteOutcome, 7)
	fill(&t.TimeOutcome, t.NoteOutcome)
	fill(&t.UnassignedAgent, 1)
	fill(&t.QuoteApproved, 1)
	fill(&t.QuoteRejected, 2)
	if t.Limit == (adapter.LimitSettings{}) {
		t.Limit = adapter.LimitSettings{Calls: 300, Window: 5 * time.Minute, Share: 0.8}
	}
	if t.States == nil {
		t.States = map[int64]string{1: "NEW", 2: "IN_PROGRESS", 9: "CLOSED"}
	}
	fill(&t.CloseStatus, t.only("CLOSED"))
	fill(&t.ReopenStatus, t.only("IN_PROGRESS"))
}

// only is the status with this state if there is just one; else none.
func (t *Tenant) only(state string) (status int64) {
	for id, s := range t.States {
		switch {
		case s == state && status != 0:
			return 0
		case s == state:
			status = id
		}
	}
	return status
}

func fill[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}
