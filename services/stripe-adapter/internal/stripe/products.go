package stripe

import (
	"context"
	"strconv"

	sdk "github.com/stripe/stripe-go/v85"
)

// Product reads one product.
func (c *Client) Product(ctx context.Context, id string) (Seen[sdk.Product], error) {
	a, path := products.one("stripe.GetProduct", "", id)
	return get[sdk.Product](ctx, c, a, path, &sdk.ProductRetrieveParams{})
}

// Products reads one page of products, those that can no longer be bought among them.
func (c *Client) Products(ctx context.Context, q Query) (Page[sdk.Product], error) {
	a, path := products.all("stripe.ListProducts")
	return rows[sdk.Product](ctx, c, a, path, q.values().Encode())
}

// Price reads one price.
func (c *Client) Price(ctx context.Context, id string) (Seen[sdk.Price], error) {
	a, path := prices.one("stripe.GetPrice", "", id)
	return get[sdk.Price](ctx, c, a, path, &sdk.PriceRetrieveParams{})
}

// Prices reads one page of those that are active, or of those that are not: no list has both [official: OpenAPI prices list,
// "active"].
func (c *Client) Prices(ctx context.Context, active bool, q Query) (Page[sdk.Price], error) {
	a, path := prices.all("stripe.ListPrices")
	return rows[sdk.Price](ctx, c, a, path, with(q.values(), "active", strconv.FormatBool(active)))
}
