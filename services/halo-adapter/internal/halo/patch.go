package halo

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Patch is the changed fields of one entity, in the order they were set: the same patch is the same bytes. The zero value is
// empty. Numbers are whole: Halo refuses 95.0 where it wants 95 [community: CIPP-API].
type Patch struct{ fields []field }

type field struct {
	name  string
	value json.RawMessage
}

// TicketPatch is of a ticket.
type TicketPatch = Patch

// ActionPatch is of an action.
type ActionPatch = Patch

// Int sets a whole number, such as an id.
func (p *Patch) Int(name string, v int64) { p.set(name, v) }

// Float sets a number that need not be whole, which must be finite; a whole one is written without a point.
func (p *Patch) Float(name string, v float64) { p.set(name, v) }

// Text sets a text.
func (p *Patch) Text(name, v string) { p.set(name, v) }

// Bool sets a switch.
func (p *Patch) Bool(name string, v bool) { p.set(name, v) }

// Time sets a moment; the zero time is Halo's "empty".
func (p *Patch) Time(name string, v Time) { p.set(name, v) }

// Null sets nothing.
func (p *Patch) Null(name string) { p.set(name, nil) }

// JSON sets what has no type of its own, such as custom fields; v must be valid JSON.
func (p *Patch) JSON(name string, v json.RawMessage) { p.put(field{name, v}) }

// Value sets what has a form of its own in JSON, such as lines or custom fields.
func (p *Patch) Value(name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Reason: "UNWRITABLE", Field: name, Message: name + " cannot be written", Err: err}
	}
	p.put(field{name, b})
	return nil
}

// Names is the fields, in order.
func (p Patch) Names() []string {
	names := make([]string, len(p.fields))
	for i, f := range p.fields {
		names[i] = f.name
	}
	return names
}

func (p *Patch) set(name string, v any) {
	b, _ := json.Marshal(v) // numbers, texts, switches and moments all have a form
	p.put(field{name, b})
}

func (p *Patch) put(f field) {
	if i := slices.IndexFunc(p.fields, func(old field) bool { return old.name == f.name }); i >= 0 {
		p.fields[i] = f
		return
	}
	p.fields = append(p.fields, f)
}

// with is p for the entity id. p is not changed.
func (p Patch) with(id int64) Patch {
	var own Patch
	own.Int("id", id)
	for _, f := range p.fields {
		if f.name != "id" {
			own.put(f)
		}
	}
	return own
}

// MarshalJSON is an object.
func (p Patch) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range p.fields {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(f.name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(f.value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
