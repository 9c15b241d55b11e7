package job

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

func customers() entity[*paymentsv1.Customer, sdk.Customer] {
	return entity[*paymentsv1.Customer, sdk.Customer]{kind: "customer", get: (*stripe.Client).Customer, read: translate.Words.Customer, stub: true}
}

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
	return customers().changes(as, c, "UpdateCustomer", func(ctx context.Context, a Account, id string, j *job.Job, x *paymentsv1.Customer) (stripe.Seen[sdk.Customer], error) {
		return a.Stripe.UpdateCustomer(ctx, key(j), id, translate.CustomerPatch(x, j.Paths))
	})
}

// deleteCustomer takes a customer away, of whom Stripe still shows a stub.
func deleteCustomer(as Accounts, c Config) job.Operation[*paymentsv1.Customer] {
	return customers().deletes(as, c, "DeleteCustomer", func(ctx context.Context, a Account, id string) error { return a.Stripe.DeleteCustomer(ctx, id) })
}
