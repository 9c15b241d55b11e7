package job

import (
	"context"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// invoices are looked for among their client's; marked says whether new ones carry a mark. A row of a list that does not show where it
// stands may be anybody's.
func invoices(marked bool) entity[*psav1.Invoice, halo.Invoice] {
	return entity[*psav1.Invoice, halo.Invoice]{
		kind: "invoice", mark: "thirdpartyinvoicenumber", rows: (*halo.Client).Invoices, shown: translate.Words.Invoice,
		patch: func(w translate.Words, i *psav1.Invoice, paths []string) (halo.Patch, error) {
			return w.InvoicePatch(i, paths, "")
		},
		create: func(w translate.Words, i *psav1.Invoice, paths []string, mark uuid.UUID) (halo.Patch, error) {
			return w.NewInvoice(i, paths, mark, marked)
		},
		find: func(i *psav1.Invoice) (halo.Query, func(halo.Invoice) bool) {
			return halo.Query{ClientID: numberOr0(i.GetClient())}, func(x halo.Invoice) bool { return !x.Has("thirdpartyinvoicenumber") }
		},
	}
}

// createInvoice is probed through all of its client's, from the newest down: this is money, so only a clean look allows a repeat.
// Where an accounts package owns the field of the mark, nobody can tell, and an unanswered create goes to a person.
func createInvoice(ts Tenants, c Config) job.Operation[*psav1.Invoice] {
	op := invoices(c.InvoiceMark).creates(ts, c, "CreateInvoice")
	if !c.InvoiceMark {
		op.Safety, op.Probe = job.Never, nil
	}
	return op
}

// updateInvoice sends all lines together, where they are to change; see lines.
func updateInvoice(ts Tenants, c Config) job.Operation[*psav1.Invoice] {
	return lined(ts, c, "UpdateInvoice", invoices(true), linesOf[*psav1.Invoice, halo.Invoice]{
		currency: func(x halo.Invoice) string { return x.Currency },
		patch:    translate.Words.InvoicePatch,
		same:     func(asked, shown *psav1.Invoice) bool { return translate.SameLines(asked.GetLines(), shown.GetLines()) },
		kept:     func(asked, shown *psav1.Invoice) bool { return translate.KeptLines(asked.GetLines(), shown.GetLines()) },
		placed:   translate.PlacedInvoiceLines,
		closed: func(shown *psav1.Invoice) error {
			if s := shown.GetState(); s != psav1.Invoice_STATE_DRAFT && s != psav1.Invoice_STATE_UNSPECIFIED {
				return meanwhile("NO_DRAFT", "it is no draft any more since the change was accepted")
			}
			return nil
		},
	})
}

// voidInvoice sets the one switch. Whether Halo's API takes that is unknown [unsure]: where it says yes and does not do it, the
// write is refused.
func voidInvoice(ts Tenants, c Config) job.Operation[*psav1.Invoice] {
	e := invoices(true)
	return once(ts, c, "VoidInvoice", e, made[*psav1.Invoice, halo.Invoice]{
		done: func(shown, _ *psav1.Invoice) (bool, error) {
			if shown.GetState() == psav1.Invoice_STATE_PAID {
				return false, meanwhile("PAID", "it was paid since the change was accepted")
			}
			return shown.GetState() == psav1.Invoice_STATE_VOID, nil
		},
		call: func(ctx context.Context, t Tenant, id int64, patch *psav1.Invoice) (halo.Invoice, error) {
			p, err := t.Words.InvoicePatch(patch, []string{"state"}, "")
			if err != nil {
				return halo.Invoice{}, err
			}
			got, _, err := e.rows(t.Halo).Update(ctx, id, p)
			if err == nil && got.ID != 0 && !got.Voided {
				err = &fault.Error{
					Op: "halo.UpdateInvoice", Kind: fault.Invalid, Reason: "NOT_VOIDED", Message: "Halo took the call and did not void the invoice",
				}
			}
			return got, err
		},
	})
}

// recurringInvoices are only read.
func recurringInvoices() entity[*psav1.RecurringInvoice, halo.Invoice] {
	return entity[*psav1.RecurringInvoice, halo.Invoice]{
		kind: "recurring_invoice", rows: (*halo.Client).RecurringInvoices, shown: translate.Words.RecurringInvoice,
	}
}
