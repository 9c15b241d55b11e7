package job

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
)

// updateTicket is naturally idempotent: it sends absolute values of just the fields that the caller changed; Halo changes
// no others [client library: homotechsual/HaloAPI, djpsa], and the last write wins.
func updateTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return job.Operation[*psav1.Ticket]{
		Name: "UpdateTicket", Kind: "ticket", Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, patch *psav1.Ticket) (job.Result, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			id, err := number(j.VendorID)
			if err != nil {
				return job.Result{}, err
			}
			p, err := t.Words.Patch(patch, j.Paths)
			if err != nil {
				return job.Result{}, err
			}
			got, err := t.Halo.UpdateTicket(ctx, id, p)
			if err != nil {
				return job.Result{}, err
			}
			r := t.seen(got)
			r.VendorID = ""
			return r, nil
		},
	}
}
