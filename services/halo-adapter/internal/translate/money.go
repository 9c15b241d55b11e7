package translate

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// finest is how many digits after the point a quantity, a unit price or a percentage has at most.
const finest = 4

// CurrencyOf is the code of a row's currency, or the one that the tenant is configured with where Halo says none, or a name.
func (w Words) CurrencyOf(code string) string {
	if len(code) == 3 && strings.ToUpper(code) == code {
		return code
	}
	return w.Currency
}

// decimals is how many digits of a currency stand after the point: that of the contract's Money.
func decimals(currency string) int32 {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "JOD", "KWD", "OMR", "TND":
		return 3
	}
	return 2
}

// money is an amount in a currency's own digits; nil: Halo does not tell.
func money(a halo.Amount, currency string) *typev1.Money {
	return exact(a, currency, decimals(currency))
}

// price is what one costs, with as many digits as Halo has, up to four.
func price(a halo.Amount, currency string) *typev1.Money {
	digits := decimals(currency)
	if _, fraction, ok := strings.Cut(decimal(a), "."); ok {
		digits = max(digits, int32(len(fraction))) //nolint:gosec // four at most
	}
	return exact(a, currency, digits)
}

func exact(a halo.Amount, currency string, digits int32) *typev1.Money {
	r := rational(a)
	if r == nil {
		return nil
	}
	minor, err := strconv.ParseInt(strings.Replace(r.FloatString(int(digits)), ".", "", 1), 10, 64)
	if err != nil { // beyond any money
		return nil
	}
	return &typev1.Money{CurrencyCode: currency, MinorUnits: minor, Decimals: &digits}
}

// rational is the number that Halo wrote; nil: none, or one of a size that is no amount.
func rational(a halo.Amount) *big.Rat {
	s := string(a)
	if strings.ContainsAny(s, "eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f > 1e15 || f < -1e15 {
			return nil
		}
		s = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if s == "" || len(s) > 400 {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return r
}

// decimal is a number with up to four digits after the point and no more zeros than it needs; empty: none.
func decimal(a halo.Amount) string {
	r := rational(a)
	if r == nil {
		return ""
	}
	s := r.FloatString(finest)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// percent is decimal, and empty for none.
func percent(a halo.Amount) string {
	if s := decimal(a); s != "0" {
		return s
	}
	return ""
}

// amount is money as a number of Halo's; nil for none. fault.Invalid: it is in another currency.
func amount(field string, m *typev1.Money, currency string) (json.RawMessage, error) {
	if m == nil {
		return nil, nil
	}
	if code := m.GetCurrencyCode(); code != "" && currency != "" && code != currency {
		return nil, fault.Field(field+".currency_code", fmt.Sprintf("must be %s, that of the whole", currency))
	}
	digits := decimals(orText(currency, m.GetCurrencyCode()))
	if m.Decimals != nil {
		digits = m.GetDecimals()
	}
	if digits < 0 || digits > finest {
		return nil, fault.Field(field+".decimals", fmt.Sprintf("must be between 0 and %d", finest))
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	return json.RawMessage(decimal(halo.Amount(new(big.Rat).SetFrac(big.NewInt(m.GetMinorUnits()), scale).FloatString(finest)))), nil
}

// number is a decimal number of a caller's as one of Halo's; nothing is 0.
func number(field, s string) (json.RawMessage, error) {
	if s == "" {
		return json.RawMessage("0"), nil
	}
	r := rational(halo.Amount(s))
	if r == nil || strings.ContainsAny(s, "/eE+_xX") {
		return nil, fault.Field(field, "must be a decimal number")
	}
	return json.RawMessage(decimal(halo.Amount(r.FloatString(finest)))), nil
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
