package translate_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func words() translate.Words {
	return translate.Words{
		States:          map[int64]psav1.Ticket_State{1: psav1.Ticket_STATE_NEW, 9: psav1.Ticket_STATE_CLOSED},
		UnassignedAgent: 1,
	}
}

// golden is what an observation says, readably.
type golden struct {
	Ref     mirror.Ref
	Absent  bool            `json:",omitempty"`
	Became  string          `json:",omitempty"`
	Covers  []string        `json:",omitempty"`
	Some    []string        `json:",omitempty"`
	Mark    string          `json:",omitempty"`
	Parent  mirror.Ref      `json:",omitzero"`
	State   json.RawMessage `json:",omitempty"`
	Problem string          `json:",omitempty"`
}

// A new quirk is a new file: testdata/{kind}-{what}.halo.json in, .want.json out; -update rewrites.
func TestHalosWordsInOurs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.halo.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, in := range files {
		t.Run(strings.TrimSuffix(filepath.Base(in), ".halo.json"), func(t *testing.T) {
			raw, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			got := observe(t, filepath.Base(in), raw)
			compare(t, strings.Replace(in, ".halo.json", ".want.json", 1), got)
		})
	}
}

func observe(t *testing.T, name string, raw []byte) []byte {
	t.Helper()
	o, err := observed(t, name, raw)
	g := golden{Ref: o.Ref, Became: o.Became, Absent: o.Presence != mirror.Present, Covers: o.Covers.Paths, Some: o.Covers.Some, Parent: o.Parent}
	slices.Sort(g.Covers)
	if o.Mark != [16]byte{} {
		g.Mark = o.Mark.String()
	}
	if err != nil {
		g.Problem = err.Error()
	} else if o.State != nil {
		if x, ok := o.State.(*psav1.Ticket); ok {
			translate.Dictionary{"acme": words()}.Derive("acme", x)
		}
		b, err := protojson.Marshal(o.State)
		if err != nil {
			t.Fatal(err)
		}
		g.State = b
	}
	b, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// observed is what a row of the kind that name begins with tells; a name with "listed" is of one in a list.
func observed(t *testing.T, name string, raw []byte) (mirror.Observation, error) {
	t.Helper()
	shape := translate.Detail
	if strings.Contains(name, "-listed") {
		shape = translate.Listed
	}
	w := words()
	w.Currency, w.Approved, w.Rejected = "GBP", 3, 4
	switch kind, _, _ := strings.Cut(name, "-"); kind {
	case "note":
		var a halo.Action
		if err := json.Unmarshal(raw, &a); err != nil {
			t.Fatal(err)
		}
		return translate.ObservedNote(a)
	case "ticket":
		var x halo.Ticket
		if err := json.Unmarshal(raw, &x); err != nil {
			t.Fatal(err)
		}
		x.Listed = shape == translate.Listed
		return words().Observed(x)
	case "client":
		return w.Client(row(t, raw, halo.Read[halo.Area]), shape)
	case "site":
		return w.Site(row(t, raw, halo.Read[halo.Site]), shape)
	case "user":
		return w.User(row(t, raw, halo.Read[halo.User]), shape)
	case "quote":
		return w.Quote(row(t, raw, halo.Read[halo.Quotation]), shape)
	case "invoice":
		return w.Invoice(row(t, raw, halo.Read[halo.Invoice]), shape)
	case "recurring":
		return w.RecurringInvoice(row(t, raw, halo.Read[halo.Invoice]), shape)
	case "attachment":
		return w.Attachment(10421, row(t, raw, halo.Read[halo.Attachment]))
	case "agent":
		return w.Agent(row(t, raw, halo.Read[halo.Agent]))
	case "status":
		return w.Status(row(t, raw, halo.Read[halo.Status]))
	case "type":
		return w.TicketType(row(t, raw, halo.Read[halo.TicketType]))
	case "team":
		return w.Team(row(t, raw, halo.Read[halo.Team]))
	default:
		t.Fatalf("%s is of no kind", name)
		return mirror.Observation{}, nil
	}
}

func row[T any](t *testing.T, raw []byte, read func(json.RawMessage) (T, error)) T {
	t.Helper()
	x, err := read(raw)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(compact(t, want), compact(t, got)) {
		t.Errorf("%s:\n%s", file, got)
	}
}

// compact undoes the spaces that protojson varies on purpose.
func compact(t *testing.T, b []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
