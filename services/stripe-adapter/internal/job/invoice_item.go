package job

import (
	"cmp"
	"context"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

type item = paymentsv1.InvoiceItem

// items are read by Stripe's own id, which the mirror's has behind the invoice's.
func items() entity[*item, sdk.InvoiceItem] {
	get := func(c *stripe.Client, ctx context.Context, id string) (stripe.Seen[sdk.InvoiceItem], error) { //nolint:revive // as a method of the client is
		return c.InvoiceItem(ctx, translate.ItemID(id))
	}
	return entity[*item, sdk.InvoiceItem]{kind: "item", get: get, read: translate.Words.Item}
}

// ArgCustomer is the argument of AddInvoiceItem that names whose invoice it is, by Stripe's id; empty: nobody knew it yet.
const ArgCustomer = "customer"

// addInvoiceItem is repeated under its key: a second one would be billed too. Past the key's life it is looked for by its mark among
// the items of its invoice.
func addInvoiceItem(as Accounts, c Config) job.Operation[*item] {
	return job.Operation[*item]{
		Name: "AddInvoiceItem", Kind: "item", Effect: mirror.Creates, Safety: job.Keyed, KeyLife: c.KeyLife, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, x *item) (job.Result, error) {
			a, customer, err := as.billing(ctx, j)
			if err != nil {
				return job.Result{}, err
			}
			got, err := a.Stripe.CreateInvoiceItem(ctx, key(j), translate.NewItem(x, j.ParentID, customer, j.ID))
			r, err := made(got, a.Words.Item, err)
			if err == nil {
				r.VendorID = translate.ItemRef(j.ParentID, got.ID).VendorID
			}
			return r, err
		},
		Probe: func(ctx context.Context, j *job.Job, _ *item) (job.Answer, error) {
			a, err := as.account(j.Connection)
			if err != nil {
				return job.Answer{}, err
			}
			listed := func(ctx context.Context, q stripe.Query) (stripe.Page[sdk.InvoiceItem], error) {
				return a.Stripe.InvoiceItems(ctx, j.ParentID, q)
			}
			return sought[sdk.InvoiceItem]{list: listed, event: "invoiceitem.created", get: a.Stripe.InvoiceItem, read: a.Words.Item}.find(ctx, a, j)
		},
	}
}

// billing is the job's account, and Stripe's id of the customer whose invoice it adds to.
func (as Accounts) billing(ctx context.Context, j *job.Job) (Account, string, error) {
	a, err := as.account(j.Connection)
	switch {
	case err != nil:
		return a, "", err
	case j.ParentID == "":
		return a, "", notCreated()
	case j.Arguments[ArgCustomer] != "":
		return a, j.Arguments[ArgCustomer], nil
	}
	s, err := a.Stripe.Invoice(ctx, j.ParentID)
	switch {
	case err != nil:
		return a, "", err
	case s.Is.Customer == nil:
		return a, "", &fault.Error{Kind: fault.Drift, Reason: stripe.ReasonDrift, Field: "customer", Message: "an invoice without customer"}
	}
	return a, s.Is.Customer.ID, nil
}

// updateInvoiceItem is naturally idempotent: it sends absolute values of just the fields that the caller changed.
func updateInvoiceItem(as Accounts, c Config) job.Operation[*item] {
	return items().changes(as, c, "UpdateInvoiceItem", func(ctx context.Context, a Account, id string, j *job.Job, x *item) (stripe.Seen[sdk.InvoiceItem], error) {
		return a.Stripe.UpdateInvoiceItem(ctx, key(j), translate.ItemID(id), translate.ItemPatch(x, j.Paths))
	})
}

// deleteInvoiceItem takes an item off a draft.
func deleteInvoiceItem(as Accounts, c Config) job.Operation[*item] {
	return items().deletes(as, c, "DeleteInvoiceItem", func(ctx context.Context, a Account, id string) error {
		return a.Stripe.DeleteInvoiceItem(ctx, translate.ItemID(id))
	})
}

// fetchItems reads all lines of the invoice that ref names, by itself or by one of its items.
func fetchItems(as Accounts) job.Fetch {
	return func(ctx context.Context, connection string, ref mirror.Ref) ([]mirror.Observation, error) {
		a, err := as.account(connection)
		if err != nil {
			return nil, err
		}
		invoice, _, named := strings.Cut(ref.VendorID, "/")
		lines, err := a.Stripe.InvoiceLines(ctx, invoice)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
		seen, err := a.lines(invoice, lines)
		if err != nil {
			return nil, err
		}
		for _, o := range seen {
			named = named && o.Ref != ref
		}
		if named && !lines.More {
			seen = append(seen, mirror.Observation{Ref: ref, Presence: mirror.Absent})
		}
		return seen, nil
	}
}

// fetchInvoice reads one invoice, and what it shows of its lines comes along.
func fetchInvoice(as Accounts) job.Fetch {
	return fetchWith(as, (*stripe.Client).Invoice, translate.Words.Invoice, func(a Account, s stripe.Seen[sdk.Invoice]) []mirror.Observation {
		lines, _ := stripe.LinesIn(s)
		if seen, err := a.lines(s.ID, lines); err == nil { // what cannot be read of them, their own look tells of
			return seen
		}
		return nil
	})
}

// lines are the items of an invoice, as its lines tell of them.
func (a Account) lines(invoice string, page stripe.Page[sdk.InvoiceLineItem]) (seen []mirror.Observation, err error) {
	if len(page.Drifted) > 0 {
		return nil, &fault.Error{Kind: fault.Drift, Reason: stripe.ReasonDrift, Message: cmp.Or(page.Drifted[0].Message, "a line cannot be read")}
	}
	for _, s := range page.Rows {
		o, err := a.Words.Line(invoice, s)
		if err != nil {
			return nil, err
		}
		seen = append(seen, o)
	}
	return seen, nil
}
