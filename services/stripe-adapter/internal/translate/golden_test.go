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
	"time"

	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden is what an observation says, readably.
type golden struct {
	Ref     mirror.Ref
	Deleted bool            `json:",omitempty"`
	Lacks   []string        `json:",omitempty"` // the fields that it does not cover
	Mark    string          `json:",omitempty"`
	State   json.RawMessage `json:",omitempty"`
	Problem string          `json:",omitempty"`
}

// A new quirk is a new file: testdata/{kind}-{what}.stripe.json in, .want.json out; -update rewrites.
func TestStripesWordsInOurs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.stripe.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, in := range files {
		t.Run(strings.TrimSuffix(filepath.Base(in), ".stripe.json"), func(t *testing.T) {
			raw, err := os.ReadFile(in)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, strings.Replace(in, ".stripe.json", ".want.json", 1), written(t, filepath.Base(in), raw))
		})
	}
}

func written(t *testing.T, file string, raw []byte) []byte {
	t.Helper()
	o, err := observe(t, file, raw)
	g := golden{Ref: o.Ref, Deleted: o.Presence == mirror.Deleted}
	if o.Mark != [16]byte{} {
		g.Mark = o.Mark.String()
	}
	switch {
	case err != nil:
		g.Problem = err.Error()
	case o.State != nil:
		g.Lacks = lacks(o)
		if g.State, err = protojson.Marshal(o.State); err != nil {
			t.Fatal(err)
		}
	}
	b, err := json.MarshalIndent(g, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

func observe(t *testing.T, file string, raw []byte) (mirror.Observation, error) {
	t.Helper()
	w := translate.Words{Connection: "acme"}
	kind, _, _ := strings.Cut(file, "-")
	switch kind {
	case "customer":
		return w.Customer(see[sdk.Customer](t, raw))
	case "payment":
		return w.Payment(see[sdk.PaymentIntent](t, raw))
	case "refund":
		return w.Refund(see[sdk.Refund](t, raw))
	case "product":
		return w.Product(see[sdk.Product](t, raw))
	case "price":
		return w.Price(see[sdk.Price](t, raw))
	case "subscription":
		return w.Subscription(see[sdk.Subscription](t, raw))
	case "invoice":
		return w.Invoice(see[sdk.Invoice](t, raw))
	case "item":
		return w.Item(see[sdk.InvoiceItem](t, raw))
	case "line":
		return w.Line("in_1Mt", see[sdk.InvoiceLineItem](t, raw))
	}
	t.Fatalf("no kind: %s", file)
	return mirror.Observation{}, nil
}

func see[T any](t *testing.T, raw []byte) stripe.Seen[T] {
	t.Helper()
	s, err := stripe.See[T](raw, time.Unix(1767225600, 0))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func lacks(o mirror.Observation) (not []string) {
	fields := o.State.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		n := string(fields.Get(i).Name())
		if !slices.Contains([]string{"name", "uid", "etag", "mirror"}, n) && !slices.Contains(o.Covers.Paths, n) {
			not = append(not, n)
		}
	}
	return not
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
