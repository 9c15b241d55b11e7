// Package sweep answers how Halo is asked what has changed: a file per kind.
package sweep

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// Tenant is one connection as sweeps need it.
type Tenant struct {
	Halo  *halo.Client
	Words translate.Words
	// CustomFields are those of tickets that listings are asked for.
	CustomFields []int64
	// Reports lets what has no filter, or whose filter is ignored, be swept by reports on Halo's database.
	Reports bool
	// Path is how the address of our webhook ends; empty: there is none.
	Path string
	// Told is what the body of a webhook call tells; nil: its log is not read.
	Told func(body []byte) ([]sweep.Told, error)
}

// Tenants are all connections, by name.
type Tenants map[string]Tenant

// Config is how often each kind is swept.
type Config struct {
	AnnounceWithin time.Duration // how long a webhook call takes at most
	Tickets, Notes time.Duration
	Attachments    time.Duration
	Customers      time.Duration // clients, sites and users
	Bills          time.Duration // quotes, invoices and recurring ones
	Deliveries     time.Duration // the log of webhook calls
	Metadata       time.Duration // agents, statuses, ticket types, priorities and teams
}

// Plans are the sweeps of this adapter.
func Plans(ts Tenants, c Config) []sweep.Plan {
	clients := of("client", false, (*halo.Client).Areas, translate.Words.Client)
	sites := of("site", false, (*halo.Client).Sites, translate.Words.Site)
	users := of("user", false, (*halo.Client).Users, translate.Words.User)
	quotes := of("quote", true, (*halo.Client).Quotations, translate.Words.Quote)
	invoices := of("invoice", true, (*halo.Client).Invoices, translate.Words.Invoice)
	recurring := of("recurring_invoice", false, (*halo.Client).RecurringInvoices, translate.Words.RecurringInvoice)
	return []sweep.Plan{
		{Kind: "ticket", Every: c.Tickets, Next: ts.tickets, Unfiltered: rotate},
		{Kind: "note", After: "ticket", Every: c.Notes, Next: ts.notes, Unfiltered: byTicket},
		{Kind: "attachment", After: "ticket", Every: c.Attachments, Next: ts.attachments},
		{Kind: DeliveryLog, Every: c.Deliveries, Next: ts.deliveries(c.AnnounceWithin)},
		{Kind: "client", Every: c.Customers, Next: ts.entities(clients, true), Unfiltered: rotateEntities},
		{Kind: "site", Every: c.Customers, Next: ts.entities(sites, true), Unfiltered: rotateEntities},
		{Kind: "user", Every: c.Customers, Next: ts.entities(users, true), Unfiltered: rotateEntities},
		{Kind: "quote", Every: c.Bills, Next: ts.entities(quotes, false)},
		{Kind: "invoice", Every: c.Bills, Next: ts.entities(invoices, true), Unfiltered: rotateEntities},
		{Kind: "recurring_invoice", Every: c.Bills, Next: ts.entities(recurring, true), Unfiltered: rotateEntities},
		{Kind: "agent", Every: c.Metadata, Next: all(ts, "agent", (*halo.Client).Agents, translate.Words.Agent)},
		{Kind: "status", Every: c.Metadata, Next: all(ts, "status", (*halo.Client).Statuses, translate.Words.Status)},
		{Kind: "ticket_type", Every: c.Metadata, Next: all(ts, "ticket_type", (*halo.Client).TicketTypes, translate.Words.TicketType)},
		{Kind: "priority", Every: c.Metadata, Next: all(ts, "priority", (*halo.Client).Priorities, translate.Words.Priority)},
		{Kind: "team", Every: c.Metadata, Next: all(ts, "team", (*halo.Client).Teams, translate.Words.Team)},
	}
}

// overlap is how far each window reaches back behind the last one's end: whether Halo's filter includes the boundary, and
// how late a change becomes visible, are unknown.
const overlap = 5 * time.Minute

// ahead is how far a vendor's clock may be before ours.
const ahead = time.Hour

// read reads a place; the zero value for an empty one.
func read[P any](place []byte) (P, error) {
	var p P
	if len(place) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(place, &p); err != nil {
		return p, fmt.Errorf("read the cursor: %w", err)
	}
	return p, nil
}

func write(p any) []byte {
	b, err := json.Marshal(p)
	if err != nil { // numbers and times always marshal
		return nil
	}
	return b
}

// drift is a row that cannot be read, for a person.
func drift(kind string, d halo.Drifted) sweep.Drift {
	var row struct {
		ID json.RawMessage `json:"id"`
	}
	_ = json.Unmarshal(d.Raw, &row) // what has no id is kept without
	return sweep.Drift{
		Ref: mirror.Ref{Kind: kind, VendorID: strings.Trim(string(row.ID), `"`)}, Field: d.Fault.Field, Message: d.Fault.Error(), Payload: d.Raw,
	}
}

func drifted(ref mirror.Ref, raw []byte, err error) sweep.Drift {
	f := fault.Of(err)
	return sweep.Drift{Ref: ref, Field: f.Field, Missing: true, Message: f.Error(), Payload: raw}
}
