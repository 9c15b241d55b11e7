package stripe

import (
	"encoding/json"
	"regexp"
)

// word is a value that says which, and cannot be what is known of a card: an id, a type, a version, a time.
var word = regexp.MustCompile(`^("[A-Za-z][A-Za-z0-9_.:-]{0,254}"|"[0-9]{4}-[0-9]{2}-[0-9]{2}[A-Za-z0-9.:-]{0,30}"|[0-9]{1,10}|true|false|null)$`) //nolint:gochecknoglobals // compiled once

// Outline is what of an event may be kept where nobody knows what it holds: which it is, and what it is about. A person can see by it
// what to look at in Stripe, and it is read as the event itself would be, without a state. nil: it is no event at all.
func Outline(raw []byte) json.RawMessage {
	kept := pick(raw, "id", "object", "api_version", "created", "livemode", "type", "account", "context")
	if kept == nil {
		return nil
	}
	for name, inner := range map[string][]string{"request": {"id", "idempotency_key"}, "related_object": {"id", "type"}} {
		if part := pick(field(raw, name), inner...); part != nil {
			kept[name] = part
		}
	}
	if object := pick(field(field(raw, "data"), "object"), "id", "object", "payment_intent", "invoice"); object != nil {
		kept["data"] = map[string]any{"object": object}
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return nil
	}
	return b
}

// Outline is what of an event that was read may be kept.
func (e *Event) Outline() json.RawMessage {
	raw, err := json.Marshal(e)
	if err != nil {
		return nil
	}
	return Outline(raw)
}

// field is one of an object's; nil for none.
func field(raw []byte, name string) []byte {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	return all[name]
}

// pick is these of an object's fields, as far as they are words; nil if it is no object.
func pick(raw []byte, names ...string) map[string]any {
	var all map[string]json.RawMessage
	if json.Unmarshal(raw, &all) != nil || all == nil {
		return nil
	}
	kept := map[string]any{}
	for _, name := range names {
		if value, there := all[name]; there && word.Match(value) {
			kept[name] = value
		}
	}
	return kept
}
