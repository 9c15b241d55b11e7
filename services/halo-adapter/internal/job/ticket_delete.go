package job

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// deleteTicket is naturally idempotent: what is gone already is a success. Halo hides a ticket and can restore it
// [client library: homotechsual/HaloAPI Restore-HaloTicket].
func deleteTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return job.Operation[*psav1.Ticket]{
		Name: "DeleteTicket", Kind: "ticket", Effect: mirror.Deletes, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, _ *psav1.Ticket) (job.Result, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			id, err := number(j.VendorID)
			if err != nil {
				return job.Result{}, err
			}
			err = t.Halo.DeleteTicket(ctx, id, j.Arguments["reason"])
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return job.Result{}, err
			}
			return job.Result{Seen: &mirror.Observation{
				Ref: mirror.Ref{Kind: "ticket", VendorID: j.VendorID}, Presence: mirror.Deleted,
			}}, nil
		},
	}
}

// restoreTicket is naturally idempotent: what is there already stays as it is.
func restoreTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return job.Operation[*psav1.Ticket]{
		Name: "RestoreTicket", Kind: "ticket", Effect: mirror.Restores, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, _ *psav1.Ticket) (job.Result, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			id, err := number(j.VendorID)
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
