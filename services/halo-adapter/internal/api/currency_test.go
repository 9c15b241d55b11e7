package api

import (
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

func TestMoneyIsInTheCurrencyOfTheWhole(t *testing.T) {
	for name, row := range map[string]struct {
		whole string
		codes []string
		wrong string // the field
	}{
		"the same":                      {"GBP", []string{"GBP", "GBP"}, ""},
		"left out":                      {"GBP", []string{"", ""}, ""},
		"another":                       {"GBP", []string{"GBP", "USD"}, "quote.lines[1].unit_price.currency_code"},
		"unknown, and all in one":       {"", []string{"USD", "", "USD"}, ""},
		"unknown, and each in its own":  {"", []string{"USD", "", "EUR"}, "quote.lines[2].unit_price.currency_code"},
		"nothing said of it by anybody": {"", []string{""}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var lines []*psav1.QuoteLine
			for _, code := range row.codes {
				lines = append(lines, &psav1.QuoteLine{UnitPrice: &typev1.Money{CurrencyCode: code}})
			}
			f := fault.Of(oneCurrency(row.whole, quoteAmounts(lines)))
			if (f == nil) != (row.wrong == "") || f != nil && f.Field != row.wrong {
				t.Errorf("%v", f)
			}
		})
	}
}
