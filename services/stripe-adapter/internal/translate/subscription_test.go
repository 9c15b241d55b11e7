package translate_test

import (
	"maps"
	"testing"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/protobuf/types/known/timestamppb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

func TestASubscriptionInStripesWords(t *testing.T) {
	mark := uuid.MustParse("0197f3c2-0000-7000-8000-000000000001")
	item := func(id, price string, quantity int64) *paymentsv1.SubscriptionItem {
		return &paymentsv1.SubscriptionItem{Id: id, Price: "connections/acme/prices/" + price, Quantity: quantity}
	}
	trial := &timestamppb.Timestamp{Seconds: 1767225600}
	was := &paymentsv1.Subscription{Items: []*paymentsv1.SubscriptionItem{item("si_1", "p1", 3), item("si_2", "p2", 0), item("si_3", "p3", 1)}, TrialEndTime: trial}
	for name, row := range map[string]struct {
		params any
		want   map[string]string
	}{
		"a new one, to be sent": {
			translate.NewSubscription(&paymentsv1.Subscription{
				Items: []*paymentsv1.SubscriptionItem{item("", "p1", 0), item("", "p2", 2)}, CurrencyCode: "JPY", DaysUntilDue: 14, TrialEndTime: trial,
				CollectionMode: paymentsv1.CollectionMode_COLLECTION_MODE_SEND, Metadata: map[string]string{"a": "1"},
			}, []string{"customer", "items", "currency_code", "collection_mode", "days_until_due", "trial_end_time", "metadata"}, "cus_2", mark),
			map[string]string{
				"customer": "cus_2", "items[0][price]": "p1", "items[1][price]": "p2", "items[1][quantity]": "2", "currency": "jpy", "days_until_due": "14",
				"collection_method": "send_invoice", "trial_end": "1767225600", "payment_behavior": "allow_incomplete", "metadata[a]": "1",
				"metadata[" + translate.MarkKey + "]": mark.String(),
			},
		},
		"items are changed, added and left out": {
			translate.SubscriptionPatch(&paymentsv1.Subscription{
				Items: []*paymentsv1.SubscriptionItem{item("si_1", "p1", 0), item("si_2", "p2", 0), item("", "p4", 0)},
			}, []string{"items"}, was),
			map[string]string{
				"items[0][id]": "si_1", "items[0][price]": "p1", "items[0][quantity]": "1", "items[1][id]": "si_2", "items[1][price]": "p2",
				"items[2][price]": "p4", "items[3][id]": "si_3", "items[3][deleted]": "true",
			},
		},
		"a trial that stays as it is":    {translate.SubscriptionPatch(&paymentsv1.Subscription{TrialEndTime: trial}, []string{"trial_end_time"}, was), map[string]string{}},
		"a trial that ends now":          {translate.SubscriptionPatch(&paymentsv1.Subscription{}, []string{"trial_end_time"}, was), map[string]string{"trial_end": "now"}},
		"charged, and due at no time":    {translate.SubscriptionPatch(&paymentsv1.Subscription{}, []string{"collection_mode", "days_until_due"}, was), map[string]string{"collection_method": "charge_automatically"}},
		"a pause of which nothing said":  {translate.Pausing(&paymentsv1.Subscription_Pause{}), map[string]string{"pause_collection[behavior]": "keep_as_draft"}},
		"an end with the period":         {translate.Ending("too dear"), map[string]string{"cancel_at_period_end": "true", "cancellation_details[comment]": "too dear"}},
		"an end at once":                 {translate.Ended(true, false, ""), map[string]string{"invoice_now": "true", "prorate": "false"}},
		"an end with the period, undone": {going(&sdk.Subscription{CancelAtPeriodEnd: true, CancelAt: 1}), map[string]string{"cancel_at_period_end": "false"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := formOf(row.params); !maps.Equal(got, row.want) {
				t.Errorf("%v\nwant %v", got, row.want)
			}
		})
	}
	for what, x := range map[string]*sdk.Subscription{
		"": {CancelAt: 1, EndedAt: 1}, "-pause": {PauseCollection: &sdk.SubscriptionPauseCollection{}}, "-time": {CancelAt: 1},
		"-pause-period": {PauseCollection: &sdk.SubscriptionPauseCollection{}, CancelAtPeriodEnd: true, CancelAt: 1},
	} {
		if _, is := translate.Going(x); is != what {
			t.Errorf("%q, want %q", is, what)
		}
	}
}

func going(x *sdk.Subscription) any { p, _ := translate.Going(x); return p }
