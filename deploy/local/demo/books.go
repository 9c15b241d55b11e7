package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
)

// books are every customer, payment and refund, by id, in words that can be compared.
type books map[string]string

// entry words: what is told of each kind, in one order.
func customerWords(name, email, description string) string {
	return fmt.Sprintf("customer %q %q %q", name, email, description)
}

func paymentWords(amount int64, currency, state string, received, returned int64) string {
	return fmt.Sprintf("payment of %d %s, %s: %d received, %d given back", amount, currency, state, received, returned)
}

func refundWords(amount int64, currency, state, payment string) string {
	return fmt.Sprintf("refund of %d %s, %s, of %s", amount, currency, state, payment)
}

// differ names all in which two books are not the same.
func (b books) differ(vendor books) (all []string) {
	ids := maps.Clone(vendor)
	maps.Copy(ids, b)
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if b[id] != vendor[id] {
			all = append(all, fmt.Sprintf("%s is %q, Stripe has %q", id, b[id], vendor[id]))
		}
	}
	return all
}

// mirrored are the books as callers see them.
func (s *shop) mirrored(ctx context.Context) (books, error) {
	b, at := books{}, s.next()
	for token := ""; ; {
		page, err := at.customers.ListCustomers(ctx, &paymentsv1.ListCustomersRequest{Parent: s.parent, PageSize: 500, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, x := range page.GetCustomers() {
			b[idOf(x.GetName())] = customerWords(x.GetDisplayName(), x.GetEmail(), x.GetDescription())
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	for token := ""; ; {
		page, err := at.payments.ListPayments(ctx, &paymentsv1.ListPaymentsRequest{Parent: s.parent, PageSize: 500, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, x := range page.GetPayments() {
			b[idOf(x.GetName())] = paymentWords(x.GetAmount().GetMinorUnits(), x.GetAmount().GetCurrencyCode(), word(x.GetState().String()),
				x.GetAmountReceived().GetMinorUnits(), x.GetLatestCharge().GetAmountRefunded().GetMinorUnits())
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	for token := ""; ; {
		page, err := at.refunds.ListRefunds(ctx, &paymentsv1.ListRefundsRequest{Parent: s.parent, PageSize: 500, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, x := range page.GetRefunds() {
			b[idOf(x.GetName())] = refundWords(x.GetAmount().GetMinorUnits(), x.GetAmount().GetCurrencyCode(), word(x.GetState().String()), idOf(x.GetPayment()))
		}
		if token = page.GetNextPageToken(); token == "" {
			return b, nil
		}
	}
}

// object is what is compared of any of Stripe's.
type object struct {
	ID             string `json:"id"`
	Name           string `json:"name"`
	Email          string `json:"email"`
	Description    string `json:"description"`
	Amount         int64  `json:"amount"`
	Currency       string `json:"currency"`
	Status         string `json:"status"`
	AmountReceived int64  `json:"amount_received"`
	AmountRefunded int64  `json:"amount_refunded"`
	LatestCharge   string `json:"latest_charge"`
	PaymentIntent  string `json:"payment_intent"`
}

// kept are the books as Stripe keeps them.
func (s *shop) kept(ctx context.Context) (books, error) {
	b := books{}
	states := map[string]string{"requires_payment_method": "needs_method", "requires_capture": "authorized"} // the others are called alike
	read := map[string]func(x object) error{
		"/v1/customers": func(x object) error { b[x.ID] = customerWords(x.Name, x.Email, x.Description); return nil },
		"/v1/payment_intents": func(x object) error {
			var charge object
			if x.LatestCharge != "" {
				if err := s.vendor.call(ctx, http.MethodGet, "/stripe/objects/"+x.LatestCharge, nil, &charge); err != nil {
					return err
				}
			}
			state := x.Status
			if ours := states[state]; ours != "" {
				state = ours
			}
			b[x.ID] = paymentWords(x.Amount, strings.ToUpper(x.Currency), state, x.AmountReceived, charge.AmountRefunded)
			return nil
		},
		"/v1/refunds": func(x object) error {
			b[x.ID] = refundWords(x.Amount, strings.ToUpper(x.Currency), x.Status, x.PaymentIntent)
			return nil
		},
	}
	for path, each := range read {
		if err := s.every(ctx, path, each); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// every is told each row of one of Stripe's lists.
func (s *shop) every(ctx context.Context, path string, each func(object) error) error {
	params := map[string]string{"limit": "100"}
	for {
		var page struct {
			Data []json.RawMessage `json:"data"`
			More bool              `json:"has_more"`
		}
		if err := s.do(ctx, http.MethodGet, path, params, &page); err != nil {
			return err
		}
		for _, raw := range page.Data {
			var x object
			if err := json.Unmarshal(raw, &x); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if err := each(x); err != nil {
				return err
			}
			params["starting_after"] = x.ID
		}
		if !page.More {
			return nil
		}
	}
}

// compare names all in which the mirror is not as Stripe is.
func (s *shop) compare(ctx context.Context) (diff []string, all int, err error) {
	vendor, err := s.kept(ctx)
	if err != nil {
		return nil, 0, err
	}
	mirror, err := s.mirrored(ctx)
	return mirror.differ(vendor), len(vendor), err
}
