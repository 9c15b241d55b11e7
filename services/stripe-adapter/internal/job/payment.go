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
			return a.soughtPayment(ctx, j, x)
		},
	}
}

// createPayment makes the steps that are not made yet, and shows the last one's answer. The payment method goes along with the
// confirmation: after a decline the payment has none, and a replay is another try of the same.
func (a Account) createPayment(ctx context.Context, j *job.Job, x *paymentsv1.Payment) (job.Result, error) {
	customer, err := referred(j, x.GetCustomer())
	if err != nil {
		return job.Result{}, err
	}
	var got stripe.Seen[sdk.PaymentIntent]
	id, err := j.Step(ctx, stepCreate, func(ctx context.Context) (string, error) {
		got, err = a.Stripe.CreatePayment(ctx, key(j), translate.NewPayment(x, j.Paths, customer, j.ID))
		return got.ID, err
	})
	if err == nil && confirms(j) {
		_, err = j.Step(ctx, stepConfirm, func(ctx context.Context) (string, error) {
			got, err = a.Stripe.ConfirmPayment(ctx, stripe.StepKey(j.ID, j.Turn, stepConfirm), id, confirmation(j, x.GetPaymentMethod()))
			if err != nil {
				got, err = unless(err, a.payment(ctx, id), through)
			}
			return got.ID, err
		})
	}
	if got.ID == "" { // all of it was made before
		got.ID = id
	}
	return made(got, a.Words.Payment, err)
}

func confirms(j *job.Job) bool { return j.Arguments[ArgConfirm] == "true" }

// soughtPayment is what became of a create. While nobody knows that the payment is made, nothing was sent to confirm it. After a
// replay it carries the mark of the job that made it, so that of the confirmation only the feed can tell; that it needs a method does
// not mean that it was not tried.
func (a Account) soughtPayment(ctx context.Context, j *job.Job, x *paymentsv1.Payment) (job.Answer, error) {
	id, made := j.Made(stepCreate)
	switch {
	case made && confirms(j):
		found, err := a.moved(ctx, j, id, confirmed(), declined)
		found.Result.VendorID = id
		return found, err
	case made:
		s, err := a.Stripe.Payment(ctx, id)
		return shown(j, s, a.Words.Payment, err)
	}
	customer, err := referred(j, x.GetCustomer())
	if err != nil {
		return job.Answer{}, err
	}
	q := about(j)
	q.Customer = customer
	found, err := sought[sdk.PaymentIntent]{
		list: a.Stripe.Payments, within: q, event: "payment_intent.created", get: a.Stripe.Payment, read: a.Words.Payment,
	}.find(ctx, a, j)
	if found.Found == job.Present && confirms(j) {
		found.Found, found.Steps = job.Partly, map[string]string{stepCreate: found.Result.VendorID}
	}
	return found, err
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
			got, err := a.Stripe.UpdatePayment(ctx, key(j), id, translate.PaymentPatch(x, j.Paths, customer))
			return changed(got, a.Words.Payment, err)
		},
	}
}
