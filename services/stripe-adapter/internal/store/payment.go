package store

import (
	"strings"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Payments is the mirror of Stripe's payment intents, each with its latest charge.
func Payments(c Config) mirror.Kind[*paymentsv1.Payment] {
	k := kept[*paymentsv1.Payment](c, "payment", "payments")
	k.ColumnNames = []string{"state", "customer", "made_at"}
	k.Columns = func(x *paymentsv1.Payment) []any {
		return []any{int16(x.GetState()), last(x.GetCustomer()), madeAt(x)} //nolint:gosec // few states
	}
	k.Derive = func(_ string, x *paymentsv1.Payment) {
		charge := x.GetLatestCharge()
		count(x.GetAmount(), x.GetAmountCapturable(), x.GetAmountReceived(), charge.GetAmount(), charge.GetAmountCaptured(), charge.GetAmountRefunded())
	}
	return k
}

// last is the id at the end of a name, as it stands there.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
