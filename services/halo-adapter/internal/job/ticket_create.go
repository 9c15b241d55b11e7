package job

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// createTicket is probed: Halo has no idempotency key and no unique client-supplied id [official for the absence: Halo
// OpenAPI 2024-09], so the job's id goes into third_party_id_string, and is looked for there before anything is sent again.
func createTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return job.Operation[*psav1.Ticket]{
		Name: "CreateTicket", Kind: "ticket", Effect: mirror.Creates, Safety: job.Probed, Settling: c.Settling, Steps: []string{stepMake},
		Attempt: func(ctx context.Context, j *job.Job, patch *psav1.Ticket) (job.Result, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			return t.makeTicket(ctx, j, resolved(j, patch))
		},
		Probe: func(ctx context.Context, j *job.Job, _ *psav1.Ticket) (job.Answer, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Answer{}, err
			}
			return t.findTicket(ctx, j.ID, j.CreatedAt)
		},
	}
}

// makeTicket makes it, or looks at what was made before, and holds it against what was asked for.
func (t Tenant) makeTicket(ctx context.Context, j *job.Job, asked *psav1.Ticket) (job.Result, error) {
	got, err := t.madeTicket(ctx, j, asked)
	if err != nil {
		return job.Result{}, err
	}
	r := t.seen(got)
	return r, unlike(ctx, j, "halo.CreateTicket", r.VendorID, asked, r.Seen, got.Warning)
}

func (t Tenant) madeTicket(ctx context.Context, j *job.Job, asked *psav1.Ticket) (halo.Ticket, error) {
	if was, made := j.Made(stepMake); made {
		id, err := number(was)
		if err != nil {
			return halo.Ticket{}, err
		}
		got, err := t.Halo.Ticket(ctx, id)
		if err != nil {
			return halo.Ticket{}, notSent(err)
		}
		return got, nil
	}
	p, err := t.Words.Create(asked, j.Paths, j.ID)
	if err != nil {
		return halo.Ticket{}, err
	}
	return t.Halo.CreateTicket(ctx, p)
}

// seen is an answer with a ticket in it. One that drifted is an acceptance all the same: what it holds is fetched again.
func (t Tenant) seen(got halo.Ticket) job.Result {
	r := job.Result{VendorID: strconv.FormatInt(got.ID, 10)}
	if o, err := t.Words.Observed(got); err == nil {
		r.Seen = &o
	}
	return r
}

const (
	maxPages = 5  // of a look through what is newest
	maxReads = 20 // of rows by themselves in such a look: what a list does not show may stand there
)

// markField is where a ticket has its mark. That it is in lists, its documents say [official: Halo OpenAPI 2024-09, Faults_List].
const markField = "third_party_id_string"

// findTicket looks for a mark: by Halo's filter among the live and the deleted and, because older builds ignore that
// filter in silence [client library: halopsa-node; community: runZero], through the newest tickets if rows come back
// that do not carry it.
func (t Tenant) findTicket(ctx context.Context, mark uuid.UUID, since time.Time) (job.Answer, error) {
	for _, deleted := range []bool{false, true} {
		page, err := t.Halo.Tickets(ctx, halo.TicketQuery{ThirdPartyID: mark.String(), Deleted: deleted})
		if err != nil {
			return job.Answer{}, err
		}
		if got, ok := carrying(page.Tickets, mark); ok {
			return job.Answer{Found: job.Present, Result: t.seen(got)}, nil
		}
		if len(page.Tickets) > 0 || len(page.Drifted) > 0 || page.RecordCount > 0 {
			if a, err := t.searchNewest(ctx, mark, since, deleted); err != nil || a.Found != job.Absent {
				return a, err
			}
		}
	}
	return job.Answer{Found: job.Absent}, nil
}

// searchNewest looks through tickets, the live or the deleted, from the newest id down, to those that are older than the job. Where
// the order is not kept, nobody can tell how far it has come. Rows that do not show where a mark stands are read by themselves.
func (t Tenant) searchNewest(ctx context.Context, mark uuid.UUID, since time.Time, deleted bool) (job.Answer, error) {
	reads, seen := 0, int64(0)
	for n := 1; n <= maxPages; n++ {
		page, err := t.Halo.Tickets(ctx, halo.TicketQuery{Order: "id", Desc: true, PageNo: n, Deleted: deleted})
		if err != nil {
			return job.Answer{}, err
		}
		if got, ok := carrying(page.Tickets, mark); ok {
			return job.Answer{Found: job.Present, Result: t.seen(got)}, nil
		}
		if len(page.Drifted) > 0 || !newestFirst(page.Tickets) {
			return job.Answer{Found: job.CannotTell}, nil // it may be among those, or behind them
		}
		for _, row := range page.Tickets {
			if row.Has(markField) || older(row, since) {
				continue
			}
			if reads++; reads > maxReads {
				return job.Answer{Found: job.CannotTell}, nil
			}
			got, err := t.Halo.Ticket(ctx, row.ID)
			switch {
			case fault.KindOf(err) == fault.NotFound && err != nil || err == nil && !got.Has(markField):
				return job.Answer{Found: job.CannotTell}, nil //nolint:nilerr // what cannot be read says nothing
			case err != nil:
				return job.Answer{}, err
			case got.ThirdPartyID == mark.String():
				return job.Answer{Found: job.Present, Result: t.seen(got)}, nil
			}
		}
		seen += int64(len(page.Tickets))
		switch {
		case len(page.Tickets) == 0:
			return nothingMore(page.RecordCount, seen), nil
		case older(page.Tickets[len(page.Tickets)-1], since):
			return job.Answer{Found: job.Absent}, nil
		}
	}
	return job.Answer{Found: job.CannotTell}, nil
}

func newestFirst(tickets []halo.Ticket) bool {
	return slices.IsSortedFunc(tickets, func(a, b halo.Ticket) int { return cmp.Compare(b.ID, a.ID) })
}

func carrying(tickets []halo.Ticket, mark uuid.UUID) (halo.Ticket, bool) {
	for _, x := range tickets {
		if x.ThirdPartyID == mark.String() {
			return x, true
		}
	}
	return halo.Ticket{}, false
}

// clockSlack forgives a vendor's clock; a ticket logged this long before the job is not the job's.
const clockSlack = time.Hour

func older(t halo.Ticket, since time.Time) bool {
	return !t.DateOccurred.IsZero() && t.DateOccurred.Before(since.Add(-clockSlack))
}
