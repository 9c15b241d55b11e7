package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"
)

const (
	refundsPath = "/v1/refunds"
	refundRoute = "/v1/refunds/{refund}"
)

func refund(op, action, id string) (ask, string) {
	return ask{op: op, route: refundRoute + action, entity: "refund/" + id}, sdk.FormatURLPath("/v1/refunds/%s", id) + action
}

// Refund reads one refund.
func (c *Client) Refund(ctx context.Context, id string) (Seen[sdk.Refund], error) {
	a, path := refund("stripe.GetRefund", "", id)
	return get[sdk.Refund](ctx, c, a, path, &sdk.RefundRetrieveParams{})
}

// Refunds reads one page of refunds.
func (c *Client) Refunds(ctx context.Context, q Query) (Page[sdk.Refund], error) {
	return rows[sdk.Refund](ctx, c, ask{op: "stripe.ListRefunds", route: refundsPath}, refundsPath, q.values().Encode())
}

// CreateRefund gives money back. Repeated under another key it would give it back again.
func (c *Client) CreateRefund(ctx context.Context, key string, p *sdk.RefundCreateParams) (Seen[sdk.Refund], error) {
	return post[sdk.Refund](ctx, c, ask{op: "stripe.CreateRefund", route: refundsPath}, refundsPath, key, p)
}

// UpdateRefund changes its metadata, which is all that may change [official: OpenAPI].
func (c *Client) UpdateRefund(ctx context.Context, key, id string, p *sdk.RefundUpdateParams) (Seen[sdk.Refund], error) {
	a, path := refund("stripe.UpdateRefund", "", id)
	return post[sdk.Refund](ctx, c, a, path, key, p)
}

// CancelRefund ends a refund that waits for the payee.
func (c *Client) CancelRefund(ctx context.Context, key, id string) (Seen[sdk.Refund], error) {
	a, path := refund("stripe.CancelRefund", "/cancel", id)
	return post[sdk.Refund](ctx, c, a, path, key, &sdk.RefundCancelParams{})
}
