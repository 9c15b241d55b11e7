package main

import (
	"context"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
)

// What is known of a currency is said before a write is accepted, not after.
func TestMoneyInAnotherCurrencyIsNotAccepted(t *testing.T) {
	t.Parallel()
	c := alone(t, swift(), furnish(t, "acme", nil).like(with{"currency": "GBP"}))
	c.Filled()
	c.Agrees()
	line := &psav1.InvoiceLine{Description: "x", Quantity: "1", UnitPrice: &typev1.Money{CurrencyCode: "USD", MinorUnits: 100}}
	_, made := c.bills().CreateInvoice(context.Background(), &psav1.CreateInvoiceRequest{
		Parent: c.Parent(), Invoice: &psav1.Invoice{Client: "2", Lines: []*psav1.InvoiceLine{line}}, RequestId: uuid.NewString(),
	})
	_, changed := c.bills().UpdateInvoice(context.Background(), &psav1.UpdateInvoiceRequest{
		Invoice: &psav1.Invoice{Name: c.Parent() + "/invoices/" + strconv.Itoa(5001), Lines: []*psav1.InvoiceLine{line}},
	})
	for what, err := range map[string]error{"a create": made, "a change": changed} {
		if grpcstatus.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s := c.Status(); s.GetDeadLetters() > 0 || s.GetPendingWrites() > 0 {
		t.Errorf("%v", s)
	}
	line.UnitPrice.CurrencyCode = ""
	m, err := c.bills().CreateInvoice(context.Background(), &psav1.CreateInvoiceRequest{
		Parent: c.Parent(), Invoice: &psav1.Invoice{Client: "2", Lines: []*psav1.InvoiceLine{line}}, RequestId: uuid.NewString(),
	})
	c.last(adaptertest.Asked(c, m, err))
	c.Agrees()
}
