package mirror

import (
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// state is what the vendor had from a moment on.
type state struct {
	at      time.Time
	exists  bool
	values  [2]string // of fields
	touched int       // the field that this change set; -1: all
	mark    bool      // our create made it
}

// fields are those that the model's vendor keeps.
var fields = [...]string{"summary", "details"}

// simVendor is a vendor with one entity, and all that this entity ever was. It answers from any state of its last lag.
type simVendor struct {
	lag     time.Duration
	skew    time.Duration // of its clock against ours
	history []state
}

func (v *simVendor) now() state { return v.history[len(v.history)-1] }

// change is the vendor's next state; it returns its place in history.
func (v *simVendor) change(s state) int {
	v.history = append(v.history, s)
	return len(v.history) - 1
}

// servable are the first and the last place in history that a read at this time may be answered from.
func (v *simVendor) servable(at time.Time) (first, last int) {
	last = len(v.history) - 1
	first = last
	for first > 0 && v.history[first].at.After(at.Add(-v.lag)) {
		first--
	}
	return first, last
}

// clock is what the vendor's own clock shows: whole seconds.
func (v *simVendor) clock(at time.Time) time.Time { return at.Add(v.skew).Truncate(time.Second) }

func (s state) message() Message {
	return &psav1.Ticket{Summary: s.values[0], Details: s.values[1]}
}

// value is what a ticket has in one of the fields.
func value(m Message, f int) string {
	t := m.(*psav1.Ticket)
	return [...]string{t.GetSummary(), t.GetDetails()}[f]
}

// had reports whether the vendor had this value from place in history on; in a field, or that it was gone.
func (v *simVendor) had(place, f int, want string, gone bool) bool {
	for _, s := range v.history[place:] {
		if gone && !s.exists || !gone && s.exists && (f < 0 || s.values[f] == want) {
			return true
		}
	}
	return false
}
