package job

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// createCustomer is repeated under its key; past the key's life it is looked for by its mark.
func createCustomer(as Accounts, c Config) job.Operation[*paymentsv1.Customer] {
	return job.Operation[*paymentsv1.Customer]{
		Name: "CreateCustomer", Kind: "customer", Effect: mirror.Creates, Safety: job.Keyed, KeyLife: c.KeyLife, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, x *paymentsv1.Customer) (job.Result, error) {
			a, err := as.account(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			got, err := a.Stripe.CreateCustomer(ctx, key(j), translate.NewCustomer(x, j.Paths, j.ID))
			return made(got, a.Words.Customer, err)
		},
		Probe: func(ctx context.Context, j *job.Job, _ *paymentsv1.Customer) (job.Answer, error) {
			a, err := as.account(j.Connection)
			if err != nil {
				return job.Answer{}, err
			}
			return sought[sdk.Customer]{
				list: a.Stripe.Customers, within: about(j), event: "customer.created", get: a.Stripe.Customer, read: a.Words.Customer,
			}.find(ctx, a, j)
		},
	}
}

// updateCustomer is naturally idempotent: it sends absolute values of just the fields that the caller changed.
func updateCustomer(as Accounts, c Config) job.Operation[*paymentsv1.Customer] {
	return job.Operation[*paymentsv1.Customer]{
		Name: "UpdateCustomer", Kind: "customer", Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, x *paymentsv1.Customer) (job.Result, error) {
			a, id, err := as.on(j)
			if err != nil {
				return job.Result{}, err
			}
			got, err := a.Stripe.UpdateCustomer(ctx, key(j), id, translate.CustomerPatch(x, j.Paths))
			return changed(got, a.Words.Customer, err)
		},
	}
}

// deleteCustomer is naturally idempotent: what is gone already is a success.
func deleteCustomer(as Accounts, c Config) job.Operation[*paymentsv1.Customer] {
	return job.Operation[*paymentsv1.Customer]{
		Name: "DeleteCustomer", Kind: "customer", Effect: mirror.Deletes, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, _ *paymentsv1.Customer) (job.Result, error) {
			a, id, err := as.on(j)
			if err != nil {
				return job.Result{}, err
			}
			if err := a.Stripe.DeleteCustomer(ctx, id); err != nil && !a.isGone(ctx, id, err) {
				return job.Result{}, err
			}
			gone := mirror.Observation{Ref: mirror.Ref{Kind: "customer", VendorID: id}, Presence: mirror.Deleted}
			return job.Result{Seen: &gone}, nil
		},
	}
}

// isGone is whether a deletion was refused because the customer is deleted: Stripe still shows a stub of it [official: OpenAPI;
// unsure: what a second deletion is answered with].
func (a Account) isGone(ctx context.Context, id string, refusal error) bool {
	if fault.KindOf(refusal) != fault.NotFound {
		return false
	}
	var s stripe.Seen[sdk.Customer]
	s, err := a.Stripe.Customer(ctx, id)
	return err == nil && s.Is.Deleted
}
