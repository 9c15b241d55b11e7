package store

import (
	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Products is the mirror of what Stripe sells for the account.
func Products(c Config) mirror.Kind[*paymentsv1.Product] {
	k := kept[*paymentsv1.Product](c, "product", "products")
	k.ColumnNames = []string{"active", "made_at"}
	k.Columns = func(x *paymentsv1.Product) []any { return []any{x.GetActive(), madeAt(x)} }
	return k
}

// Prices is the mirror of what products cost.
func Prices(c Config) mirror.Kind[*paymentsv1.Price] {
	k := kept[*paymentsv1.Price](c, "price", "prices")
	k.ColumnNames = []string{"product", "active", "lookup_key", "currency", "recurring", "made_at"}
	k.Columns = func(x *paymentsv1.Price) []any {
		return []any{last(x.GetProduct()), x.GetActive(), x.GetLookupKey(), x.GetCurrencyCode(), x.GetRecurrence() != nil, madeAt(x)}
	}
	k.Derive = func(_ string, x *paymentsv1.Price) { count(x.GetUnitAmount()) }
	return k
}
