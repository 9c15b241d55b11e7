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

// The steps of a create that is to be confirmed too. In one request a decline would refuse what has been created nevertheless.
const (
	stepCreate  = "create"
	stepConfirm = "confirm"
)

// The arguments of operations, as the contract calls them.
const (
	ArgConfirm       = "confirm"        // "true": CreatePayment confirms too
	ArgPaymentMethod = "payment_method" // of ConfirmPayment
	ArgPayerAbsent   = "payer_absent"   // "true"
	ArgReturnURI     = "return_uri"
	ArgAmount        = "amount" // of CapturePayment, in minor units
	ArgReason        = "reason" // of CancelPayment: the number of a CancelReason
)

// createPayment makes its requests under a key each; past the keys' life it is looked for by its mark.
func createPayment(as Accounts, c Config) job.Operation[*paymentsv1.Payment] {
	return job.Operation[*paymentsv1.Payment]{
		Name: "CreatePayment", Kind: "payment", Effect: mirror.Creates, Safety: job.Keyed, KeyLife: c.KeyLife, Settling: c.Settling,
		Steps: []string{stepCreate, stepConfirm},
		Attempt: func(ctx context.Context, j *job.Job, x *paymentsv1.Payment) (job.Result, error) {
			a, err := as.account(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			return a.createPayment(ctx, j, x)
		},
		Probe: func(ctx context.Context, j *job.Job, x *paymentsv1.Payment) (job.Answer, error) {
			a, err := as.account(j.Connection)
			if err != nil {
				return job.Answer{}, err
			}
			q := about(j)
			if q.Customer, err = referred(j, x.GetCustomer()); err != nil {
				return job.Answer{}, err
			}
			found, err := find(ctx, a.Stripe.Payments, q, a.Words.Payment, j.ID)
			return confirmedToo(j, found), err
		},
	}
}

// createPayment makes the steps that are not made yet, and shows the last one's answer.
func (a Account) createPayment(ctx context.Context, j *job.Job, x *paymentsv1.Payment) (job.Result, error) {
	customer, err := referred(j, x.GetCustomer())
	if err != nil {
		return job.Result{}, err
	}
	var got stripe.Seen[sdk.PaymentIntent]
	id, err := j.Step(ctx, stepCreate, func(ctx context.Context) (string, error) {
		got, err = a.Stripe.CreatePayment(ctx, stripe.Key(j.ID), translate.NewPayment(x, j.Paths, customer, j.ID))
		return got.ID, err
	})
	if err == nil && j.Arguments[ArgConfirm] == "true" {
		_, err = j.Step(ctx, stepConfirm, func(ctx context.Context) (string, error) {
			got, err = a.Stripe.ConfirmPayment(ctx, stripe.StepKey(j.ID, stepConfirm), id, confirmation(j))
			return got.ID, err
		})
	}
	if got.ID == "" { // all of it was made before
		got.ID = id
	}
	return made(got, a.Words.Payment, err)
}

// confirmedToo is what was found of a create: where it was to be confirmed too and is not, only a part.
func confirmedToo(j *job.Job, found job.Answer) job.Answer {
	if found.Found != job.Present || j.Arguments[ArgConfirm] != "true" {
		return found
	}
	if x, ok := found.Result.Seen.State.(*paymentsv1.Payment); ok && beyond(x.GetState()) {
		return found
	}
	found.Found, found.Steps = job.Partly, map[string]string{stepCreate: found.Result.VendorID}
	return found
}

// beyond is whether a payment has been confirmed.
func beyond(s paymentsv1.Payment_State) bool {
	switch s {
	case paymentsv1.Payment_STATE_NEEDS_METHOD, paymentsv1.Payment_STATE_NEEDS_CONFIRMATION:
		return false
	default:
		return true
	}
}

// updatePayment is naturally idempotent: it sends absolute values of just the fields that the caller changed.
func updatePayment(as Accounts, c Config) job.Operation[*paymentsv1.Payment] {
	return job.Operation[*paymentsv1.Payment]{
		Name: "UpdatePayment", Kind: "payment", Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, x *paymentsv1.Payment) (job.Result, error) {
			a, id, err := as.on(j)
			if err != nil {
				return job.Result{}, err
			}
			customer, err := referred(j, x.GetCustomer())
			if err != nil {
				return job.Result{}, err
			}
			got, err := a.Stripe.UpdatePayment(ctx, stripe.Key(j.ID), id, translate.PaymentPatch(x, j.Paths, customer))
			return changed(got, a.Words.Payment, err)
		},
	}
}
