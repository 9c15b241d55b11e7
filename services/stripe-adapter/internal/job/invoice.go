package job

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

type invoice = paymentsv1.Invoice

func invoices() entity[*invoice, sdk.Invoice] {
	return entity[*invoice, sdk.Invoice]{kind: "invoice", get: (*stripe.Client).Invoice, read: translate.Words.Invoice}
}

// updateInvoice is naturally idempotent: it sends absolute values of just the fields that the caller changed.
func updateInvoice(as Accounts, c Config) job.Operation[*invoice] {
	return invoices().changes(as, c, "UpdateInvoice", func(ctx context.Context, a Account, id string, j *job.Job, x *invoice) (stripe.Seen[sdk.Invoice], error) {
		return a.Stripe.UpdateInvoice(ctx, key(j), id, translate.InvoicePatch(x, j.Paths))
	})
}

// deleteInvoice takes a draft away, with its items.
func deleteInvoice(as Accounts, c Config) job.Operation[*invoice] {
	return invoices().deletes(as, c, "DeleteInvoice", func(ctx context.Context, a Account, id string) error { return a.Stripe.DeleteInvoice(ctx, id) })
}

// finalizeInvoice makes a draft open. One that finalized itself meanwhile is final.
func finalizeInvoice(as Accounts, c Config) job.Operation[*invoice] {
	return invoices().turns(as, c, turn[*invoice, sdk.Invoice]{
		name: "FinalizeInvoice", events: []string{"invoice.finalized"},
		call: func(ctx context.Context, a Account, id string, j *job.Job, _ *invoice) (stripe.Seen[sdk.Invoice], error) {
			return a.Stripe.FinalizeInvoice(ctx, key(j), id)
		},
		reached: func(_ *job.Job, x *sdk.Invoice) bool {
			return x.StatusTransitions != nil && x.StatusTransitions.FinalizedAt != 0
		},
	})
}

// sendInvoice is repeated under its key: the customer would be mailed again. That it was mailed only its event tells.
func sendInvoice(as Accounts, c Config) job.Operation[*invoice] {
	return invoices().turns(as, c, turn[*invoice, sdk.Invoice]{
		name: "SendInvoice", events: []string{"invoice.sent"},
		call: func(ctx context.Context, a Account, id string, j *job.Job, _ *invoice) (stripe.Seen[sdk.Invoice], error) {
			return a.Stripe.SendInvoice(ctx, key(j), id)
		},
	})
}

// ArgPaidElsewhere is the argument of PayInvoice, as the contract calls it, beside its payment method: "true".
const ArgPaidElsewhere = "paid_elsewhere"

// payInvoice collects what is due. An invoice is paid once: Stripe refuses to charge for one that is paid, and one that is paid in the
// way that was asked for, by an earlier attempt, by itself or by somebody else, is a success. One that was charged is none of what was
// to be noted as paid elsewhere, nor the other way around: then money was taken twice, or not at all, and a person has to know.
func payInvoice(as Accounts, c Config) job.Operation[*invoice] {
	elsewhere := func(j *job.Job) bool { return j.Arguments[ArgPaidElsewhere] == "true" }
	return invoices().turns(as, c, turn[*invoice, sdk.Invoice]{
		name: "PayInvoice", events: []string{"invoice.paid", "payment_intent.processing"}, failure: declined,
		call: func(ctx context.Context, a Account, id string, j *job.Job, _ *invoice) (stripe.Seen[sdk.Invoice], error) {
			return a.Stripe.PayInvoice(ctx, key(j), id, translate.Paying(j.Arguments[ArgPaymentMethod], elsewhere(j)))
		},
		reached: func(j *job.Job, x *sdk.Invoice) bool {
			return x.Status == sdk.InvoiceStatusPaid && (x.AmountDue == 0 || translate.PaidElsewhere(x) == elsewhere(j))
		},
	})
}

// voidInvoice is naturally idempotent: what is void already is a success.
func voidInvoice(as Accounts, c Config) job.Operation[*invoice] {
	return invoices().turns(as, c, turn[*invoice, sdk.Invoice]{
		name: "VoidInvoice",
		call: func(ctx context.Context, a Account, id string, j *job.Job, _ *invoice) (stripe.Seen[sdk.Invoice], error) {
			return a.Stripe.VoidInvoice(ctx, key(j), id)
		},
		reached: func(_ *job.Job, x *sdk.Invoice) bool { return x.Status == sdk.InvoiceStatusVoid },
	})
}

// markInvoiceUncollectible is naturally idempotent: what is written off already is a success.
func markInvoiceUncollectible(as Accounts, c Config) job.Operation[*invoice] {
	return invoices().turns(as, c, turn[*invoice, sdk.Invoice]{
		name: "MarkInvoiceUncollectible",
		call: func(ctx context.Context, a Account, id string, j *job.Job, _ *invoice) (stripe.Seen[sdk.Invoice], error) {
			return a.Stripe.MarkInvoiceUncollectible(ctx, key(j), id)
		},
		reached: func(_ *job.Job, x *sdk.Invoice) bool { return x.Status == sdk.InvoiceStatusUncollectible },
	})
}
