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

func refunds() entity[*paymentsv1.Refund, sdk.Refund] {
	return entity[*paymentsv1.Refund, sdk.Refund]{kind: "refund", get: (*stripe.Client).Refund, read: translate.Words.Refund}
}

// createRefund is repeated under its key and under no other: a part refunded twice is refunded twice. Past the key's life it is
// looked for by its mark among all refunds of its payment.
func createRefund(as Accounts, c Config) job.Operation[*paymentsv1.Refund] {
	return job.Operation[*paymentsv1.Refund]{
		Name: "CreateRefund", Kind: "refund", Effect: mirror.Creates, Safety: job.Keyed, KeyLife: c.KeyLife, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, x *paymentsv1.Refund) (job.Result, error) {
			a, err := as.account(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			payment, err := referred(j, x.GetPayment())
			if err != nil {
				return job.Result{}, err
			}
			got, err := a.Stripe.CreateRefund(ctx, key(j), translate.NewRefund(x, payment, j.ID))
			return made(got, a.Words.Refund, err)
		},
		Probe: func(ctx context.Context, j *job.Job, x *paymentsv1.Refund) (job.Answer, error) {
			a, err := as.account(j.Connection)
			if err != nil {
				return job.Answer{}, err
			}
			payment, err := referred(j, x.GetPayment())
			if err != nil {
				return job.Answer{}, err
			}
			return sought[sdk.Refund]{
				list: a.Stripe.Refunds, within: stripe.Query{Payment: payment}, event: "refund.created", get: a.Stripe.Refund, read: a.Words.Refund,
			}.find(ctx, a, j)
		},
	}
}

// updateRefund is naturally idempotent: it sets keys of the metadata to values.
func updateRefund(as Accounts, c Config) job.Operation[*paymentsv1.Refund] {
	return refunds().changes(as, c, "UpdateRefund", func(ctx context.Context, a Account, id string, j *job.Job, x *paymentsv1.Refund) (stripe.Seen[sdk.Refund], error) {
		return a.Stripe.UpdateRefund(ctx, key(j), id, &sdk.RefundUpdateParams{Metadata: x.GetMetadata()})
	})
}

// cancelRefund is naturally idempotent: what is canceled already is a success.
func cancelRefund(as Accounts, c Config) job.Operation[*paymentsv1.Refund] {
	return refunds().turns(as, c, turn[*paymentsv1.Refund, sdk.Refund]{
		name: "CancelRefund",
		call: func(ctx context.Context, a Account, id string, j *job.Job, _ *paymentsv1.Refund) (stripe.Seen[sdk.Refund], error) {
			return a.Stripe.CancelRefund(ctx, key(j), id)
		},
		reached: func(_ *job.Job, x *sdk.Refund) bool { return x.Status == sdk.RefundStatusCanceled },
	})
}
