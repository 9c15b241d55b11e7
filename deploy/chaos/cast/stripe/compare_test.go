package stripe

import (
	"strings"
	"testing"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

func TestRowsAreCompared(t *testing.T) {
	has := map[string]row{"cus_1": {"email": "a@x", "pending": "0"}}
	for name, c := range map[string]struct {
		ours map[string]row
		want string
	}{
		"the same":                    {map[string]row{"cus_1": {"uid": "u", "email": "a@x", "pending": "0"}}, ""},
		"another value":               {map[string]row{"cus_1": {"uid": "u", "email": "b@x", "pending": "0"}}, `email is "b@x"`},
		"still pending":               {map[string]row{"cus_1": {"uid": "u", "email": "a@x", "pending": "1"}}, `pending is "1"`},
		"missing":                     {nil, "not in the mirror"},
		"one that the vendor has not": {map[string]row{"cus_1": has["cus_1"], "cus_2": {}}, "has no such customer"},
	} {
		t.Run(name, func(t *testing.T) {
			diff := strings.Join(rows(customer, has, c.ours), "; ")
			if (diff == "") != (c.want == "") || !strings.Contains(diff, c.want) {
				t.Errorf("found %q, want %q in it", diff, c.want)
			}
		})
	}
}

func TestEveryFieldOfAPaymentIsCompared(t *testing.T) {
	money := func(n int64) *typev1.Money { return &typev1.Money{CurrencyCode: "NZD", MinorUnits: n} }
	ours := func() *paymentsv1.Payment {
		return &paymentsv1.Payment{
			Amount: money(9), State: paymentsv1.Payment_STATE_SUCCEEDED, Customer: "connections/shop/customers/cus_1", Description: "tea",
			PaymentMethod: "pm_1", AmountCapturable: money(1), AmountReceived: money(8), LatestCharge: &paymentsv1.Charge{Id: "ch_1", AmountRefunded: money(2)},
		}
	}
	has := map[string]row{"pi_1": paymentRow(ours())}
	for field, bend := range map[string]func(*paymentsv1.Payment){
		"amount":            func(x *paymentsv1.Payment) { x.Amount = money(10) },
		"state":             func(x *paymentsv1.Payment) { x.State = paymentsv1.Payment_STATE_CANCELED },
		"customer":          func(x *paymentsv1.Payment) { x.Customer = "" },
		"description":       func(x *paymentsv1.Payment) { x.Description = "" },
		"payment_method":    func(x *paymentsv1.Payment) { x.PaymentMethod = "pm_card_visa" },
		"amount_capturable": func(x *paymentsv1.Payment) { x.AmountCapturable = nil },
		"amount_received":   func(x *paymentsv1.Payment) { x.AmountReceived = nil },
		"charge":            func(x *paymentsv1.Payment) { x.LatestCharge.Id = "ch_2" },
		"refunded":          func(x *paymentsv1.Payment) { x.LatestCharge.AmountRefunded = nil },
	} {
		t.Run(field, func(t *testing.T) {
			x := ours()
			bend(x)
			if diff := rows(payment, has, map[string]row{"pi_1": paymentRow(x)}); len(diff) != 1 || !strings.Contains(diff[0], field) {
				t.Errorf("found %v, want the %s", diff, field)
			}
		})
	}
}
