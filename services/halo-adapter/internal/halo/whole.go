package halo

import "bytes"

// wholes is JSON whose whole numbers are spelled without a fraction: Halo's document types some ids as floating numbers, and its
// serializer may write those, and others, as 12.0 [official: Halo OpenAPI 2024-09, Site.client_id and Users.site_id; the spelling is
// inferred, unsure]. What is in texts stays, and so does what is no JSON.
func wholes(b []byte) []byte {
	if !bytes.Contains(b, []byte(".0")) {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		end := i + 1
		switch c := b[i]; {
		case c == '"':
			end = afterText(b, i)
			out = append(out, b[i:end]...)
		case c == '-' || c >= '0' && c <= '9':
			end = afterNumber(b, i)
			out = append(out, whole(b[i:end])...)
		default:
			out = append(out, c)
		}
		i = end
	}
	return out
}

// afterText is where the text that begins at i has ended.
func afterText(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

func afterNumber(b []byte, i int) int {
	for i < len(b) && bytes.IndexByte([]byte("+-.0123456789eE"), b[i]) >= 0 {
		i++
	}
	return i
}

// whole is a number without a fraction of nothing.
func whole(number []byte) []byte {
	before, fraction, ok := bytes.Cut(number, []byte("."))
	if !ok || len(fraction) == 0 || len(bytes.Trim(fraction, "0")) > 0 {
		return number
	}
	return before
}
