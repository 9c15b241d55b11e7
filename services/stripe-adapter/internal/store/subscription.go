package store

import (
	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Subscriptions is the mirror of Stripe's subscriptions, each with its items.
func Subscriptions(c Config) mirror.Kind[*paymentsv1.Subscription] {
	k := kept[*paymentsv1.Subscription](c, "subscription", "subscriptions")
	k.ColumnNames = []string{"state", "customer", "made_at"}
	k.Columns = func(x *paymentsv1.Subscription) []any {
		return []any{int16(x.GetState()), last(x.GetCustomer()), madeAt(x)} //nolint:gosec // few states
	}
	k.Cues = func(id string, _, is *paymentsv1.Subscription) []mirror.Ref {
		if len(is.GetItems()) > 0 {
			return nil
		}
		return []mirror.Ref{{Kind: "subscription", VendorID: id}} // there is none without items: they were too many to come along
	}
	return k
}
