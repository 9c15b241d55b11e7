package mirror

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
)

// mergePayload is what is to be merged into the row's payload after o, where held is what was to be before it.
func mergePayload(held []byte, o Observation) []byte {
	if len(held) == 0 || len(o.Payload) == 0 || o.Covers.Whole {
		return or(o.Payload, held)
	}
	var all, more map[string]json.RawMessage
	if json.Unmarshal(held, &all) != nil || json.Unmarshal(o.Payload, &more) != nil {
		return o.Payload
	}
	for k, v := range more {
		all[k] = v
	}
	merged, err := json.Marshal(all)
	if err != nil {
		return o.Payload
	}
	return merged
}

func or(a, b []byte) []byte {
	if len(a) > 0 {
		return a
	}
	return b
}

const replacement = `\ufffd`

// storable is JSON that Postgres takes as jsonb, which refuses NUL, lone surrogates and bytes that are not UTF-8 where
// JSON lets them be: one odd character at a vendor must not hold up the page that it came with.
func storable(b []byte) []byte {
	b = bytes.ToValidUTF8(b, []byte("\uFFFD"))
	if !bytes.Contains(b, []byte(`\u`)) {
		return b
	}
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		n := 1
		if b[0] == '\\' {
			n = escapeLen(b)
		}
		if n > 2 && !storableEscape(b[:n]) {
			out, b = append(out, replacement...), b[n:]
			continue
		}
		out, b = append(out, b[:n]...), b[n:]
	}
	return out
}

// escapeLen is the length of the escape that b begins with; a pair of surrogates counts as one.
func escapeLen(b []byte) int {
	r, ok := escaped(b)
	if !ok {
		return min(2, len(b))
	}
	if low, ok := escaped(b[6:]); ok && utf16.DecodeRune(r, low) != '\uFFFD' {
		return 12
	}
	return 6
}

func storableEscape(b []byte) bool {
	r, ok := escaped(b)
	return ok && r != 0 && (len(b) == 12 || !utf16.IsSurrogate(r))
}

// escaped is the code unit that b names if it begins with \uXXXX.
func escaped(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	u, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(u), err == nil
}
