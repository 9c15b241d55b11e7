package pg

import (
	"strings"
	"unicode/utf8"
)

// Text is s as a text of Postgres's can be: what is no UTF-8 is replaced, and a NUL, which no text can have, is left out.
func Text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// IsText reports whether s can be a text of Postgres's as it is.
func IsText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
