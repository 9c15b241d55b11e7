package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const (
	sampled   = 3    // rows of a page whose fields are looked at: what is new in all of them shows in any
	maxFields = 2000 // of one kind of one connection; what keys its rows by something else is no shape
	maxLabels = 50   // fields of one kind that are counted by name; the rest together
)

// shapes counts how far the vendor's rows have moved away from the shape that is relied on: fields that are missing or of
// another type, and fields that were not there before.
type shapes struct {
	count metric.Int64Counter

	mu     sync.Mutex
	known  map[scope]map[field]bool
	labels map[string]map[string]bool // names counted by themselves, by kind
}

type scope struct{ connection, kind string }

// field is a field as a row has it.
type field struct{ name, kind string }

// fields are those of a page that this replica had not seen before; of each, whether it is new in the house.
type fields map[field]novelty

type novelty uint8

const (
	familiar novelty = iota
	added
	retyped
)

func newShapes() *shapes {
	count, _ := otel.Meter("github.com/breakwater-acl/breakwater/pkg/sweep").Int64Counter("breakwater.drift.fields",
		metric.WithUnit("{field}"), metric.WithDescription("Fields of the vendor's rows that are missing, of another type, or new."))
	return &shapes{count: count, known: map[scope]map[field]bool{}, labels: map[string]map[string]bool{}}
}

// broken counts the rows that could not be taken in, by field.
func (s *shapes) broken(ctx context.Context, h *held, drifted []Drift) {
	for _, d := range drifted {
		change := "retyped"
		if d.Missing {
			change = "missing"
		}
		s.add(ctx, h, d.Field, change)
	}
}

// learn keeps the fields of a few rows that were never seen before.
func (s *shapes) learn(ctx context.Context, tx pgx.Tx, h *held, rows []mirror.Observation) (fields, error) {
	found := s.unknown(h, rows)
	if len(found) == 0 {
		return nil, nil
	}
	names, kinds := make([]string, 0, len(found)), make([]string, 0, len(found))
	for f := range found {
		names, kinds = append(names, f.name), append(kinds, f.kind)
	}
	is, err := tx.Query(ctx, `
		with fresh as (
			insert into field (connection, kind, name, type) select $1, $2, f.name, f.type from unnest($3::text[], $4::text[]) f (name, type)
			order by f.name, f.type on conflict do nothing returning name, type)
		select name, type, exists (select from field f where f.connection = $1 and f.kind = $2 and f.name = fresh.name) from fresh`,
		h.connection, h.kind, names, kinds)
	if err != nil {
		return nil, fmt.Errorf("keep the fields of %s: %w", h.kind, err)
	}
	var f field
	var before bool
	_, err = pgx.ForEachRow(is, []any{&f.name, &f.kind, &before}, func() error {
		if found[f] = added; before {
			found[f] = retyped
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep the fields of %s: %w", h.kind, err)
	}
	return found, nil
}

// unknown are the fields of a few rows that this replica has not kept yet.
func (s *shapes) unknown(h *held, rows []mirror.Observation) fields {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.known[scope{h.connection, h.kind}]
	found := fields{}
	for range min(sampled, len(rows)) {
		for f := range shape(rows[rand.IntN(len(rows))].Payload) {
			if !known[f] && len(known)+len(found) < maxFields {
				found[f] = familiar
			}
		}
	}
	return found
}

// learned takes in, once they are kept, what was found. The first sweep learns what there is; after it new is news.
func (s *shapes) learned(ctx context.Context, h *held, found fields, log *slog.Logger) {
	s.mu.Lock()
	at := scope{h.connection, h.kind}
	if s.known[at] == nil {
		s.known[at] = map[field]bool{}
	}
	for f := range maps.Keys(found) {
		s.known[at][f] = true
	}
	s.mu.Unlock()
	if h.swept.IsZero() {
		return
	}
	for f, is := range found {
		switch is {
		case familiar:
		case added:
			s.add(ctx, h, f.name, "new")
			log.WarnContext(ctx, "the vendor sends a field that it did not send before", "connection", h.connection, "kind", h.kind, "field", f.name, "type", f.kind)
		case retyped:
			s.add(ctx, h, f.name, "retyped")
			log.WarnContext(ctx, "the vendor sends a field with another type", "connection", h.connection, "kind", h.kind, "field", f.name, "type", f.kind)
		}
	}
}

func (s *shapes) add(ctx context.Context, h *held, name, change string) {
	s.count.Add(ctx, 1, metric.WithAttributes(attribute.String("connection", h.connection), attribute.String("kind", h.kind),
		attribute.String("field", s.label(h.kind, name)), attribute.String("change", change)))
}

// label is the name under which a field is counted: a vendor does not decide how many there are.
func (s *shapes) label(kind, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.labels[kind] == nil {
		s.labels[kind] = map[string]bool{}
	}
	switch all := s.labels[kind]; {
	case all[name]:
	case len(all) >= maxLabels || len(name) > 100:
		return "other"
	default:
		all[name] = true
	}
	return name
}

// shape is the fields of one row, those that are null left out: null says nothing of a type.
func shape(payload []byte) map[field]bool {
	var row map[string]json.RawMessage
	if json.Unmarshal(payload, &row) != nil {
		return nil
	}
	all := make(map[field]bool, len(row))
	for name, value := range row {
		if kind := typeOf(value); kind != "null" && len(name) <= 200 && !strings.ContainsRune(name, 0) { // which Postgres refuses
			all[field{name, kind}] = true
		}
	}
	return all
}

func typeOf(value json.RawMessage) string {
	switch value[0] { // never empty, and without spaces before it
	case '"':
		return "string"
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}
