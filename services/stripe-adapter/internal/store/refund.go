package store

import (
	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Refunds is the mirror of Stripe's refunds.
func Refunds(c Config) mirror.Kind[*paymentsv1.Refund] {
	k := kept[*paymentsv1.Refund](c, "refund", "refunds")
	k.ColumnNames = []string{"state", "payment", "made_at"}
	k.Columns = func(x *paymentsv1.Refund) []any {
		return []any{int16(x.GetState()), last(x.GetPayment()), madeAt(x)} //nolint:gosec // few states
	}
	k.Derive = func(_ string, x *paymentsv1.Refund) { count(x.GetAmount()) }
	return k
}
