package job

import (
	"context"
	"encoding/json"
	"strconv"

	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/protobuf/encoding/protojson"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// The steps of a new invoice, beside its create: all of its items, and that it goes on by itself, which it must not do without them.
const (
	stepItems   = "items"
	stepAdvance = "advance"
)

// ArgItems are the items of CreateInvoice: an array of the contract's messages as JSON.
const ArgItems = "items"

// createInvoice makes its requests under a key each; past the keys' life the draft is looked for by its mark among those of its customer
// created since, and its items by theirs among those of the draft.
func createInvoice(as Accounts, c Config) job.Operation[*invoice] {
	return job.Operation[*invoice]{
		Name: "CreateInvoice", Kind: "invoice", Effect: mirror.Creates, Safety: job.Keyed, KeyLife: c.KeyLife, Settling: c.Settling,
		Steps: []string{stepCreate, stepItems, stepAdvance},
		Attempt: func(ctx context.Context, j *job.Job, x *invoice) (job.Result, error) {
			a, n, err := as.newInvoice(j, x)
			if err != nil {
				return job.Result{}, err
			}
			return a.createInvoice(ctx, j, x, n)
		},
		Probe: func(ctx context.Context, j *job.Job, x *invoice) (job.Answer, error) {
			a, n, err := as.newInvoice(j, x)
			if err != nil {
				return job.Answer{}, err
			}
			return a.soughtInvoice(ctx, j, x, n)
		},
	}
}

// newInvoice is what a new invoice is made of beside its own fields.
type newInvoice struct {
	customer string // Stripe's id
	items    []*paymentsv1.InvoiceItem
}

func (as Accounts) newInvoice(j *job.Job, x *invoice) (a Account, n newInvoice, err error) {
	if a, n.customer, err = as.forCustomer(j, x.GetCustomer()); err != nil || j.Arguments[ArgItems] == "" {
		return a, n, err
	}
	var raw []json.RawMessage
	if err = json.Unmarshal([]byte(j.Arguments[ArgItems]), &raw); err != nil { // never an invoice without them
		return a, n, unreadable(err)
	}
	for _, b := range raw {
		i := &paymentsv1.InvoiceItem{}
		if err := protojson.Unmarshal(b, i); err != nil {
			return a, n, unreadable(err)
		}
		n.items = append(n.items, i)
	}
	return a, n, nil
}

func unreadable(err error) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Reason: "NO_ITEMS", Message: "its items cannot be read", Err: err}
}

// createInvoice makes the steps that are not made yet.
func (a Account) createInvoice(ctx context.Context, j *job.Job, x *invoice, n newInvoice) (job.Result, error) {
	var got stripe.Seen[sdk.Invoice]
	id, err := j.Step(ctx, stepCreate, func(ctx context.Context) (_ string, err error) {
		got, err = a.Stripe.CreateInvoice(ctx, key(j), translate.NewInvoice(x, j.Paths, n.customer, j.ID))
		return got.ID, err
	})
	if err == nil && len(n.items) > 0 {
		got = stripe.Seen[sdk.Invoice]{} // it is of before they came
		_, err = j.Step(ctx, stepItems, func(ctx context.Context) (string, error) { return "", a.addItems(ctx, j, id, n) })
	}
	if err == nil && x.GetAutoAdvance() {
		_, err = j.Step(ctx, stepAdvance, func(ctx context.Context) (_ string, err error) {
			got, err = a.Stripe.UpdateInvoice(ctx, stripe.StepKey(j.ID, j.Turn, stepAdvance), id, translate.Advancing())
			return got.ID, err
		})
	}
	if got.ID == "" { // the last of it was made before, or showed nothing
		got.ID = id
	}
	return made(got, a.Words.Invoice, err)
}

// addItems adds the items that the draft has not, each under a key of its own.
func (a Account) addItems(ctx context.Context, j *job.Job, id string, n newInvoice) error {
	there := map[int]bool{}
	if j.Attempts > 1 || j.Turn > 0 || j.Replayed {
		var err error
		if there, err = a.itemsOf(ctx, id); err != nil {
			return err
		}
	}
	for at, i := range n.items {
		if there[at] {
			continue
		}
		k := stripe.StepKey(j.ID, j.Turn, "item-"+strconv.Itoa(at))
		if _, err := a.Stripe.CreateInvoiceItem(ctx, k, translate.NthItem(i, id, n.customer, j.ID, at)); err != nil {
			return err
		}
	}
	return nil
}

// itemsOf are the job's items that a draft has. What cannot be read may be one of them.
func (a Account) itemsOf(ctx context.Context, id string) (map[int]bool, error) {
	there := map[int]bool{}
	for q := (stripe.Query{}); ; {
		page, err := a.Stripe.InvoiceItems(ctx, id, q)
		switch {
		case err != nil:
			return nil, unseen(err)
		case len(page.Drifted) > 0:
			return nil, &fault.Error{Kind: fault.Drift, Reason: stripe.ReasonDrift, Message: "an item of the invoice cannot be read: " + page.Drifted[0].Message}
		}
		for i := range page.Rows {
			if n, ok := translate.Nth(&page.Rows[i].Is); ok {
				there[n] = true
			}
		}
		if q.After = page.Last; !page.More {
			return there, nil
		}
	}
}

// soughtInvoice is what became of a create. While nobody knows that the draft is made, nothing was added to it.
func (a Account) soughtInvoice(ctx context.Context, j *job.Job, x *invoice, n newInvoice) (job.Answer, error) {
	id, made := j.Made(stepCreate)
	if !made {
		q := about(j)
		q.Customer = n.customer
		found, err := sought[sdk.Invoice]{
			list: a.Stripe.Invoices, within: q, event: "invoice.created", get: a.Stripe.Invoice, read: a.Words.Invoice,
		}.find(ctx, a, j)
		if found.Found == job.Present && (len(n.items) > 0 || x.GetAutoAdvance()) {
			found.Found, found.Steps = job.Partly, map[string]string{stepCreate: found.Result.VendorID}
		}
		return found, err
	}
	there, err := a.itemsOf(ctx, id)
	if err != nil {
		return job.Answer{}, err
	}
	s, err := a.Stripe.Invoice(ctx, id)
	is, err := shown(j, s, a.Words.Invoice, err)
	is.Result.VendorID = id
	switch {
	case err != nil || is.Found != job.Present:
	case len(there) < len(n.items): // those that are there are not added again
		return job.Answer{Found: job.Absent}, nil
	case x.GetAutoAdvance() && !s.Is.AutoAdvance:
		is.Found, is.Steps = job.Partly, map[string]string{stepItems: ""}
	}
	return is, err
}
