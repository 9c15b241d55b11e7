package job

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// createTicket is probed: Halo has no idempotency key and no unique client-supplied id [official for the absence: Halo
// OpenAPI 2024-09], so the job's id goes into third_party_id_string, and is looked for there before anything is sent again.
func createTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return job.Operation[*psav1.Ticket]{
		Name: "CreateTicket", Kind: "ticket", Effect: mirror.Creates, Safety: job.Probed, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, patch *psav1.Ticket) (job.Result, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			p, err := t.Words.Create(resolved(j, patch), j.Paths, j.ID)
			if err != nil {
				return job.Result{}, err
			}
			got, err := t.Halo.CreateTicket(ctx, p)
			if err != nil {
				return job.Result{}, err
			}
			return t.seen(got), nil
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

// seen is an answer with a ticket in it. One that drifted is an acceptance all the same: what it holds is fetched again.
func (t Tenant) seen(got halo.Ticket) job.Result {
	r := job.Result{VendorID: strconv.FormatInt(got.ID, 10)}
	if o, err := t.Words.Observed(got); err == nil {
		r.Seen = &o
	}
	return r
}

// maxPages bounds a look through the newest tickets.
const maxPages = 5

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
		if len(page.Tickets) > 0 || len(page.Drifted) > 0 {
			if a, err := t.searchNewest(ctx, mark, since, deleted); err != nil || a.Found != job.Absent {
				return a, err
			}
		}
	}
	return job.Answer{Found: job.Absent}, nil
}

// searchNewest looks through tickets, the live or the deleted, from the newest id down, to those that are older than the job. Where
// the order is not kept, nobody can tell how far it has come.
func (t Tenant) searchNewest(ctx context.Context, mark uuid.UUID, since time.Time, deleted bool) (job.Answer, error) {
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
		if len(page.Tickets) == 0 || older(page.Tickets[len(page.Tickets)-1], since) {
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
