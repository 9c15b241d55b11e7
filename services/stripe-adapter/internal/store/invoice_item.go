package store

import (
	"net/url"
	"strings"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// ItemID is the vendor id in the mirror of an item of an invoice: Stripe's own does not say which invoice it is on.
func ItemID(invoice, item string) string { return invoice + "/" + item }

// Items is the mirror of what invoices are made of: their lines. Nothing tells when a line came to be, so that they are listed by when
// they became known.
func Items(c Config) mirror.Kind[*paymentsv1.InvoiceItem] {
	k := kept[*paymentsv1.InvoiceItem](c, "item", "")
	k.Table, k.Parent, k.Order = "invoice_item", "invoice", ""
	k.ResourceName = func(connection, id string) string {
		invoice, item, _ := strings.Cut(id, "/")
		return name(connection, "invoices", invoice) + "/items/" + url.PathEscape(item)
	}
	k.Columns = func(*paymentsv1.InvoiceItem) []any { return nil }
	k.Derive = func(_ string, x *paymentsv1.InvoiceItem) { count(x.GetAmount()) }
	return k
}
