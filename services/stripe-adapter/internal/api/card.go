package api

import (
	"unicode"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// noCard checks that a text holds nothing that looks like a card's number: what is not here cannot be lost here.
func noCard(field, s string) error {
	if hasCard(s) {
		return fault.Field(field, "must not hold a card's number")
	}
	return nil
}

const (
	shortestCard = 14
	longestCard  = 19
	maxGap       = 3 // signs between the groups of a number: "4242 - 4242"
)

// hasCard looks for a card's number: digits, of any script and however they are grouped, that begin as an issuer's do, are as many as
// that issuer's have, and add up as a card's. It may stand among other digits: an expiry behind it, a count before it. Only in the
// middle of a run that is longer than any card's it is not looked for, as something there adds up by chance in every other long number.
func hasCard(s string) bool {
	run := digits{}
	gap := 0
	for _, c := range s {
		switch d, is := digit(c); {
		case is:
			run.add(d, gap > 0)
			gap = 0
		case unicode.IsLetter(c) || gap == maxGap:
			if run.hold() {
				return true
			}
			run, gap = digits{}, 0
		case len(run.all) > 0:
			gap++
		}
	}
	return run.hold()
}

// digits are those of a text that stand together.
type digits struct {
	all    []byte
	groups []int // where each group begins
}

func (r *digits) add(d byte, apart bool) {
	if apart || len(r.all) == 0 {
		r.groups = append(r.groups, len(r.all))
	}
	r.all = append(r.all, d)
}

// hold is whether a card's number is among them.
func (r *digits) hold() bool {
	begins, ends := make([]bool, len(r.all)+1), make([]bool, len(r.all)+1)
	for i, at := range r.groups {
		end := len(r.all)
		if i+1 < len(r.groups) {
			end = r.groups[i+1]
		}
		begins[at], ends[end] = true, true
		for k := at; end-at <= longestCard && k <= end; k++ {
			begins[k], ends[k] = true, true
		}
	}
	for from := range r.all {
		for to := from + shortestCard; to <= min(len(r.all), from+longestCard); to++ {
			if (begins[from] || ends[to]) && issued(r.all[from:to]) && luhn(r.all[from:to]) {
				return true
			}
		}
	}
	return false
}

// issued is whether a number begins as those of an issuer do whose numbers have so many digits [official: ISO/IEC 7812-1; community:
// the ranges that card forms go by].
func issued(number []byte) bool {
	first := 0
	for _, d := range number[:6] {
		first = 10*first + int(d)
	}
	for _, r := range issuers() {
		if first >= r.from && first <= r.to && len(number) >= r.least && len(number) <= r.most {
			return true
		}
	}
	return false
}

// issuer is a range of first six digits, and how many there are in all.
type issuer struct{ from, to, least, most int }

func issuers() []issuer {
	return []issuer{
		{400000, 499999, 16, 16}, {400000, 499999, 19, 19}, // Visa
		{510000, 559999, 16, 16}, {222100, 272099, 16, 16}, // Mastercard
		{340000, 349999, 15, 15}, {370000, 379999, 15, 15}, // American Express
		{601100, 601199, 16, 19}, {644000, 659999, 16, 19}, // Discover
		{300000, 305999, 14, 19}, {360000, 369999, 14, 19}, {380000, 399999, 14, 19}, // Diners
		{352800, 358999, 16, 19},                           // JCB
		{620000, 629999, 16, 19},                           // UnionPay
		{500000, 509999, 16, 19}, {560000, 589999, 16, 19}, // Maestro
	}
}

// digit is the value of a digit of any script: each has ten in a row [official: Unicode, general category Nd].
func digit(c rune) (byte, bool) {
	if c >= '0' && c <= '9' {
		return byte(c - '0'), true
	}
	if c < 0x80 || !unicode.Is(unicode.Nd, c) {
		return 0, false
	}
	for _, r := range unicode.Nd.R16 {
		if c >= rune(r.Lo) && c <= rune(r.Hi) {
			return byte((c - rune(r.Lo)) % 10), true //nolint:gosec // below ten
		}
	}
	for _, r := range unicode.Nd.R32 {
		if c >= rune(r.Lo) && c <= rune(r.Hi) { //nolint:gosec // a code point
			return byte((c - rune(r.Lo)) % 10), true //nolint:gosec // a code point
		}
	}
	return 0, false
}

// luhn is the check that the last digit of a card's number makes [official: ISO/IEC 7812-1].
func luhn(digits []byte) bool {
	sum := 0
	for i, d := range digits {
		n := int(d)
		if (len(digits)-i)%2 == 0 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return sum%10 == 0
}
