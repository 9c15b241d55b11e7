package vendorsim

import (
	"bytes"
	"encoding/json"
	"slices"
)

func (d Drift) any() bool { return len(d.Drop)+len(d.Retype) > 0 }

// Apply is body after the drift. A body that is no JSON is left alone.
func (d Drift) Apply(body []byte) []byte {
	if !d.any() {
		return body
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return body
	}
	d.walk(value)
	out, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return out
}

func (d Drift) walk(value any) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			d.walk(element)
		}
	case map[string]any:
		for name, field := range v {
			switch {
			case slices.Contains(d.Drop, name):
				delete(v, name)
			case slices.Contains(d.Retype, name):
				v[name] = retype(field)
			default:
				d.walk(field)
			}
		}
	}
}

// retype keeps the information and changes the JSON type.
func retype(value any) any {
	switch v := value.(type) {
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	case string:
		return map[string]any{"value": v}
	case nil:
		return nil
	default:
		text, err := json.Marshal(v)
		if err != nil {
			return nil
		}
		return string(text)
	}
}
