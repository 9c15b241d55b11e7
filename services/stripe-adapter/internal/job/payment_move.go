package job

import (
	"cmp"
	"context"
	"strconv"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// move is one way to bring a payment into another state. It is repeated under its key; past the key's life the events tell
// whether a request with that key has done anything.
type move struct {
	name    string
	events  []string // what a success is told by
	failure string   // what a decline is told by; empty: it cannot be declined
	call    func(ctx context.Context, c *stripe.Client, id string, j *job.Job) (stripe.Seen[sdk.PaymentIntent], error)
	reached func(j *job.Job, x *sdk.PaymentIntent) bool // whether it stands where the move leads to
}

func (m move) operation(as Accounts, c Config) job.Operation[*paymentsv1.Payment] {
	return job.Operation[*paymentsv1.Payment]{
		Name: m.name, Kind: "payment", Safety: job.Keyed, KeyLife: c.KeyLife, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, _ *paymentsv1.Payment) (job.Result, error) {
			a, id, err := as.on(j)
			if err != nil {
				return job.Result{}, err
			}
			got, err := m.call(ctx, a.Stripe, id, j)
			if err != nil {
				got, err = unless(err, a.payment(ctx, id), func(x *sdk.PaymentIntent) bool { return m.reached(j, x) })
			}
			return changed(got, a.Words.Payment, err)
		},
		Probe: func(ctx context.Context, j *job.Job, _ *paymentsv1.Payment) (job.Answer, error) {
			a, id, err := as.on(j)
			if err != nil {
				return job.Answer{}, err
			}
			return a.moved(ctx, j, id, m.events, m.failure)
		},
	}
}

// moved is whether the feed tells that a request of the job has moved the payment.
func (a Account) moved(ctx context.Context, j *job.Job, id string, events []string, failure string) (job.Answer, error) {
	look := a.payment(ctx, id)
	return caused(ctx, a.Stripe, j, events, failure, func(*stripe.Event) (job.Answer, error) {
		s, err := look()
		is, err := shown(j, s, a.Words.Payment, err)
		is.Result.VendorID = "" // nothing was created
		return is, err
	})
}

// payment reads one payment.
func (a Account) payment(ctx context.Context, id string) func() (stripe.Seen[sdk.PaymentIntent], error) {
	return func() (stripe.Seen[sdk.PaymentIntent], error) { return a.Stripe.Payment(ctx, id) }
}

// What tells of a confirmation. A decline among them is no success.
const declined = "payment_intent.payment_failed"

func confirmed() []string {
	return []string{"payment_intent.succeeded", "payment_intent.amount_capturable_updated", "payment_intent.requires_action", "payment_intent.processing"}
}

// through is whether a payment stands behind its confirmation.
func through(x *sdk.PaymentIntent) bool {
	switch x.Status {
	case sdk.PaymentIntentStatusSucceeded, sdk.PaymentIntentStatusRequiresCapture, sdk.PaymentIntentStatusProcessing:
		return true
	default:
		return false
	}
}

// confirmPayment tries to take or reserve the money.
func confirmPayment(as Accounts, c Config) job.Operation[*paymentsv1.Payment] {
	return move{
		name: "ConfirmPayment", failure: declined, events: confirmed(),
		call: func(ctx context.Context, c *stripe.Client, id string, j *job.Job) (stripe.Seen[sdk.PaymentIntent], error) {
			return c.ConfirmPayment(ctx, key(j), id, confirmation(j, ""))
		},
		reached: func(_ *job.Job, x *sdk.PaymentIntent) bool { return through(x) },
	}.operation(as, c)
}

// confirmation is how a job's payment is confirmed: with the method that it names, or else with that one, or else with the payment's own.
func confirmation(j *job.Job, method string) *sdk.PaymentIntentConfirmParams {
	p := &sdk.PaymentIntentConfirmParams{}
	if method := cmp.Or(j.Arguments[ArgPaymentMethod], method); method != "" {
		p.PaymentMethod = &method
	}
	if j.Arguments[ArgPayerAbsent] == "true" {
		p.OffSession = sdk.Bool(true)
	}
	if uri := j.Arguments[ArgReturnURI]; uri != "" {
		p.ReturnURL = &uri
	}
	return p
}

// capturePayment takes what is reserved, or a part of it. That a payment has succeeded is ours only with the amount that we asked for.
func capturePayment(as Accounts, c Config) job.Operation[*paymentsv1.Payment] {
	return move{
		name: "CapturePayment", events: []string{"payment_intent.succeeded", "charge.captured"},
		call: func(ctx context.Context, c *stripe.Client, id string, j *job.Job) (stripe.Seen[sdk.PaymentIntent], error) {
			p := &sdk.PaymentIntentCaptureParams{}
			if said := j.Arguments[ArgAmount]; said != "" {
				amount, err := strconv.ParseInt(said, 10, 64)
				if err != nil { // never all of it instead of a part
					return stripe.Seen[sdk.PaymentIntent]{}, &fault.Error{Kind: fault.Invalid, Reason: "NO_AMOUNT", Err: err}
				}
				p.AmountToCapture = &amount
			}
			return c.CapturePayment(ctx, key(j), id, p)
		},
		reached: func(j *job.Job, x *sdk.PaymentIntent) bool {
			asked := j.Arguments[ArgAmount]
			if asked == "" { // all of it, and not a part that somebody else has captured
				asked = strconv.FormatInt(x.Amount, 10)
			}
			return x.Status == sdk.PaymentIntentStatusSucceeded && asked == strconv.FormatInt(x.AmountReceived, 10)
		},
	}.operation(as, c)
}

// cancelPayment ends a payment. It is naturally idempotent: one that is canceled already is a success.
func cancelPayment(as Accounts, c Config) job.Operation[*paymentsv1.Payment] {
	op := move{
		name: "CancelPayment",
		call: func(ctx context.Context, c *stripe.Client, id string, j *job.Job) (stripe.Seen[sdk.PaymentIntent], error) {
			p := &sdk.PaymentIntentCancelParams{}
			number, _ := strconv.ParseInt(j.Arguments[ArgReason], 10, 32) // no number: no reason
			if reason := translate.TheirCancelReason(paymentsv1.Payment_CancelReason(number)); reason != "" {
				p.CancellationReason = &reason
			}
			return c.CancelPayment(ctx, key(j), id, p)
		},
		reached: func(_ *job.Job, x *sdk.PaymentIntent) bool { return x.Status == sdk.PaymentIntentStatusCanceled },
	}.operation(as, c)
	op.Safety, op.Probe = job.Idempotent, nil
	return op
}
