package journal

import (
	"encoding/json"
	"strings"
)

// json masks the value of every secret key in what may be JSON, cut off anywhere. Anything else comes out as it is.
func (r redactor) json(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	for i := 0; i < len(s); {
		quote := strings.IndexByte(s[i:], '"')
		if quote < 0 {
			out.WriteString(s[i:])
			break
		}
		out.WriteString(s[i : i+quote])
		i += quote
		end := stringEnd(s, i)
		out.WriteString(s[i:end])
		value, isKey := afterColon(s, end)
		if isKey && r.secret(unquoted(s[i:end])) {
			out.WriteString(s[end:value] + `"` + mask + `"`)
			end = valueEnd(s, value)
		}
		i = end
	}
	return out.String()
}

// stringEnd is the index after the string that begins at i; the end of s if it does not end.
func stringEnd(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// afterColon is where the value of the key that ends at i begins, if it is a key.
func afterColon(s string, i int) (int, bool) {
	i = afterSpace(s, i)
	if i >= len(s) || s[i] != ':' {
		return i, false
	}
	return afterSpace(s, i+1), true
}

func afterSpace(s string, i int) int {
	for i < len(s) && strings.IndexByte(" \t\r\n", s[i]) >= 0 {
		i++
	}
	return i
}

// valueEnd is the index after the value that begins at i: a string, a number, or all that is nested in it.
func valueEnd(s string, i int) int {
	for depth := 0; i < len(s); {
		switch s[i] {
		case '"':
			i = stringEnd(s, i)
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(s)
}

// unquoted sees through escapes, or a key could hide in them.
func unquoted(quoted string) string {
	if strings.IndexByte(quoted, '\\') < 0 {
		return strings.Trim(quoted, `"`)
	}
	var s string
	if json.Unmarshal([]byte(quoted), &s) != nil {
		return quoted
	}
	return s
}
