package api

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// amount is money that a caller sends.
type amount struct {
	field string
	money *typev1.Money
}

func quoteAmounts(lines []*psav1.QuoteLine) (all []amount) {
	for i, l := range lines {
		at := fmt.Sprintf("quote.lines[%d].", i)
		all = append(all, amount{at + "unit_price", l.GetUnitPrice()}, amount{at + "unit_cost", l.GetUnitCost()})
	}
	return all
}

func invoiceAmounts(lines []*psav1.InvoiceLine) (all []amount) {
	for i, l := range lines {
		all = append(all, amount{fmt.Sprintf("invoice.lines[%d].unit_price", i), l.GetUnitPrice()})
	}
	return all
}

// oneCurrency checks that all amounts that say their currency are in that of the whole or, where that is not known, in one.
func oneCurrency(whole string, all []amount) error {
	for _, a := range all {
		switch code := a.money.GetCurrencyCode(); {
		case code == "" || code == whole:
		case whole == "":
			whole = code
		default:
			return fault.Field(a.field+".currency_code", fmt.Sprintf("must be %.3s, that of the whole, or left out", whole))
		}
	}
	return nil
}

// setsLines reports whether an update sets the lines, of which it has so many.
func setsLines(mask *fieldmaskpb.FieldMask, lines int) bool {
	paths := mask.GetPaths()
	return slices.Contains(paths, "lines") || slices.Contains(paths, "*") || len(paths) == 0 && lines > 0
}
