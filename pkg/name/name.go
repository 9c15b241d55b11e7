// Package name answers which resource a name means: "connections/acme/tickets/10421".
//
// The parts after a collection are the vendor's id, percent-encoded, or "~" and our own uid. What is malformed is a
// fault that names the field of the request it came in.
package name

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// MaxLength bounds a name, in bytes.
const MaxLength = 2048

// ID is one part of a name: the vendor's id or, when that is empty, our uid.
type ID struct {
	VendorID string
	UID      uuid.UUID
}

var connection = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`) //nolint:gochecknoglobals // a constant pattern

// IsConnection reports whether id can be a connection's: 1 to 63 of a-z, 0-9 and "-", which stands inside only.
func IsConnection(id string) bool { return connection.MatchString(id) }

// Connection is the id in "connections/{connection}". fault.Invalid, about field: it is malformed.
func Connection(field, s string) (string, error) {
	id, _, err := Parse(field, s)
	return id, err
}

// Parse splits a name under these collections, one ID for each: "tickets", "notes" for
// "connections/acme/tickets/10421/notes/3". fault.Invalid, about field: it is malformed.
func Parse(field, s string, collections ...string) (string, []ID, error) {
	parts := strings.Split(s, "/")
	if len(s) > MaxLength || len(parts) != 2+2*len(collections) || parts[0] != "connections" || !IsConnection(parts[1]) {
		return "", nil, malformed(field, collections)
	}
	ids := make([]ID, len(collections))
	for i, c := range collections {
		id, ok := parseID(parts[3+2*i])
		if parts[2+2*i] != c || !ok {
			return "", nil, malformed(field, collections)
		}
		ids[i] = id
	}
	return parts[1], ids, nil
}

func parseID(part string) (ID, bool) {
	if uid, ours := strings.CutPrefix(part, "~"); ours {
		u, ok := parseUUID(uid)
		return ID{UID: u}, ok
	}
	id, err := url.PathUnescape(part)
	return ID{VendorID: id}, err == nil && id != "" && utf8.ValidString(id) && !strings.Contains(id, "\x00")
}

// UUID is the UUID that s spells in its usual form of 36 characters. fault.Invalid, about field: it does not, or it is
// the nil UUID.
func UUID(field, s string) (uuid.UUID, error) {
	u, ok := parseUUID(s)
	if !ok {
		return uuid.UUID{}, fault.Field(field, "must be a UUID")
	}
	return u, nil
}

func parseUUID(s string) (uuid.UUID, bool) {
	if len(s) != 36 {
		return uuid.UUID{}, false
	}
	u, err := uuid.Parse(s)
	return u, err == nil && u != uuid.UUID{}
}

func malformed(field string, collections []string) error {
	pattern := "connections/{connection}"
	for _, c := range collections {
		pattern += fmt.Sprintf("/%s/{%s}", c, singular(c))
	}
	return fault.Field(field, "must be a name of the form "+pattern)
}

// singular is a collection's name as its pattern calls one of it.
func singular(collection string) string {
	if stem, ok := strings.CutSuffix(collection, "ches"); ok {
		return stem + "ch"
	}
	return strings.TrimSuffix(collection, "s")
}
