package stripe

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v85"
	"github.com/tidwall/gjson"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Seen is one object as Stripe showed it.
type Seen[T any] struct {
	ID  string
	Is  T               // as stripe-go reads it; zero if Raw is nil
	Raw json.RawMessage // the vendor's own words, without its secrets; nil: of the answer only the ID could be read
	// At is the vendor's clock when it showed this: of the answer or, in an event, of the change. Zero: unknown.
	At time.Time
	// Replayed says that the answer is an earlier one, kept under the idempotency key: what it shows was so then.
	Replayed bool

	fields []string // of Raw
}

// See is raw as an object seen at a time; the error names what of it cannot be read.
func See[T any](raw json.RawMessage, at time.Time) (Seen[T], error) {
	s := Seen[T]{ID: idIn(raw), At: at}
	if err := json.Unmarshal(raw, &s.Is); err != nil {
		return s, err
	}
	if s.ID == "" {
		return Seen[T]{}, errors.New("an object without an id")
	}
	s.Raw = scrubbed(make([]byte, 0, len(raw)), gjson.ParseBytes(raw), 0)
	ids := 0
	gjson.ParseBytes(s.Raw).ForEach(func(key, _ gjson.Result) bool {
		if s.fields = append(s.fields, key.Str); strings.EqualFold(key.Str, "id") { // as encoding/json takes it
			ids++
		}
		return true
	})
	if ids != 1 { // whoever reads it next might take another of them
		return Seen[T]{}, errors.New("an object with several ids")
	}
	return s, nil
}

// Has reports whether the object came with a field, be it null.
func (s Seen[T]) Has(field string) bool {
	return slices.Contains(s.fields, field)
}

// reply takes an answer as it came: stripe-go's own types forget the fields that they do not know.
type reply struct {
	raw  json.RawMessage
	last *sdk.APIResponse
}

// UnmarshalJSON keeps b.
func (r *reply) UnmarshalJSON(b []byte) error {
	r.raw = append(json.RawMessage(nil), b...)
	return nil
}

// SetLastResponse is told the answer's header.
func (r *reply) SetLastResponse(last *sdk.APIResponse) { r.last = last }

// date is the vendor's clock at the answer; zero if it did not say.
func (r *reply) date() time.Time {
	at, _ := http.ParseTime(r.last.Header.Get("Date"))
	return at
}

// replayed: Stripe says so itself [official: docs.stripe.com/error-low-level].
func (r *reply) replayed() bool { return r.last.Header.Get(replayedHeader) == "true" }

// ReasonDrift is the reason of an answer that breaks the shape that we rely on.
const ReasonDrift = "SCHEMA_DRIFT"

func drifted(a ask, method string, r *reply, err error) *fault.Error {
	return &fault.Error{
		Op: a.op, Kind: fault.Drift, Reason: ReasonDrift, Status: r.last.StatusCode, TrackingID: r.last.RequestID,
		Message: begin(err.Error()), MayApply: method != http.MethodGet,
	}
}
