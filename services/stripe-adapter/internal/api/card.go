package api

import (
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

const (
	shortestCard = 13
	longestCard  = 19
)

// noCard checks that a text holds nothing that looks like a card's number: what is not here cannot be lost here.
func noCard(field, s string) error {
	if hasCard(s) {
		return fault.Field(field, "must not hold a card's number")
	}
	return nil
}

// hasCard looks for as many digits as cards have, with spaces or dashes between them, that add up as a card's do.
func hasCard(s string) bool {
	var digits []byte
	for _, c := range s + "." {
		switch {
		case c >= '0' && c <= '9':
			digits = append(digits, byte(c-'0'))
		case strings.ContainsRune(" -", c) && len(digits) > 0:
		default:
			if len(digits) >= shortestCard && len(digits) <= longestCard && luhn(digits) {
				return true
			}
			digits = digits[:0]
		}
	}
	return false
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
