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

// A new quirk is a new file: testdata/{ticket,note}-{what}.halo.json in, .want.json out; -update rewrites.
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
	var o mirror.Observation
	var err error
	if strings.HasPrefix(name, "note") {
		var a halo.Action
		if err := json.Unmarshal(raw, &a); err != nil {
			t.Fatal(err)
		}
		o = translate.ObservedNote(a)
	} else {
		var x halo.Ticket
		if err := json.Unmarshal(raw, &x); err != nil {
			t.Fatal(err)
		}
		x.Listed = strings.HasPrefix(name, "ticket-listed")
		o, err = words().Observed(x)
	}
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
