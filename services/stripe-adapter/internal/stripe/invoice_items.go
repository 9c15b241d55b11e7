package stripe

import (
	"context"
	"encoding/json"
	"net/http"

	sdk "github.com/stripe/stripe-go/v85"
)

// InvoiceItem reads one item. One that is deleted is a fault.NotFound [unsure].
func (c *Client) InvoiceItem(ctx context.Context, id string) (Seen[sdk.InvoiceItem], error) {
	a, path := invoiceItems.one("stripe.GetInvoiceItem", "", id)
	return get[sdk.InvoiceItem](ctx, c, a, path, &sdk.InvoiceItemRetrieveParams{})
}

// InvoiceItems reads one page of the items of an invoice.
func (c *Client) InvoiceItems(ctx context.Context, invoice string, q Query) (Page[sdk.InvoiceItem], error) {
	a, path := invoiceItems.all("stripe.ListInvoiceItems")
	return rows[sdk.InvoiceItem](ctx, c, a, path, with(q.values(), "invoice", invoice))
}

// CreateInvoiceItem adds an item to a draft. Repeated under another key it would be billed again.
func (c *Client) CreateInvoiceItem(ctx context.Context, key string, p *sdk.InvoiceItemCreateParams) (Seen[sdk.InvoiceItem], error) {
	a, path := invoiceItems.all("stripe.CreateInvoiceItem")
	return post[sdk.InvoiceItem](ctx, c, a, path, key, p)
}

// UpdateInvoiceItem changes the fields in p and no others, of an item on a draft.
func (c *Client) UpdateInvoiceItem(ctx context.Context, key, id string, p *sdk.InvoiceItemUpdateParams) (Seen[sdk.InvoiceItem], error) {
	a, path := invoiceItems.one("stripe.UpdateInvoiceItem", "", id)
	return post[sdk.InvoiceItem](ctx, c, a, path, key, p)
}

// DeleteInvoiceItem takes an item off a draft. One that is deleted already is a fault.NotFound.
func (c *Client) DeleteInvoiceItem(ctx context.Context, id string) error {
	a, path := invoiceItems.one("stripe.DeleteInvoiceItem", "", id)
	_, err := c.do(ctx, a, http.MethodDelete, path, "", &sdk.InvoiceItemDeleteParams{})
	return err
}

// maxLinePages bounds what is read of one invoice: it has at most 250 items [community].
const maxLinePages = 10

// InvoiceLines reads all lines of an invoice: its items, and what subscriptions are billed by. It says that there are more where they
// are more than are read at once.
func (c *Client) InvoiceLines(ctx context.Context, invoice string) (all Page[sdk.InvoiceLineItem], err error) {
	a, path := invoices.one("stripe.ListInvoiceLines", "/lines", invoice)
	for range maxLinePages {
		page, err := rows[sdk.InvoiceLineItem](ctx, c, a, path, Query{After: all.Last}.values().Encode())
		if err != nil {
			return all, err
		}
		all.Rows, all.Drifted = append(all.Rows, page.Rows...), append(all.Drifted, page.Drifted...)
		if all.More, all.Last = page.More, page.Last; !page.More {
			break
		}
	}
	return all, nil
}

// LinesIn are the lines that an invoice shows: the first ten, and whether there are more [official: OpenAPI invoice lines]. ok is false
// if it shows none.
func LinesIn(invoice Seen[sdk.Invoice]) (lines Page[sdk.InvoiceLineItem], ok bool) {
	var e *envelope
	if json.Unmarshal(field(invoice.Raw, "lines"), &e) != nil || e == nil {
		return lines, false
	}
	return pageOf[sdk.InvoiceLineItem](*e, invoice.At), true
}
