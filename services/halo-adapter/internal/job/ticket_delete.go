package job

import (
	"context"
	"slices"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// deleteTicket is naturally idempotent: what is deleted already is a success. Halo hides a ticket and can restore it
// [client library: homotechsual/HaloAPI Restore-HaloTicket].
func deleteTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return job.Operation[*psav1.Ticket]{
		Name: "DeleteTicket", Kind: "ticket", Effect: mirror.Deletes, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, _ *psav1.Ticket) (job.Result, error) {
			t, id, err := ts.target(j)
			if err != nil {
				return job.Result{}, err
			}
			err = t.Halo.DeleteTicket(ctx, id, j.Arguments["reason"])
			if fault.KindOf(err) == fault.NotFound && err != nil {
				err = t.gone(ctx, j, id, err)
			}
			if err != nil {
				return job.Result{}, err
			}
			return job.Result{Seen: &mirror.Observation{
				Ref: mirror.Ref{Kind: "ticket", VendorID: j.VendorID}, Presence: mirror.Deleted,
			}}, nil
		},
	}
}

// patience is how many times a ticket of which Halo says that there is none is asked for again, over some minutes: a cache may say so
// of a young one [unsure].
const patience = 3

// gone is nil if a ticket of which Halo says that there is none is deleted; otherwise our agent may not see it any more, which gets the
// same answer [client library: HaloPsa.Api; unsure]. The deleted are listed where they are asked for [official for the switch: Halo
// OpenAPI 2024-09, /Tickets deleted; that the since filter goes with it is unsure].
func (t Tenant) gone(ctx context.Context, j *job.Job, id int64, notFound error) error {
	for _, q := range []halo.TicketQuery{
		{ID: id, Deleted: true}, {Since: j.CreatedAt.Add(-clockSlack), Order: "last_update", Desc: true, Deleted: true},
	} {
		page, err := t.Halo.Tickets(ctx, q)
		if err != nil {
			return notSent(err)
		}
		if !slices.ContainsFunc(page.Tickets, func(x halo.Ticket) bool { return x.ID == id }) {
			continue
		}
		is, err := t.Halo.Ticket(ctx, id) // some versions list the living among them: unknown
		switch {
		case err == nil && is.Deleted, fault.KindOf(err) == fault.NotFound && err != nil:
			return nil //nolint:nilerr // it is deleted, and not to be read
		case err != nil:
			return notSent(err)
		}
		return notFound
	}
	if j.Failures < patience {
		return notFound
	}
	return &fault.Error{
		Op: "halo.DeleteTicket", Kind: fault.Invalid, Reason: "NOT_VISIBLE",
		Message: "Halo says that there is no such ticket, and does not list it among the deleted: our agent may not see it any more",
	}
}

// restoreTicket is naturally idempotent: what is there already stays as it is.
func restoreTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return job.Operation[*psav1.Ticket]{
		Name: "RestoreTicket", Kind: "ticket", Effect: mirror.Restores, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, _ *psav1.Ticket) (job.Result, error) {
			t, id, err := ts.target(j)
			if err != nil {
				return job.Result{}, err
			}
			got, err := t.Halo.RestoreTicket(ctx, id)
			if err != nil {
				return job.Result{}, err
			}
			r := t.seen(got)
			r.VendorID = ""
			return r, nil
		},
	}
}
