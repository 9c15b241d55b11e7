package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"
)

const (
	endpointsPath = "/v1/webhook_endpoints"
	endpointRoute = "/v1/webhook_endpoints/{endpoint}"
)

// Endpoint is where Stripe sends events to.
type Endpoint struct {
	ID         string            `json:"id"`
	URL        string            `json:"url"`
	Status     string            `json:"status"` // enabled, disabled
	APIVersion string            `json:"api_version"`
	Events     []string          `json:"enabled_events"`
	Metadata   map[string]string `json:"metadata"`
	Secret     string            `json:"secret"` // told once, by the answer that makes it [official: OpenAPI]
	Live       bool              `json:"livemode"`
}

// Enabled is whether events are sent to it.
func (e Endpoint) Enabled() bool { return e.Status == "enabled" }

// Missing are the event types that we need and it does not get.
func (e Endpoint) Missing() []string {
	if slices.Contains(e.Events, "*") {
		return nil
	}
	return slices.DeleteFunc(EventTypes(), func(t string) bool { return slices.Contains(e.Events, t) })
}

// ConnectionKey is the metadata of an endpoint that we made: of which connection it is.
const ConnectionKey = "breakwater_connection"

// EventTypes are those that tell of anything that is kept [official: OpenAPI, enabled_events].
func EventTypes() []string {
	return strings.Fields("customer.created customer.updated customer.deleted" +
		" customer.subscription.created customer.subscription.updated customer.subscription.deleted customer.subscription.paused" +
		" customer.subscription.resumed customer.subscription.pending_update_applied customer.subscription.pending_update_expired" +
		" customer.subscription.trial_will_end" +
		" payment_intent.created payment_intent.processing payment_intent.requires_action payment_intent.amount_capturable_updated" +
		" payment_intent.partially_funded payment_intent.payment_failed payment_intent.canceled payment_intent.succeeded" +
		" charge.succeeded charge.pending charge.failed charge.captured charge.expired charge.refunded charge.updated charge.refund.updated" +
		" charge.dispute.created charge.dispute.updated charge.dispute.closed charge.dispute.funds_withdrawn charge.dispute.funds_reinstated" +
		" refund.created refund.updated refund.failed" +
		" invoice.created invoice.updated invoice.finalized invoice.finalization_failed invoice.sent invoice.paid invoice.payment_succeeded" +
		" invoice.payment_failed invoice.payment_action_required invoice.overdue invoice.overpaid invoice.marked_uncollectible invoice.voided" +
		" invoice.deleted invoice_payment.paid invoiceitem.created invoiceitem.deleted" +
		" product.created product.updated product.deleted price.created price.updated price.deleted")
}

// Endpoints are all of the account's: there are at most 16 [community, quoting the docs]. Those of a connected account are its
// platform's.
func (c *Client) Endpoints(ctx context.Context) ([]Endpoint, error) {
	a := ask{op: "stripe.ListEndpoints", route: endpointsPath, platform: true}
	r, err := c.list(ctx, a, endpointsPath, Query{}.values().Encode())
	if err != nil {
		return nil, err
	}
	var page struct {
		Data []Endpoint `json:"data"`
	}
	if err := json.Unmarshal(r.raw, &page); err != nil {
		return nil, drifted(a, http.MethodGet, r, err)
	}
	return page.Data, nil
}

// CreateEndpoint makes one for a connection, for all events that we need and in our version of the API, and tells its secret.
func (c *Client) CreateEndpoint(ctx context.Context, key, url, connection string) (Endpoint, error) {
	a := ask{op: "stripe.CreateEndpoint", route: endpointsPath, platform: true}
	p := &sdk.WebhookEndpointCreateParams{
		URL: &url, EnabledEvents: sdk.StringSlice(EventTypes()), APIVersion: sdk.String(Version), Description: sdk.String("Breakwater: " + connection),
		Metadata: map[string]string{ConnectionKey: connection},
	}
	if c.cfg.Account != "" {
		p.Connect = sdk.Bool(true)
	}
	made, r, err := c.endpoint(ctx, a, endpointsPath, key, p)
	if err == nil && made.Secret == "" {
		err = drifted(a, http.MethodPost, r, errors.New("a new endpoint without a secret"))
	}
	return made, err
}

// UpdateEndpoint switches one on, with our address and the events that we need. Its version cannot be changed [official:
// docs.stripe.com/webhooks/versioning].
func (c *Client) UpdateEndpoint(ctx context.Context, key, id, url string) error {
	a := ask{op: "stripe.UpdateEndpoint", route: endpointRoute, platform: true}
	p := &sdk.WebhookEndpointUpdateParams{URL: &url, EnabledEvents: sdk.StringSlice(EventTypes()), Disabled: sdk.Bool(false)}
	_, _, err := c.endpoint(ctx, a, sdk.FormatURLPath("/v1/webhook_endpoints/%s", id), key, p)
	return err
}

// DeleteEndpoint deletes one. One that is gone is a fault.NotFound.
func (c *Client) DeleteEndpoint(ctx context.Context, id string) error {
	a := ask{op: "stripe.DeleteEndpoint", route: endpointRoute, platform: true}
	_, err := c.do(ctx, a, http.MethodDelete, sdk.FormatURLPath("/v1/webhook_endpoints/%s", id), "", &sdk.WebhookEndpointDeleteParams{})
	return err
}

func (c *Client) endpoint(ctx context.Context, a ask, path, key string, p sdk.ParamsContainer) (e Endpoint, r *reply, err error) {
	if r, err = c.do(ctx, a, http.MethodPost, path, key, p); err != nil {
		return e, r, err
	}
	if err := json.Unmarshal(r.raw, &e); err != nil || e.ID == "" {
		return e, r, drifted(a, http.MethodPost, r, errors.Join(err, errors.New("no endpoint")))
	}
	return e, r, nil
}
