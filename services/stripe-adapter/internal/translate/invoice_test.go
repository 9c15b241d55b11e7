package translate_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

func TestAnInvoiceInStripesWords(t *testing.T) {
	mark := uuid.MustParse("0197f3c2-0000-7000-8000-000000000001")
	marked := "metadata[" + translate.MarkKey + "]"
	at := &timestamppb.Timestamp{Seconds: 1767225600}
	x := &paymentsv1.Invoice{
		CurrencyCode: "KWD", CollectionMode: paymentsv1.CollectionMode_COLLECTION_MODE_SEND, AutoAdvance: true, Description: "d", PaymentMethod: "pm_1", DueTime: at,
		Metadata: map[string]string{"a": "1"},
	}
	paths := []string{"collection_mode", "auto_advance", "description", "payment_method", "due_time", "metadata"}
	for name, row := range map[string]struct {
		params any
		want   map[string]string
	}{
		"a new one, which stays a draft": {translate.NewInvoice(x, paths, "cus_2", mark), map[string]string{
			"customer": "cus_2", "currency": "kwd", "collection_method": "send_invoice", "auto_advance": "false", "description": "d", "default_payment_method": "pm_1",
			"due_date": "1767225600", "pending_invoice_items_behavior": "exclude", "metadata[a]": "1", marked: mark.String(),
		}},
		"a change": {translate.InvoicePatch(x, paths), map[string]string{
			"collection_method": "send_invoice", "auto_advance": "true", "description": "d", "default_payment_method": "pm_1", "due_date": "1767225600", "metadata[a]": "1",
		}},
		"cleared": {translate.InvoicePatch(&paymentsv1.Invoice{}, []string{"description", "due_time"}), map[string]string{"description": ""}},
		"a credit, in a currency without parts": {
			translate.NthItem(&paymentsv1.InvoiceItem{
				Amount: &typev1.Money{CurrencyCode: "JPY", MinorUnits: -500}, PeriodStartTime: at, PeriodEndTime: at, Discountable: proto.Bool(false),
			}, "in_1", "cus_1", mark, 3),
			map[string]string{
				"invoice": "in_1", "customer": "cus_1", "amount": "-500", "currency": "jpy", "period[start]": "1767225600", "period[end]": "1767225600",
				"discountable": "false", marked: mark.String(), "metadata[breakwater_item]": "3",
			},
		},
		"pieces of a price": {
			translate.NthItem(&paymentsv1.InvoiceItem{Price: "connections/acme/prices/p1", Quantity: 4, Description: "d"}, "in_1", "cus_1", mark, 0),
			map[string]string{
				"invoice": "in_1", "customer": "cus_1", "pricing[price]": "p1", "quantity": "4", "description": "d", marked: mark.String(), "metadata[breakwater_item]": "0",
			},
		},
		"paid with the customer's method": {translate.Paying("", false), map[string]string{}},
		"paid with another":               {translate.Paying("pm_2", false), map[string]string{"payment_method": "pm_2"}},
		"paid elsewhere":                  {translate.Paying("pm_2", true), map[string]string{"paid_out_of_band": "true"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := formOf(row.params); !maps.Equal(got, row.want) {
				t.Errorf("%v\nwant %v", got, row.want)
			}
		})
	}
	ours := &sdk.InvoiceItem{Metadata: map[string]string{translate.MarkKey: mark.String(), "breakwater_item": "3"}}
	if n, ok := translate.Nth(ours); n != 3 || !ok {
		t.Errorf("%d %v", n, ok)
	}
	for _, other := range []map[string]string{nil, {translate.MarkKey: mark.String()}, {"breakwater_item": "3"}} {
		if _, ok := translate.Nth(&sdk.InvoiceItem{Metadata: other}); ok {
			t.Errorf("%v is one of ours", other)
		}
	}
}
