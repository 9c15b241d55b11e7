package job

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// updateTicket is naturally idempotent: it sends absolute values of just the fields that the caller changed; Halo changes
// no others [client library: homotechsual/HaloAPI, djpsa], and the last write wins.
func updateTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return changeTicket(ts, c, "UpdateTicket", nil)
}

// closeTicket is updateTicket with the tenant's answer to what Halo asks before it closes.
func closeTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return changeTicket(ts, c, "CloseTicket", Tenant.closing)
}

// closing says yes to closing a ticket with open appointments, where the tenant wants that [client library: an asynchronous
// Python client sends the same].
func (t Tenant) closing(p *halo.TicketPatch) {
	if t.CloseOverAppointments {
		p.Bool("_appointment01_ok", true)
	}
}

func reopenTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return changeTicket(ts, c, "ReopenTicket", nil)
}

func assignTicket(ts Tenants, c Config) job.Operation[*psav1.Ticket] {
	return changeTicket(ts, c, "AssignTicket", nil)
}

// changeTicket sends the fields of the patch, and what more may add to them.
func changeTicket(ts Tenants, c Config, name string, more func(Tenant, *halo.TicketPatch)) job.Operation[*psav1.Ticket] {
	return job.Operation[*psav1.Ticket]{
		Name: name, Kind: "ticket", Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, patch *psav1.Ticket) (job.Result, error) {
			t, id, err := ts.target(j)
			if err != nil {
				return job.Result{}, err
			}
			patch = resolved(j, patch)
			p, err := t.Words.Patch(patch, j.Paths)
			if err != nil {
				return job.Result{}, err
			}
			if more != nil {
				more(t, &p)
			}
			got, err := t.Halo.UpdateTicket(ctx, id, p)
			if err != nil {
				return job.Result{}, err
			}
			r := t.seen(got)
			r.VendorID = ""
			return r, otherwise(j, "halo.UpdateTicket", patch, r.Seen, got.Warning)
		},
	}
}
