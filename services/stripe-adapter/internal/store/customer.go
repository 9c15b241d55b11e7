package store

import (
	"strings"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Customers is the mirror of Stripe's customers.
func Customers(c Config) mirror.Kind[*paymentsv1.Customer] {
	return mirror.Kind[*paymentsv1.Customer]{
		Name: "customer", Table: "customer", Translation: 1, ReadLag: c.ReadLag, SecondLook: c.SecondLook,
		RefreshAfter: c.RefreshAfter, AnnounceWithin: c.AnnounceWithin,
		ResourceName: func(connection, id string) string { return name(connection, "customers", id) },
		ColumnNames:  []string{"email", "delinquent", "made_at"},
		Columns: func(x *paymentsv1.Customer) []any {
			return []any{strings.ToLower(x.GetEmail()), x.GetDelinquent(), madeAt(x)}
		},
		Order: "made_at",
	}
}
