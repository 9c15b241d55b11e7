package api

import (
	"context"
	"slices"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// CreateInvoice accepts a new draft, with its items.
func (s *Invoices) CreateInvoice(ctx context.Context, r *paymentsv1.CreateInvoiceRequest) (*invoice, error) {
	x := r.GetInvoice()
	if x != nil && x.GetCustomer() == "" {
		return nil, fault.Field("invoice.customer", "is required")
	}
	if err := beside("invoice.customer", x.GetCustomer(), r.GetParent()); err != nil {
		return nil, err
	}
	sent := x.GetCollectionMode() == paymentsv1.CollectionMode_COLLECTION_MODE_SEND
	switch {
	case sent && x.GetDueTime() == nil:
		return nil, fault.Field("invoice.due_time", "is required where the invoice is sent")
	case !sent && x.GetDueTime() != nil:
		return nil, fault.Field("invoice.due_time", "is of invoices that are sent")
	}
	w := invoiceWrite{Operation: "CreateInvoice", Check: known(s.customers, x.GetCustomer())}
	if len(r.GetItems()) > 0 {
		items, err := invoiceItems(x, r.GetItems(), r.GetParent())
		if err != nil {
			return nil, err
		}
		w.Arguments = map[string]string{"items": items}
	}
	return s.invoices.Create(ctx, w, r, x)
}

// UpdateInvoice accepts a change and queues it.
func (s *Invoices) UpdateInvoice(ctx context.Context, r *paymentsv1.UpdateInvoiceRequest) (*invoice, error) {
	x, paths := r.GetInvoice(), r.GetUpdateMask().GetPaths()
	if slices.Contains(paths, "due_time") && x.GetDueTime() == nil {
		return nil, fault.Field("invoice.due_time", "cannot be taken away")
	}
	chosen := chosenBy(r.GetUpdateMask(), map[string]bool{"collection_mode": x.GetCollectionMode() != 0, "due_time": x.GetDueTime() != nil})
	final := chosen("collection_mode") || chosen("due_time")
	return s.invoices.Update(ctx, invoiceWrite{Operation: "UpdateInvoice", Allows: func(shown *invoice) error {
		if final && !written(shown) {
			return notNow("INVOICE_FINAL", "how and when it is collected may change in a draft only")
		}
		return nil
	}}, r, x, r.GetUpdateMask())
}

// written is whether an invoice is a draft still, or is being created as one.
func written(shown *invoice) bool {
	return shown.GetState() == paymentsv1.Invoice_STATE_DRAFT || shown.GetState() == paymentsv1.Invoice_STATE_UNSPECIFIED && shown.GetCreateTime() == nil
}

// DeleteInvoice accepts the deletion of a draft.
func (s *Invoices) DeleteInvoice(ctx context.Context, r *paymentsv1.DeleteInvoiceRequest) (*invoice, error) {
	return s.invoices.Do(ctx, invoiceWrite{Operation: "DeleteInvoice", Effect: mirror.Deletes, Allows: func(shown *invoice) error {
		switch {
		case !written(shown):
			return notNow("INVOICE_FINAL", "it is no draft: void it")
		case shown.GetSubscription() != "":
			return notNow("INVOICE_OF_SUBSCRIPTION", "a subscription made it: finalize and void it")
		}
		return nil
	}}, r)
}

// FinalizeInvoice accepts that a draft becomes open.
func (s *Invoices) FinalizeInvoice(ctx context.Context, r *paymentsv1.FinalizeInvoiceRequest) (*invoice, error) {
	return s.invoices.Do(ctx, moving("FinalizeInvoice", paymentsv1.Invoice_STATE_OPEN, func(shown *invoice) error {
		if !written(shown) {
			return notNow("INVOICE_FINAL", "it is no draft")
		}
		return nil
	}), r)
}

// moving is a write that brings an invoice into a state, which is shown at once.
func moving(operation string, to paymentsv1.Invoice_State, allows func(*invoice) error) invoiceWrite {
	return invoiceWrite{Operation: operation, Patch: &invoice{State: to}, Paths: []string{"state"}, Allows: allows}
}

// SendInvoice accepts that the vendor e-mails the invoice to the customer.
func (s *Invoices) SendInvoice(ctx context.Context, r *paymentsv1.SendInvoiceRequest) (*invoice, error) {
	return s.invoices.Do(ctx, invoiceWrite{Operation: "SendInvoice", Allows: func(shown *invoice) error {
		switch {
		case shown.GetState() == paymentsv1.Invoice_STATE_VOID || shown.GetState() == paymentsv1.Invoice_STATE_UNCOLLECTIBLE:
			return notNow("INVOICE_OVER", "it is void or written off")
		case shown.GetCollectionMode() != paymentsv1.CollectionMode_COLLECTION_MODE_SEND:
			return notNow("INVOICE_CHARGED", "it is charged automatically")
		}
		return nil
	}}, r)
}

// PayInvoice accepts the attempt to collect what is due, or the note that it was paid elsewhere.
func (s *Invoices) PayInvoice(ctx context.Context, r *paymentsv1.PayInvoiceRequest) (*invoice, error) {
	if err := text(maxID)("payment_method", r.GetPaymentMethod()); err != nil {
		return nil, err
	}
	w := invoiceWrite{Operation: "PayInvoice", Allows: payable, Arguments: map[string]string{}}
	switch {
	case r.GetPaidElsewhere() && r.GetPaymentMethod() != "":
		return nil, fault.Field("payment_method", "must be empty where it was paid elsewhere")
	case r.GetPaidElsewhere():
		w.Arguments["paid_elsewhere"] = "true"
	case r.GetPaymentMethod() != "":
		w.Arguments["payment_method"] = r.GetPaymentMethod()
	}
	return s.invoices.Do(ctx, w, r)
}

func payable(shown *invoice) error {
	switch shown.GetState() {
	case paymentsv1.Invoice_STATE_OPEN, paymentsv1.Invoice_STATE_UNCOLLECTIBLE:
		return nil
	case paymentsv1.Invoice_STATE_PAID:
		return notNow("INVOICE_PAID", "it is paid")
	case paymentsv1.Invoice_STATE_VOID:
		return notNow("INVOICE_VOID", "it is void")
	default:
		return notNow("INVOICE_DRAFT", "it is a draft: finalize it first")
	}
}

// VoidInvoice accepts that an open or written-off invoice is void.
func (s *Invoices) VoidInvoice(ctx context.Context, r *paymentsv1.VoidInvoiceRequest) (*invoice, error) {
	return s.invoices.Do(ctx, moving("VoidInvoice", paymentsv1.Invoice_STATE_VOID, func(shown *invoice) error {
		if shown.GetState() == paymentsv1.Invoice_STATE_PAID {
			return notNow("INVOICE_PAID", "it is paid: refund its payment")
		}
		return payable(shown)
	}), r)
}

// MarkInvoiceUncollectible accepts that an open invoice is written off.
func (s *Invoices) MarkInvoiceUncollectible(ctx context.Context, r *paymentsv1.MarkInvoiceUncollectibleRequest) (*invoice, error) {
	return s.invoices.Do(ctx, moving("MarkInvoiceUncollectible", paymentsv1.Invoice_STATE_UNCOLLECTIBLE, func(shown *invoice) error {
		if shown.GetState() != paymentsv1.Invoice_STATE_OPEN {
			return notNow("INVOICE_NOT_OPEN", "it is not open")
		}
		return nil
	}), r)
}
