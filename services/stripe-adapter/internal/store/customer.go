package store

import (
	"strings"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Customers is the mirror of Stripe's customers.
func Customers(c Config) mirror.Kind[*paymentsv1.Customer] {
	k := kept[*paymentsv1.Customer](c, "customer", "customers")
	k.ColumnNames = []string{"email", "delinquent", "made_at"}
	k.Columns = func(x *paymentsv1.Customer) []any {
		return []any{strings.ToLower(x.GetEmail()), x.GetDelinquent(), madeAt(x)}
	}
	return k
}
