// Package fault answers what went wrong, what can be done about it, and whether the vendor may have acted.
package fault

import (
	"errors"
	"strings"
	"time"
)

// Kind is what a caller can do about an error.
type Kind uint8

// The kinds. What follows from each is a table, kept where it is acted upon: job decides fates, rpc decides codes.
const (
	Unknown      Kind = iota // nobody classified it: retry if the operation is safe to repeat, and alert
	Invalid                  // can never succeed: dead-letter
	NotFound                 // absent now: a suspicion, looked at twice
	Hidden                   // not visible to our credentials: says nothing about presence
	Conflict                 // somebody else wrote first: re-read
	Unauthorized             // our credentials are refused: stop the connection, bury nothing
	Throttled                // over the vendor's budget: wait RetryAfter
	Unavailable              // down, timed out, gate closed: back off
	Drift                    // the answer breaks the shape we rely on: keep it, alert, store nothing
	Exhausted                // a bound of ours is reached: the caller may try later
	Precondition             // what is asked for does not fit the present state: something else has to be done first
)

//nolint:gochecknoglobals // a constant list
var kindNames = [...]string{
	"unknown", "invalid", "not_found", "hidden", "conflict", "unauthorized", "throttled", "unavailable", "drift", "exhausted",
	"precondition",
}

// String is the kind in snake_case, as metrics and rows spell it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Unknown]
}

// ParseKind is the kind that String spelled; Unknown for any other text.
func ParseKind(s string) Kind {
	for k, name := range kindNames {
		if name == s {
			return Kind(k)
		}
	}
	return Unknown
}

// Error is a classified failure. The zero value is an unclassified one.
type Error struct {
	Op         string        // what was being done: "halo.UpdateTicket"
	Kind       Kind          // what can be done about it
	Reason     string        // stable, UPPER_SNAKE: dashboards and dead letters group by it
	Field      string        // the offending field of the input or the answer; may be empty
	Status     int           // the vendor's HTTP status; 0 if there was no answer
	Code       string        // the vendor's own code, verbatim; may be empty
	Message    string        // the vendor's or our words for a person; bounded by the one who makes it
	TrackingID string        // the vendor's id for this call; may be empty
	RetryAfter time.Duration // zero: the vendor did not say
	MayApply   bool          // the request left us and no answer settled it: probe before any repeat
	Settles    bool          // the vendor's answer to every attempt under the write's key: none of them was applied
	Spent      bool          // the vendor keeps this answer under the write's key: a repeat under it is only told the same
	Err        error         // cause; may be nil
}

// Error is one line: what was being done, the reason, the words, the cause.
func (e *Error) Error() string {
	parts := make([]string, 0, 4)
	for _, s := range []string{e.Op, e.Reason, e.Message} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if len(parts) == 0 {
		return e.Kind.String()
	}
	return strings.Join(parts, ": ")
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Of is the classified error in err's chain; an Unknown one wrapping err if there is none, nil for nil.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Unknown, Reason: "UNCLASSIFIED", Err: err}
}

// KindOf is the kind of the classified error in err's chain; Unknown if there is none.
func KindOf(err error) Kind { return Of(err).kind() }

func (e *Error) kind() Kind {
	if e == nil {
		return Unknown
	}
	return e.Kind
}

// Field is an Invalid fault about one field of the caller's input; message says what was expected.
func Field(field, message string) *Error {
	return &Error{Kind: Invalid, Reason: "INVALID_FIELD", Field: field, Message: message}
}
