// Package page answers where a list goes on: page sizes and opaque tokens that are bound to their query and caller.
package page

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// The bounds of a page (AIP-158).
const (
	DefaultSize = 50
	MaxSize     = 500
)

// maxToken bounds what is decoded of a stranger's token.
const maxToken = 2048

// Size is how many rows a request for n gets. fault.Invalid: n is negative.
func Size(n int32) (int, error) {
	switch {
	case n < 0:
		return 0, fault.Field("page_size", "must not be negative")
	case n == 0:
		return DefaultSize, nil
	}
	return min(int(n), MaxSize), nil
}

// sealed is a token's inside: the cursor, and a digest of the query that it belongs to.
type sealed struct {
	Query  []byte          `json:"q"`
	Cursor json.RawMessage `json:"c"`
}

// Seal is a token that goes on at cursor, for the query and caller that scope spells.
func Seal[C any](cursor C, scope ...string) (string, error) {
	c, err := json.Marshal(cursor)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(sealed{Query: digest(scope), Cursor: c})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// Open is the cursor of a token; the zero value for an empty token. fault.Invalid: it is malformed, or was given out
// for another query or caller.
func Open[C any](token string, scope ...string) (C, error) {
	var cursor, none C
	if token == "" {
		return none, nil
	}
	var s sealed
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(token) > maxToken || json.Unmarshal(raw, &s) != nil || json.Unmarshal(s.Cursor, &cursor) != nil {
		return none, fault.Field("page_token", "is not a token that was given out here")
	}
	if string(s.Query) != string(digest(scope)) {
		return none, fault.Field("page_token", "belongs to another query: repeat the parent and filter that it was given for")
	}
	return cursor, nil
}

func digest(scope []string) []byte {
	b, _ := json.Marshal(scope) // strings always marshal
	sum := sha256.Sum256(b)
	return sum[:12]
}
