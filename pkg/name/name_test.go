package name_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/name"
)

const uid = "01939f3a-7d8e-7c3b-9d57-1f2e3d4c5b6a"

func TestParse(t *testing.T) {
	for row, c := range map[string]struct {
		in   string
		want name.ID
	}{
		"the vendor's id":                    {"connections/acme/tickets/10421", name.ID{VendorID: "10421"}},
		"a percent-encoded id":               {"connections/acme/tickets/a%2Fb%20c", name.ID{VendorID: "a/b c"}},
		"our uid":                            {"connections/acme/tickets/~" + uid, name.ID{UID: uuid.MustParse(uid)}},
		"a vendor's id that begins with ~":   {"connections/acme/tickets/%7Ex", name.ID{VendorID: "~x"}},
		"a connection of one character":      {"connections/a/tickets/1", name.ID{VendorID: "1"}},
		"a connection of sixty-three":        {"connections/" + strings.Repeat("a", 63) + "/tickets/1", name.ID{VendorID: "1"}},
		"an id of two bytes for a character": {"connections/acme/tickets/%C3%A9", name.ID{VendorID: "é"}},
	} {
		t.Run(row, func(t *testing.T) {
			_, ids, err := name.Parse("name", c.in, "tickets")
			if err != nil {
				t.Fatal(err)
			}
			if ids[0] != c.want {
				t.Errorf("got %+v, want %+v", ids[0], c.want)
			}
		})
	}
}

func TestANestedNameHasAnIDForEachCollection(t *testing.T) {
	connection, ids, err := name.Parse("name", "connections/acme/tickets/7/notes/~"+uid, "tickets", "notes")
	if err != nil {
		t.Fatal(err)
	}
	if connection != "acme" || ids[0].VendorID != "7" || ids[1].UID.String() != uid {
		t.Errorf("got %s %+v", connection, ids)
	}
}

func TestWhatIsMalformedNamesItsField(t *testing.T) {
	for row, in := range map[string]string{
		"nothing":                       "",
		"another collection":            "connections/acme/notes/1",
		"no connection":                 "connections//tickets/1",
		"no id":                         "connections/acme/tickets/",
		"something behind it":           "connections/acme/tickets/1/",
		"something before it":           "/connections/acme/tickets/1",
		"a connection in capitals":      "connections/Acme/tickets/1",
		"a connection that ends in -":   "connections/acme-/tickets/1",
		"a connection of sixty-four":    "connections/" + strings.Repeat("a", 64) + "/tickets/1",
		"a line break behind it":        "connections/acme\n/tickets/1",
		"half an escape":                "connections/acme/tickets/%2",
		"an escape that is none":        "connections/acme/tickets/%zz",
		"a NUL":                         "connections/acme/tickets/%00",
		"what is no UTF-8":              "connections/acme/tickets/%ff",
		"~ without a uid":               "connections/acme/tickets/~",
		"~ with a uid in braces":        "connections/acme/tickets/~{" + uid[:34] + "}",
		"~ with a uid without hyphens":  "connections/acme/tickets/~" + strings.ReplaceAll(uid, "-", ""),
		"~ with the nil uid":            "connections/acme/tickets/~00000000-0000-0000-0000-000000000000",
		"more than a name may be long":  "connections/acme/tickets/" + strings.Repeat("1", name.MaxLength),
		"a project where a name begins": "projects/acme/tickets/1",
	} {
		t.Run(row, func(t *testing.T) {
			_, _, err := name.Parse("ticket.name", in, "tickets")
			if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != "ticket.name" {
				t.Errorf("got %v, want a fault about ticket.name", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"connections/acme/tickets/10421", "connections/a/tickets/~" + uid, "connections/a/tickets/%7E%2F", "//", "%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		connection, ids, err := name.Parse("name", s, "tickets")
		if err != nil {
			return
		}
		part := "~" + ids[0].UID.String()
		if ids[0].VendorID != "" {
			part = strings.ReplaceAll(url.PathEscape(ids[0].VendorID), "~", "%7E")
		}
		again, same, err := name.Parse("name", "connections/"+connection+"/tickets/"+part, "tickets")
		if err != nil && len(part) < name.MaxLength/4 {
			t.Fatalf("%q parses to %+v, which has no name: %v", s, ids[0], err)
		}
		if err == nil && (again != connection || same[0] != ids[0]) {
			t.Fatalf("%q parses to %+v and then to %+v", s, ids[0], same[0])
		}
	})
}
