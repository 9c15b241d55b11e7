package vendorsim

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Decode reads one JSON value into T and refuses fields that T does not have: a typo in a plan must not pass for calm.
func Decode[T any](body []byte) (T, error) {
	var out T
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&out); err != nil {
		return out, fmt.Errorf("not understood: %w", err)
	}
	return out, nil
}

// Patch is current with a JSON merge patch applied (RFC 7396): what is absent stays, null is the zero value.
func Patch[T any](current T, patch []byte) (T, error) {
	var change map[string]any
	if err := json.Unmarshal(patch, &change); err != nil {
		return current, fmt.Errorf("no JSON object: %w", err)
	}
	text, err := json.Marshal(current)
	if err != nil {
		return current, fmt.Errorf("current state: %w", err)
	}
	var state map[string]any
	if err := json.Unmarshal(text, &state); err != nil {
		return current, fmt.Errorf("current state: %w", err)
	}
	merged, err := json.Marshal(mergePatch(state, change))
	if err != nil {
		return current, fmt.Errorf("merged state: %w", err)
	}
	next, err := Decode[T](merged)
	if err != nil {
		return current, err
	}
	return next, nil
}

func mergePatch(state, change map[string]any) map[string]any {
	if state == nil {
		state = map[string]any{}
	}
	for name, value := range change {
		switch v := value.(type) {
		case nil:
			delete(state, name)
		case map[string]any:
			inner, _ := state[name].(map[string]any)
			state[name] = mergePatch(inner, v)
		default:
			state[name] = v
		}
	}
	return state
}
