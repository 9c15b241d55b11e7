package store

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// MaxAmount is the most that Stripe takes at once, in minor units [official: OpenAPI payment_intents amount, "up to eight digits"].
const MaxAmount = 99_999_999

// Decimals is how many digits of an amount stand after the decimal point, as Stripe counts: neither ISO 4217 nor CLDR, which
// differ for ISK, UGX, HUF and MGA [official, second-hand: docs.stripe.com/currencies].
func Decimals(currency string) int32 {
	switch {
	case slices.Contains(zeroDecimal(), currency):
		return 0
	case slices.Contains(threeDecimal(), currency):
		return 3
	}
	return 2
}

func zeroDecimal() []string {
	return strings.Fields("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")
}

// threeDecimal amounts end in 0 [unsure: whether the page lists them still].
func threeDecimal() []string { return strings.Fields("BHD JOD KWD OMR TND") }

// wholeOnly amounts have two decimals, which are 00 [official, second-hand: docs.stripe.com/currencies, "Special cases"].
func wholeOnly() []string { return strings.Fields("ISK UGX") }

// twoDecimal are the others that Stripe charges in [official, second-hand: docs.stripe.com/currencies].
func twoDecimal() []string {
	return strings.Fields("USD AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP" +
		" CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT LAK LBP" +
		" LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR" +
		" SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD TZS UAH UYU UZS WST XCD YER ZAR ZMW")
}

// CheckCurrency says that a code is none of a currency that Stripe takes; its error is a fault.Field about field.
func CheckCurrency(field, code string) error {
	if !slices.Contains(slices.Concat(zeroDecimal(), threeDecimal(), wholeOnly(), twoDecimal()), code) {
		return fault.Field(field, "must be a currency that the vendor takes, three capital letters")
	}
	return nil
}

// CheckMoney says what is wrong with an amount that somebody asks to be moved; its error is a fault.Field about field.
func CheckMoney(field string, m *typev1.Money) error {
	code := m.GetCurrencyCode()
	if err := CheckCurrency(field+".currency_code", code); err != nil {
		return err
	}
	switch {
	case m.Decimals != nil && m.GetDecimals() != Decimals(code):
		return fault.Field(field+".decimals", "is not how the vendor counts this currency: what was meant would be another amount")
	case m.GetMinorUnits() < 1 || m.GetMinorUnits() > MaxAmount:
		return fault.Field(field+".minor_units", "must be above 0 and have at most eight digits")
	case slices.Contains(threeDecimal(), code) && m.GetMinorUnits()%10 != 0:
		return fault.Field(field+".minor_units", "must end in 0: the vendor moves no thousandths of this currency")
	case slices.Contains(wholeOnly(), code) && m.GetMinorUnits()%100 != 0:
		return fault.Field(field+".minor_units", "must end in 00: the vendor moves whole units of this currency")
	}
	return nil
}

// count tells the readers of amounts where their decimal point stands.
func count(all ...*typev1.Money) {
	for _, m := range all {
		if m != nil {
			m.Decimals = proto.Int32(Decimals(m.GetCurrencyCode()))
		}
	}
}
