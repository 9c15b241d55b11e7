package stripe

import (
	"context"
	"net/http"

	sdk "github.com/stripe/stripe-go/v85"
)

// links are asked for with every invoice: the only way from it to its payments [official: changelog 2025-03-31.basil].
const links = "payments"

// Invoice reads one invoice with its payments.
func (c *Client) Invoice(ctx context.Context, id string) (Seen[sdk.Invoice], error) {
	a, path := invoices.one("stripe.GetInvoice", "", id)
	p := &sdk.InvoiceRetrieveParams{}
	p.AddExpand(links)
	return get[sdk.Invoice](ctx, c, a, path, p)
}

// Invoices reads one page of invoices with their payments.
func (c *Client) Invoices(ctx context.Context, q Query) (Page[sdk.Invoice], error) {
	a, path := invoices.all("stripe.ListInvoices")
	return rows[sdk.Invoice](ctx, c, a, path, with(q.values(), "expand[0]", "data."+links))
}

// CreateInvoice makes a draft.
func (c *Client) CreateInvoice(ctx context.Context, key string, p *sdk.InvoiceCreateParams) (Seen[sdk.Invoice], error) {
	a, path := invoices.all("stripe.CreateInvoice")
	p.AddExpand(links)
	return post[sdk.Invoice](ctx, c, a, path, key, p)
}

// UpdateInvoice changes the fields in p and no others.
func (c *Client) UpdateInvoice(ctx context.Context, key, id string, p *sdk.InvoiceUpdateParams) (Seen[sdk.Invoice], error) {
	a, path := invoices.one("stripe.UpdateInvoice", "", id)
	p.AddExpand(links)
	return post[sdk.Invoice](ctx, c, a, path, key, p)
}

// DeleteInvoice deletes a draft with its items. One that is deleted already is a fault.NotFound.
func (c *Client) DeleteInvoice(ctx context.Context, id string) error {
	a, path := invoices.one("stripe.DeleteInvoice", "", id)
	_, err := c.do(ctx, a, http.MethodDelete, path, "", &sdk.InvoiceDeleteParams{})
	return err
}

// FinalizeInvoice makes a draft an open invoice.
func (c *Client) FinalizeInvoice(ctx context.Context, key, id string) (Seen[sdk.Invoice], error) {
	a, path := invoices.one("stripe.FinalizeInvoice", "/finalize", id)
	p := &sdk.InvoiceFinalizeInvoiceParams{}
	p.AddExpand(links)
	return post[sdk.Invoice](ctx, c, a, path, key, p)
}

// SendInvoice e-mails an invoice. Repeated under another key it would be mailed again.
func (c *Client) SendInvoice(ctx context.Context, key, id string) (Seen[sdk.Invoice], error) {
	a, path := invoices.one("stripe.SendInvoice", "/send", id)
	p := &sdk.InvoiceSendInvoiceParams{}
	p.AddExpand(links)
	return post[sdk.Invoice](ctx, c, a, path, key, p)
}

// PayInvoice tries to collect what is due, or notes that it was paid elsewhere.
func (c *Client) PayInvoice(ctx context.Context, key, id string, p *sdk.InvoicePayParams) (Seen[sdk.Invoice], error) {
	a, path := invoices.one("stripe.PayInvoice", "/pay", id)
	p.AddExpand(links)
	return post[sdk.Invoice](ctx, c, a, path, key, p)
}

// VoidInvoice makes an invoice void.
func (c *Client) VoidInvoice(ctx context.Context, key, id string) (Seen[sdk.Invoice], error) {
	a, path := invoices.one("stripe.VoidInvoice", "/void", id)
	p := &sdk.InvoiceVoidInvoiceParams{}
	p.AddExpand(links)
	return post[sdk.Invoice](ctx, c, a, path, key, p)
}

// MarkInvoiceUncollectible writes an invoice off.
func (c *Client) MarkInvoiceUncollectible(ctx context.Context, key, id string) (Seen[sdk.Invoice], error) {
	a, path := invoices.one("stripe.MarkInvoiceUncollectible", "/mark_uncollectible", id)
	p := &sdk.InvoiceMarkUncollectibleParams{}
	p.AddExpand(links)
	return post[sdk.Invoice](ctx, c, a, path, key, p)
}
