package stripe

import (
	"context"
	"net/http"

	sdk "github.com/stripe/stripe-go/v85"
)

// Subscription reads one subscription with all its items.
func (c *Client) Subscription(ctx context.Context, id string) (Seen[sdk.Subscription], error) {
	a, path := subscriptions.one("stripe.GetSubscription", "", id)
	s, err := get[sdk.Subscription](ctx, c, a, path, &sdk.SubscriptionRetrieveParams{})
	if err != nil || s.Is.Items == nil || !s.Is.Items.HasMore {
		return s, err
	}
	s.Is.Items, err = c.items(ctx, id)
	return s, err
}

// items are those of a subscription that shows some of them only: it has at most 20 [official: OpenAPI subscriptions create].
func (c *Client) items(ctx context.Context, subscription string) (*sdk.SubscriptionItemList, error) {
	a, path := collection("subscription_item").all("stripe.ListSubscriptionItems")
	page, err := rows[sdk.SubscriptionItem](ctx, c, a, path, with(Query{}.values(), "subscription", subscription))
	if err != nil {
		return nil, err
	}
	all := &sdk.SubscriptionItemList{ListMeta: sdk.ListMeta{HasMore: page.More || len(page.Drifted) > 0}}
	for i := range page.Rows {
		all.Data = append(all.Data, &page.Rows[i].Is)
	}
	return all, nil
}

// Subscriptions reads one page of subscriptions, canceled ones too, which Stripe leaves out otherwise [official: OpenAPI
// subscriptions list, "status"].
func (c *Client) Subscriptions(ctx context.Context, q Query) (Page[sdk.Subscription], error) {
	a, path := subscriptions.all("stripe.ListSubscriptions")
	return rows[sdk.Subscription](ctx, c, a, path, with(q.values(), "status", "all"))
}

// CreateSubscription makes a subscription, and bills it.
func (c *Client) CreateSubscription(ctx context.Context, key string, p *sdk.SubscriptionCreateParams) (Seen[sdk.Subscription], error) {
	a, path := subscriptions.all("stripe.CreateSubscription")
	return post[sdk.Subscription](ctx, c, a, path, key, p)
}

// UpdateSubscription changes the fields in p and no others. Of its items those without an id are added.
func (c *Client) UpdateSubscription(ctx context.Context, key, id string, p *sdk.SubscriptionUpdateParams) (Seen[sdk.Subscription], error) {
	a, path := subscriptions.one("stripe.UpdateSubscription", "", id)
	return post[sdk.Subscription](ctx, c, a, path, key, p)
}

// CancelSubscription ends a subscription at once. One that has ended is a fault.NotFound [community: issue threads].
func (c *Client) CancelSubscription(ctx context.Context, id string, p *sdk.SubscriptionCancelParams) (Seen[sdk.Subscription], error) {
	a, path := subscriptions.one("stripe.CancelSubscription", "", id)
	return send[sdk.Subscription](ctx, c, a, http.MethodDelete, path, "", p)
}

// ResumeSubscription lets one go on whose trial ended without a payment method, and bills it. No other can be resumed [official:
// OpenAPI subscriptions resume].
func (c *Client) ResumeSubscription(ctx context.Context, key, id string) (Seen[sdk.Subscription], error) {
	a, path := subscriptions.one("stripe.ResumeSubscription", "/resume", id)
	return post[sdk.Subscription](ctx, c, a, path, key, &sdk.SubscriptionResumeParams{})
}
