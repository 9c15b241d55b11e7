package job

import (
	"context"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// Fetches read entities again, by kind.
func Fetches(ts Tenants) map[string]job.Fetch {
	known := newMerges()
	return map[string]job.Fetch{
		"ticket": ts.fetchTicket,
		"note": func(ctx context.Context, connection string, ref mirror.Ref) ([]mirror.Observation, error) {
			return ts.fetchNotes(ctx, connection, ref, known)
		},
		"attachment": ts.fetchAttachments,
		"client":     clients().fetch(ts), "site": sites().fetch(ts), "user": users().fetch(ts),
		"quote": quotes().fetch(ts), "invoice": invoices(true).fetch(ts), "recurring_invoice": recurringInvoices().fetch(ts),
		"agent": whole(ts, (*halo.Client).Agents, translate.Words.Agent), "status": whole(ts, (*halo.Client).Statuses, translate.Words.Status),
		"ticket_type": whole(ts, (*halo.Client).TicketTypes, translate.Words.TicketType),
		"priority":    whole(ts, (*halo.Client).Priorities, translate.Words.Priority), "team": whole(ts, (*halo.Client).Teams, translate.Words.Team),
	}
}

// fetchTicket reads one ticket. A 404 also means "not visible to our agent" at Halo, which cannot be told apart
// [client library: HaloPsa.Api; unsure]; the second look and the tenant's own rights have to do.
func (ts Tenants) fetchTicket(ctx context.Context, connection string, ref mirror.Ref) ([]mirror.Observation, error) {
	t, id, err := ts.at(connection, ref.VendorID)
	if err != nil {
		return nil, err
	}
	got, err := t.Halo.Ticket(ctx, id)
	switch f := fault.Of(err); {
	case f != nil && f.Kind == fault.NotFound:
		return []mirror.Observation{{Ref: ref, Presence: mirror.Absent}}, nil //nolint:nilerr // absence is what was seen
	case err != nil:
		return nil, err
	}
	o, err := t.Words.Observed(got)
	if err != nil {
		return nil, err
	}
	if got.ID != id {
		return t.survivor(ctx, ref, o, id, got.ID)
	}
	return []mirror.Observation{o}, nil
}

// survivor believes an answer with another ticket only if that one has actions of the ticket that was asked for: what was merged may
// answer with the one that lives on [unsure], and an alias is for ever.
func (t Tenant) survivor(ctx context.Context, at mirror.Ref, o mirror.Observation, from, into int64) ([]mirror.Observation, error) {
	page, err := t.Halo.Actions(ctx, into, 0)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(translate.MergedFrom(into, page.Actions), from) {
		return nil, translate.Another(at, o.Ref)
	}
	return []mirror.Observation{translate.Merged(from, into), o}, nil
}

// fetchNotes reads all actions of the ticket that ref names, by itself or by one of its notes: one call, whatever they are.
func (ts Tenants) fetchNotes(ctx context.Context, connection string, ref mirror.Ref, known *merges) ([]mirror.Observation, error) {
	t, id, named, err := ts.family(connection, ref)
	if err != nil {
		return nil, err
	}
	page, err := t.Halo.Actions(ctx, id, 0)
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil && named: // be it that the ticket is gone, of which its own fetch tells
		return []mirror.Observation{{Ref: ref, Presence: mirror.Absent}}, nil
	case fault.KindOf(err) == fault.NotFound && err != nil:
		return nil, nil //nolint:nilerr // as above
	case err != nil:
		return nil, err
	}
	if len(page.Drifted) > 0 && len(page.Actions) == 0 {
		return nil, page.Drifted[0].Fault
	}
	seen := make([]mirror.Observation, 0, len(page.Actions)+1)
	// It may be among those that were cut off, or cannot be read, of which sweeps tell; without a count none were cut off [unsure].
	found := len(page.Drifted) > 0 || page.RecordCount > int64(len(page.Actions))
	for _, a := range page.Actions {
		o, err := translate.ObservedNote(a)
		found = found || o.VendorID == ref.VendorID
		if err == nil { // of what is too much sweeps tell
			seen = append(seen, o)
		}
	}
	if named && !found {
		seen = append(seen, mirror.Observation{Ref: ref, Presence: mirror.Absent})
	}
	merged, err := t.merged(ctx, connection, id, page.Actions, known)
	return append(seen, merged...), err
}

// maxMerged bounds the tickets merged into one whose actions are read with it.
const maxMerged = 5

// merged says of the actions that came from other tickets which they were there: Halo copies them under new numbers, and tells
// the ticket only (merged_from_ticketid) [official for the field: Halo OpenAPI 2024-09, Actions; that the old ones stay is unsure].
func (t Tenant) merged(ctx context.Context, connection string, ticket int64, actions []halo.Action, known *merges) ([]mirror.Observation, error) {
	var told []mirror.Observation
	for i, from := range translate.MergedFrom(ticket, actions) {
		told = append(told, translate.Merged(from, ticket))
		m := merge{connection, from, ticket, copies(actions, from)}
		if i >= maxMerged || known.told(m, time.Now()) {
			continue
		}
		was, err := t.Halo.Actions(ctx, from, 0)
		switch {
		case fault.KindOf(err) == fault.NotFound && err != nil: // they moved
		case err != nil:
			return nil, err
		default:
			told = append(told, translate.MovedNotes(from, was.Actions, actions)...)
		}
		known.remember(m, time.Now())
	}
	return told, nil
}

// copies is how many actions came from a ticket.
func copies(actions []halo.Action, from int64) (n int) {
	for _, a := range actions {
		if a.MergedFromTicketID == from {
			n++
		}
	}
	return n
}
