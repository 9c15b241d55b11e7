package stripe

import (
	"context"
	"net/http"

	sdk "github.com/stripe/stripe-go/v85"
)

const (
	customersPath = "/v1/customers"
	customerRoute = "/v1/customers/{customer}"
)

// Customer reads one customer. One that was deleted is a stub with Deleted set, and no 404 [official: OpenAPI].
func (c *Client) Customer(ctx context.Context, id string) (Seen[sdk.Customer], error) {
	a := ask{op: "stripe.GetCustomer", route: customerRoute, entity: "customer/" + id}
	return get[sdk.Customer](ctx, c, a, sdk.FormatURLPath("/v1/customers/%s", id), &sdk.CustomerRetrieveParams{})
}

// Customers reads one page of those that are not deleted.
func (c *Client) Customers(ctx context.Context, q Query) (Page[sdk.Customer], error) {
	return rows[sdk.Customer](ctx, c, ask{op: "stripe.ListCustomers", route: customersPath}, customersPath, q.values().Encode())
}

// CreateCustomer makes a customer.
func (c *Client) CreateCustomer(ctx context.Context, key string, p *sdk.CustomerCreateParams) (Seen[sdk.Customer], error) {
	return post[sdk.Customer](ctx, c, ask{op: "stripe.CreateCustomer", route: customersPath}, customersPath, key, p)
}

// UpdateCustomer changes the fields in p and no others.
func (c *Client) UpdateCustomer(ctx context.Context, key, id string, p *sdk.CustomerUpdateParams) (Seen[sdk.Customer], error) {
	a := ask{op: "stripe.UpdateCustomer", route: customerRoute, entity: "customer/" + id}
	return post[sdk.Customer](ctx, c, a, sdk.FormatURLPath("/v1/customers/%s", id), key, p)
}

// DeleteCustomer deletes a customer, and ends its subscriptions. One that is deleted already is a fault.NotFound [unsure].
func (c *Client) DeleteCustomer(ctx context.Context, id string) error {
	a := ask{op: "stripe.DeleteCustomer", route: customerRoute, entity: "customer/" + id}
	_, err := c.do(ctx, a, http.MethodDelete, sdk.FormatURLPath("/v1/customers/%s", id), "", &sdk.CustomerDeleteParams{})
	return err
}
