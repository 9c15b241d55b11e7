package sim

import (
	"slices"
	"strings"
)

// zeroDecimal currencies are counted in whole units. [official, second-hand: currencies]
func zeroDecimal() []string {
	return strings.Fields("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf")
}

// threeDecimal currencies are counted in thousandths, of which the last digit must be 0. [unsure: whether the page lists them still]
func threeDecimal() []string { return strings.Fields("bhd jod kwd omr tnd") }

// wholeOnly currencies are written with two decimals that must be 00. [official, second-hand: currencies, "Special cases"]
func wholeOnly() []string { return strings.Fields("isk ugx") }

func currencies() []string {
	return slices.Concat(zeroDecimal(), threeDecimal(), wholeOnly(), strings.Fields(
		"usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve czk dkk dop dzd"+
			" egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt"+
			" mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl"+
			" thb tjs top try ttd twd tzs uah uyu uzs wst xcd yer zar zmw"))
}

const maxAmount = 99_999_999 // [official: OpenAPI payment_intents amount, "up to eight digits"]

// currency is a currency as the vendor writes it.
func currency(sent string) (string, error) {
	out := strings.ToLower(sent)
	if !slices.Contains(currencies(), out) {
		return "", invalid("", "currency", "Invalid currency: %s. Stripe currently supports these currencies: %s", sent, strings.Join(currencies(), ", "))
	}
	return out, nil
}

// checkAmount says why an amount cannot be charged.
func checkAmount(amount int64, currency, param string) error {
	least := int64(50) // about half a US dollar [official: OpenAPI]; the other currencies' own minima are not played
	switch {
	case slices.Contains(threeDecimal(), currency):
		least = 500
	case slices.Contains(zeroDecimal(), currency):
		least = 1
	}
	switch {
	case amount < 1:
		return invalid("parameter_invalid_integer", param, "This value must be greater than or equal to 1.")
	case amount < least:
		return invalid("amount_too_small", param, "Amount must be at least %d %s.", least, currency)
	case amount > maxAmount:
		return invalid("amount_too_large", param, "Amount must be no more than %d %s.", maxAmount, currency)
	}
	return checkDigits(amount, currency, param)
}

// checkDigits: the last digits that a currency does not use must be 0.
func checkDigits(amount int64, currency, param string) error {
	if slices.Contains(threeDecimal(), currency) && amount%10 != 0 || slices.Contains(wholeOnly(), currency) && amount%100 != 0 {
		return invalid("parameter_invalid_integer", param, "Invalid amount %d: in %s the last digits must be 0.", amount, currency)
	}
	return nil
}
