package job

import (
	"context"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// Fetches read entities again, by kind.
func Fetches(ts Tenants) map[string]job.Fetch {
	return map[string]job.Fetch{"ticket": ts.fetchTicket, "note": ts.fetchNotes}
}

// fetchTicket reads one ticket. A 404 also means "not visible to our agent" at Halo, which cannot be told apart
// [client library: HaloPsa.Api; unsure]; the second look and the tenant's own rights have to do.
func (ts Tenants) fetchTicket(ctx context.Context, connection string, ref mirror.Ref) ([]mirror.Observation, error) {
	t, err := ts.tenant(connection)
	if err != nil {
		return nil, err
	}
	id, err := number(ref.VendorID)
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
	return []mirror.Observation{o}, nil
}

// fetchNotes reads all actions of the ticket that ref names, by itself or by one of its notes: one call, whatever they are.
func (ts Tenants) fetchNotes(ctx context.Context, connection string, ref mirror.Ref) ([]mirror.Observation, error) {
	t, err := ts.tenant(connection)
	if err != nil {
		return nil, err
	}
	ticket, _, named := strings.Cut(ref.VendorID, "/")
	id, err := number(ticket)
	if err != nil {
		return nil, err
	}
	page, err := t.Halo.Actions(ctx, id, 0)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound { // the ticket is gone, and its own fetch says so
			return nil, nil
		}
		return nil, err
	}
	if len(page.Drifted) > 0 {
		return nil, page.Drifted[0].Fault
	}
	seen := make([]mirror.Observation, 0, len(page.Actions)+1)
	found := false
	for _, a := range page.Actions {
		o := translate.ObservedNote(a)
		found = found || o.VendorID == ref.VendorID
		seen = append(seen, o)
	}
	if named && !found {
		seen = append(seen, mirror.Observation{Ref: ref, Presence: mirror.Absent})
	}
	return seen, nil
}
