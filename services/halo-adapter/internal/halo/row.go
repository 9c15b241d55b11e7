package halo

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Row is an entity as Halo sent it. Lists lack fields that details have, so a zero field means nothing by itself: ask Has.
type Row struct {
	Raw json.RawMessage `json:"-"` // every field, also those we do not know
	has map[string]bool
}

// Has is whether Halo sent the field at all, be it null. Fields are asked for by the name that Halo's lists use, whichever way
// this row spelled them.
func (r Row) Has(field string) bool { return r.has[field] }

// readRow notes which fields b has; other names are translated to the one that is asked for.
func readRow(b []byte, names map[string]string) (Row, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(b, &fields); err != nil {
		return Row{}, err
	}
	has := make(map[string]bool, len(fields))
	for name := range fields {
		name = strings.ToLower(name)
		if usual, ok := names[name]; ok {
			name = usual
		}
		has[name] = true
	}
	return Row{Raw: bytes.Clone(b), has: has}, nil
}

// without is an object without a field.
func without(object json.RawMessage, field string) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(object, &fields) != nil || fields[field] == nil {
		return object
	}
	delete(fields, field)
	rest, err := json.Marshal(fields)
	if err != nil {
		return object
	}
	return rest
}

// Drifted is a row of a list that breaks the shape we rely on. Its neighbours are good.
type Drifted struct {
	Raw   json.RawMessage
	Fault *fault.Error // Drift
}

// rows reads each row by itself.
func rows[T any](op string, resp *upstream.Response, raw []json.RawMessage, read func(json.RawMessage) (T, error)) (good []T, bad []Drifted) {
	for _, b := range raw {
		row, err := read(b)
		if err != nil {
			bad = append(bad, Drifted{Raw: b, Fault: drifted(op, resp, err)})
			continue
		}
		good = append(good, row)
	}
	return good, bad
}

// ReasonDrift is an answer that breaks the shape we rely on.
const ReasonDrift = "SCHEMA_DRIFT"

// drifted is an answer of Halo's that we cannot read: of a write, applied all the same.
func drifted(op string, resp *upstream.Response, err error) *fault.Error {
	f := &fault.Error{
		Op: op, Kind: fault.Drift, Reason: ReasonDrift, Status: resp.Status, TrackingID: resp.TrackingID,
		MayApply: writes(resp), Err: err,
	}
	var mistyped *json.UnmarshalTypeError
	var field *fieldError
	switch {
	case errors.As(err, &field):
		f.Field = field.name
	case errors.As(err, &mistyped):
		f.Field = mistyped.Field
	}
	return f
}

// strange is an answer that is not about what was asked for.
func strange(op, message string) *fault.Error {
	return &fault.Error{Op: op, Kind: fault.Drift, Reason: ReasonDrift, Field: "ticket_id", Message: message}
}

// fieldError says which field.
type fieldError struct {
	name string
	err  error
}

func (e *fieldError) Error() string { return e.name + ": " + e.err.Error() }
func (e *fieldError) Unwrap() error { return e.err }

// readID is the id of a row that otherwise cannot be read; why, if not even that.
func readID(b json.RawMessage, why error) (int64, error) {
	var row struct {
		ID int64 `json:"id"`
	}
	if json.Unmarshal(b, &row) != nil || row.ID <= 0 {
		return 0, why
	}
	return row.ID, nil
}

// blame finds the field that err, of a row's decoding, does not name: that of a date which is none.
func blame(b []byte, err error, dates []string) error {
	var fields map[string]json.RawMessage
	if json.Unmarshal(b, &fields) != nil {
		return err
	}
	for name, value := range fields {
		var t Time
		if slices.Contains(dates, name) && t.UnmarshalJSON(value) != nil {
			return &fieldError{name, err}
		}
	}
	return err
}
