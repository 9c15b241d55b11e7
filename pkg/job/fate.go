package job

import (
	"time"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// fate is what becomes of a job after a failed attempt.
type fate struct {
	bury  Class         // not empty: buried
	wait  time.Duration // until the next attempt
	count bool          // the failure counts for the retry schedule and the bounded age
}

// Retries is when jobs are tried again. The zero value works.
type Retries struct {
	Schedule backoff.Schedule // default 10 s, 30 s, 2 min, 10 min, 30 min, 1 h
	MaxAge   time.Duration    // of back-off in all, before a job is buried; default 24 h
	MinLook  time.Duration    // between the two looks that make a write absent; default 1 min
	Random   func() float64   // in [0, 1)
}

// decide is the table of fates. A closed gate, a 429 and refused credentials cost nothing but time; what can never
// succeed is buried at once; everything else backs off.
func (r Retries) decide(j *Job, f *fault.Error) fate {
	switch f.Kind {
	case fault.Unauthorized:
		return fate{wait: max(f.RetryAfter, r.first())}
	case fault.Throttled:
		return fate{wait: max(f.RetryAfter, r.first())}
	case fault.Invalid, fault.Hidden:
		if f.MayApply {
			break
		}
		return fate{bury: Refused}
	case fault.Unavailable:
		if !f.MayApply && (f.Reason == upstream.ReasonGate || f.Reason == gate.ReasonBudget) {
			return fate{wait: max(f.RetryAfter, time.Second)}
		}
	default: // tried again
	}
	wait := max(r.Schedule.After(j.Failures+1, r.Random()), f.RetryAfter)
	if j.Waited+wait > r.MaxAge {
		return fate{bury: exhausted(j, f)}
	}
	return fate{wait: wait, count: true}
}

func exhausted(j *Job, f *fault.Error) Class {
	if f.MayApply || !j.UnsureAt.IsZero() {
		return OutcomeUnknown
	}
	return Exhausted
}

func (r Retries) first() time.Duration { return r.Schedule.After(1, r.Random()) }
