package api

import (
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

const (
	maxInvoiceItems = 100 // of a new invoice
	maxItemText     = 500
)

// invoiceItems checks the items of a new invoice, and is them as its create is told. All are in its currency: where it names none, in
// that of the first.
func invoiceItems(x *invoice, items []*paymentsv1.InvoiceItem, parent string) (string, error) {
	if len(items) > maxInvoiceItems {
		return "", fault.Field("items", fmt.Sprintf("must hold at most %d", maxInvoiceItems))
	}
	all := make([]json.RawMessage, 0, len(items))
	for n, i := range items {
		field := fmt.Sprintf("items[%d]", n)
		if err := invoiceItem(field, i, parent); err != nil {
			return "", err
		}
		if code := i.GetAmount().GetCurrencyCode(); i.GetAmount() != nil && x.GetCurrencyCode() == "" {
			x.CurrencyCode = code
		} else if i.GetAmount() != nil && code != x.GetCurrencyCode() {
			return "", fault.Field(field+".amount.currency_code", "must be the invoice's")
		}
		b, err := protojson.Marshal(settable(i))
		if err != nil {
			return "", fmt.Errorf("encode %s: %w", field, err)
		}
		all = append(all, b)
	}
	b, err := json.Marshal(all)
	return string(b), err
}

// settable is an item with what callers may set of it.
func settable(i *paymentsv1.InvoiceItem) *paymentsv1.InvoiceItem {
	return &paymentsv1.InvoiceItem{
		Description: i.GetDescription(), Amount: i.GetAmount(), Price: i.GetPrice(), Quantity: i.GetQuantity(), PeriodStartTime: i.GetPeriodStartTime(),
		PeriodEndTime: i.GetPeriodEndTime(), Discountable: i.Discountable, Metadata: i.GetMetadata(),
	}
}

func invoiceItem(field string, i *paymentsv1.InvoiceItem, parent string) error {
	switch {
	case i.GetName() != "":
		return fault.Field(field+".name", "must be empty: the name is given by the service")
	case i.GetPrice() == "" && i.GetAmount() == nil:
		return fault.Field(field+".amount", "is required where no price is set")
	case i.GetPrice() != "" && i.GetAmount() != nil:
		return fault.Field(field+".amount", "follows from the price")
	case i.GetPrice() == "" && i.GetQuantity() != 0:
		return fault.Field(field+".quantity", "is of a price")
	case (i.GetPeriodStartTime() == nil) != (i.GetPeriodEndTime() == nil):
		return fault.Field(field+".period_end_time", "is set with period_start_time, or neither is")
	}
	return firstOf(
		func() error { return named("prices")(field+".price", i.GetPrice()) },
		func() error { return beside(field+".price", i.GetPrice(), parent) },
		func() error { return owed(field+".amount", i.GetAmount()) },
		func() error { return pieces(field+".quantity", i.GetQuantity()) },
		func() error { return text(maxItemText)(field+".description", i.GetDescription()) },
		func() error { return point(field+".period_start_time", i.GetPeriodStartTime()) },
		func() error { return point(field+".period_end_time", i.GetPeriodEndTime()) },
		func() error { return metadata(field+".metadata", i.GetMetadata()) },
	)
}

// firstOf is the first error of some checks.
func firstOf(checks ...func() error) error {
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// owed checks an amount that may also be a credit, and takes away what is said of its decimals.
func owed(field string, m *typev1.Money) error {
	if m == nil {
		return nil
	}
	if err := counted(field, m); err != nil {
		return err
	}
	if m.GetMinorUnits() == 0 {
		return store.CheckCurrency(field+".currency_code", m.GetCurrencyCode())
	}
	if m.GetMinorUnits() > 0 {
		return store.CheckMoney(field, m)
	}
	credit := proto.CloneOf(m)
	credit.MinorUnits = -credit.GetMinorUnits()
	return store.CheckMoney(field, credit)
}
