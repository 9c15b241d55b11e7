package halo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// unsaid is a record count that Halo did not give.
const unsaid = -1

// collection is the rows of a list, in any of the shapes that lists come in: an object with record_count and the rows under
// one of the keys, or the rows alone; no rows may be null [client library: djpsa, homotechsual/HaloAPI; community: runZero].
func collection(body []byte, keys ...string) (found []json.RawMessage, count int64, err error) {
	body = wholes(bytes.TrimSpace(body))
	if len(body) == 0 || body[0] != '{' {
		return found, unsaid, json.Unmarshal(body, &found)
	}
	var envelope map[string]json.RawMessage
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, unsaid, err
	}
	if count, err = recordCount(envelope["record_count"]); err != nil {
		return nil, unsaid, err
	}
	for _, key := range keys {
		inside, there := envelope[key]
		if !there {
			continue
		}
		if err := json.Unmarshal(inside, &found); err != nil {
			return nil, unsaid, &fieldError{key, err}
		}
		return found, count, nil
	}
	if count == 0 {
		return nil, 0, nil
	}
	return nil, unsaid, &fieldError{keys[0], errors.New("a list without its rows")}
}

func recordCount(raw json.RawMessage) (int64, error) {
	count := int64(unsaid)
	if raw == nil {
		return count, nil
	}
	if err := json.Unmarshal(raw, &count); err != nil {
		return unsaid, &fieldError{"record_count", err}
	}
	return max(count, unsaid), nil
}

// single is the one entity of an answer: an object, or an array of one [client library: HaloAPI, halopsa-node, pyhalopsa].
func single(body []byte) (json.RawMessage, error) {
	body = wholes(bytes.TrimSpace(body))
	if len(body) > 0 && body[0] == '{' {
		return body, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, fmt.Errorf("%d entities in answer to one", len(list))
	}
	return list[0], nil
}
