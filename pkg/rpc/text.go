package rpc

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Text checks a text of a request: valid UTF-8, no NUL, which Postgres cannot store, and least to most characters.
// fault.Invalid, about field: it is not.
func Text(field, s string, least, most int) error {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		return fault.Field(field, "must be valid UTF-8")
	case strings.Contains(s, "\x00"):
		return fault.Field(field, "must not contain the character NUL")
	case n == 0 && least > 0:
		return fault.Field(field, "must not be empty")
	case n < least || n > most:
		return fault.Field(field, fmt.Sprintf("must have %d to %d characters", least, most))
	}
	return nil
}
