package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// elements is the body of a POST: an array, always [official: Halo OpenAPI 2024-09].
func elements(r *http.Request) ([]json.RawMessage, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, refusal{http.StatusRequestEntityTooLarge, "The request is too large."}
	}
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, invalid("Cannot deserialize the current JSON object because the type requires a JSON array.")
	}
	if len(list) == 0 {
		return nil, invalid("Value cannot be null. Parameter name: source")
	}
	return list, nil
}

// fill reads element over what into already holds: what is absent stays. A number with a fraction is no integer, even 95.0
// [community: CIPP-API Halo extension].
func fill(element json.RawMessage, into any) error {
	err := json.Unmarshal(element, into)
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return invalid("Error converting value of type %s. Path '[0].%s'.", wrong.Value, wrong.Field[strings.LastIndex(wrong.Field, ".")+1:])
	}
	if err != nil {
		return invalid("%s", err.Error())
	}
	return nil
}

// written is the element as it was sent, for the ledger.
func written(element json.RawMessage) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(element))
	decoder.UseNumber()
	var fields map[string]any
	_ = decoder.Decode(&fields) // fill has read it before
	return fields
}

// postAnswer is the answer to a POST: one object, or an array of one, or all of them where that was asked for. Whether others
// of a batch are listed otherwise is unknown [client library: homotechsual/HaloAPI returnall].
func postAnswer[T any](all []T, everything bool, shape string) any {
	switch {
	case everything && len(all) > 1:
		return all
	case shape == "array":
		return all[:1]
	default:
		return all[0]
	}
}
