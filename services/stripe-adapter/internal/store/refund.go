package store

import (
	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Refunds is the mirror of Stripe's refunds.
func Refunds(c Config) mirror.Kind[*paymentsv1.Refund] {
	return mirror.Kind[*paymentsv1.Refund]{
		Name: "refund", Table: "refund", Translation: 1, ReadLag: c.ReadLag, SecondLook: c.SecondLook,
		RefreshAfter: c.RefreshAfter, AnnounceWithin: c.AnnounceWithin,
		ResourceName: func(connection, id string) string { return name(connection, "refunds", id) },
		ColumnNames:  []string{"state", "payment", "made_at"},
		Columns: func(x *paymentsv1.Refund) []any {
			return []any{int16(x.GetState()), last(x.GetPayment()), madeAt(x)} //nolint:gosec // few states
		},
		Order:  "made_at",
		Derive: func(_ string, x *paymentsv1.Refund) { count(x.GetAmount()) },
	}
}
