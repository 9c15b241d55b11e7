package translate_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-go/v85/form"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// written is a form as stripe-go would send it, without what it clears, which is written when it is sent.
func formOf(params any) map[string]string {
	v := &form.Values{}
	form.AppendTo(v, params)
	all := map[string]string{}
	for key, values := range v.ToValues() {
		all[key] = values[0]
	}
	return all
}

func TestOurWordsInStripes(t *testing.T) {
	mark := uuid.MustParse("0197f3c2-0000-7000-8000-000000000001")
	marked := "metadata[" + translate.MarkKey + "]"
	customer := &paymentsv1.Customer{
		DisplayName: "Ada", Address: &paymentsv1.Address{City: "Wellington", CountryCode: "NZ"}, DefaultPaymentMethod: "pm_1",
		TaxStatus: paymentsv1.Customer_TAX_STATUS_EXEMPT, Metadata: map[string]string{"a": "1", "b": ""},
	}
	payment := &paymentsv1.Payment{
		Amount: &typev1.Money{CurrencyCode: "KWD", MinorUnits: 1230}, Customer: "connections/acme/customers/cus_1", Description: "d",
		PaymentMethod: "pm_1", CaptureMode: paymentsv1.Payment_CAPTURE_MODE_MANUAL, Metadata: map[string]string{"a": ""},
	}
	refund := &paymentsv1.Refund{
		Payment: "connections/acme/payments/pi_1", Amount: &typev1.Money{CurrencyCode: "JPY", MinorUnits: 500}, Reason: paymentsv1.Refund_REASON_DUPLICATE,
	}
	for name, row := range map[string]struct {
		params any
		want   map[string]string
	}{
		"a new customer": {
			translate.NewCustomer(customer, []string{"display_name", "address", "default_payment_method", "tax_status", "metadata"}, mark),
			map[string]string{
				"name": "Ada", "address[line1]": "", "address[line2]": "", "address[city]": "Wellington", "address[state]": "", "address[postal_code]": "",
				"address[country]": "NZ", "payment_method": "pm_1", "invoice_settings[default_payment_method]": "pm_1", "tax_exempt": "exempt",
				"metadata[a]": "1", marked: mark.String(),
			},
		},
		"a customer's fields are cleared": {
			translate.CustomerPatch(&paymentsv1.Customer{}, []string{"email", "phone", "default_payment_method"}),
			map[string]string{"email": "", "phone": "", "invoice_settings[default_payment_method]": ""},
		},
		"a key is set and one removed": {
			translate.CustomerPatch(customer, []string{"metadata"}), map[string]string{"metadata[a]": "1", "metadata[b]": ""},
		},
		"a new payment in thousandths, to be captured later": {
			translate.NewPayment(payment, []string{"amount", "customer", "description", "payment_method", "capture_mode"}, "cus_2", mark),
			map[string]string{
				"amount": "1230", "currency": "kwd", "customer": "cus_2", "description": "d", "payment_method": "pm_1", "capture_method": "manual",
				marked: mark.String(),
			},
		},
		"a payment's amount and a key of it": {
			translate.PaymentPatch(payment, []string{"amount", "metadata"}, ""), map[string]string{"amount": "1230", "currency": "kwd", "metadata[a]": ""},
		},
		"a refund of a part, in a currency without parts": {
			translate.NewRefund(refund, "pi_1", mark),
			map[string]string{"payment_intent": "pi_1", "amount": "500", "reason": "duplicate", marked: mark.String()},
		},
		"a refund of all that is left": {
			translate.NewRefund(&paymentsv1.Refund{}, "pi_1", mark), map[string]string{"payment_intent": "pi_1", marked: mark.String()},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := formOf(row.params); !maps.Equal(got, row.want) {
				t.Errorf("%v\nwant %v", got, row.want)
			}
		})
	}
	if p := translate.CustomerPatch(&paymentsv1.Customer{}, []string{"address"}); len(p.UnsetFields) != 1 || p.Address != nil {
		t.Errorf("an address is cleared by %+v", p)
	}
}

// Every word of ours that a caller may send comes back as what it was.
func TestWordsGoThereAndBack(t *testing.T) {
	w := translate.Words{Connection: "acme"}
	for n := range paymentsv1.Customer_TaxStatus_name {
		is := paymentsv1.Customer_TaxStatus(n)
		p := translate.CustomerPatch(&paymentsv1.Customer{TaxStatus: is}, []string{"tax_status"})
		o, err := w.Customer(see[sdk.Customer](t, []byte(`{"id":"cus_1","created":1,"email":null,"metadata":{},"tax_exempt":"`+*p.TaxExempt+`"}`)))
		if got := o.State.(*paymentsv1.Customer).GetTaxStatus(); err != nil || got != is {
			t.Errorf("%v came back as %v (%v)", is, got, err)
		}
	}
	for n := range paymentsv1.Payment_CancelReason_name {
		is := paymentsv1.Payment_CancelReason(n)
		if is == paymentsv1.Payment_CANCEL_REASON_BY_VENDOR {
			continue
		}
		raw := `{"id":"pi_1","amount":1,"created":1,"currency":"usd","metadata":{},"status":"canceled","cancellation_reason":"` + translate.TheirCancelReason(is) + `"}`
		o, err := w.Payment(see[sdk.PaymentIntent](t, []byte(raw)))
		if got := o.State.(*paymentsv1.Payment).GetCancelReason(); err != nil || got != is {
			t.Errorf("%v came back as %v (%v)", is, got, err)
		}
	}
}

func TestIDsInNames(t *testing.T) {
	for name, want := range map[string]string{"connections/acme/customers/cus_1": "cus_1", "connections/acme/customers/a%2Fb": "a/b", "": "", "a/%zz": ""} {
		if got := translate.ID(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}
