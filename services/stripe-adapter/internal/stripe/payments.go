package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"
)

const (
	paymentsPath = "/v1/payment_intents"
	paymentRoute = "/v1/payment_intents/{intent}"
	charge       = "latest_charge" // is asked for with every payment
)

func payment(op, action, id string) (ask, string) {
	a := ask{op: op, route: paymentRoute + action, entity: "payment/" + id}
	return a, sdk.FormatURLPath("/v1/payment_intents/%s", id) + action
}

// Payment reads one payment intent with its latest charge.
func (c *Client) Payment(ctx context.Context, id string) (Seen[sdk.PaymentIntent], error) {
	a, path := payment("stripe.GetPayment", "", id)
	p := &sdk.PaymentIntentRetrieveParams{}
	p.AddExpand(charge)
	return get[sdk.PaymentIntent](ctx, c, a, path, p)
}

// Payments reads one page of payment intents with their latest charges.
func (c *Client) Payments(ctx context.Context, q Query) (Page[sdk.PaymentIntent], error) {
	v := q.values()
	v.Set("expand[0]", "data."+charge)
	return rows[sdk.PaymentIntent](ctx, c, ask{op: "stripe.ListPayments", route: paymentsPath}, paymentsPath, v.Encode())
}

// CreatePayment makes a payment intent; it is confirmed only if p says so.
func (c *Client) CreatePayment(ctx context.Context, key string, p *sdk.PaymentIntentCreateParams) (Seen[sdk.PaymentIntent], error) {
	p.AddExpand(charge)
	return post[sdk.PaymentIntent](ctx, c, ask{op: "stripe.CreatePayment", route: paymentsPath}, paymentsPath, key, p)
}

// UpdatePayment changes the fields in p and no others. Stripe tells of it in no event [official: OpenAPI, event types].
func (c *Client) UpdatePayment(ctx context.Context, key, id string, p *sdk.PaymentIntentUpdateParams) (Seen[sdk.PaymentIntent], error) {
	a, path := payment("stripe.UpdatePayment", "", id)
	p.AddExpand(charge)
	return post[sdk.PaymentIntent](ctx, c, a, path, key, p)
}

// ConfirmPayment tries to take or reserve the money.
func (c *Client) ConfirmPayment(ctx context.Context, key, id string, p *sdk.PaymentIntentConfirmParams) (Seen[sdk.PaymentIntent], error) {
	a, path := payment("stripe.ConfirmPayment", "/confirm", id)
	p.AddExpand(charge)
	return post[sdk.PaymentIntent](ctx, c, a, path, key, p)
}

// CapturePayment takes what is reserved, or a part of it.
func (c *Client) CapturePayment(ctx context.Context, key, id string, p *sdk.PaymentIntentCaptureParams) (Seen[sdk.PaymentIntent], error) {
	a, path := payment("stripe.CapturePayment", "/capture", id)
	p.AddExpand(charge)
	return post[sdk.PaymentIntent](ctx, c, a, path, key, p)
}

// CancelPayment ends a payment intent that has not succeeded.
func (c *Client) CancelPayment(ctx context.Context, key, id string, p *sdk.PaymentIntentCancelParams) (Seen[sdk.PaymentIntent], error) {
	a, path := payment("stripe.CancelPayment", "/cancel", id)
	p.AddExpand(charge)
	return post[sdk.PaymentIntent](ctx, c, a, path, key, p)
}
