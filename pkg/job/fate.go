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
	spent time.Duration // what of the wait counts for the bounded age: the schedule's part, not what the vendor asked for
	count bool          // the failure counts for the retry schedule
}

// ReasonNotHere is the reason of a job that this build cannot run: another replica can, or a later release.
const ReasonNotHere = "CANNOT_RUN_HERE"

// elsewhere is how long such a job is left to others.
const elsewhere = 30 * time.Second

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
		if f.MayApply && !f.Spent {
			break
		}
		if f.MayApply || !j.UnsureAt.IsZero() && !f.Settles { // an earlier attempt may have been applied: this refusal says nothing about it
			return fate{bury: OutcomeUnknown}
		}
		return fate{bury: Refused}
	case fault.Unavailable:
		if !f.MayApply && (f.Reason == upstream.ReasonGate || f.Reason == gate.ReasonBudget) {
			return fate{wait: max(f.RetryAfter, time.Second)}
		}
		if f.Reason == ReasonNotHere {
			return fate{wait: elsewhere}
		}
	default: // tried again
	}
	spent := r.Schedule.After(j.Failures+1, r.Random())
	if j.Waited+spent > r.MaxAge {
		return fate{bury: exhausted(j, f)}
	}
	return fate{wait: max(spent, f.RetryAfter), spent: spent, count: true}
}

func exhausted(j *Job, f *fault.Error) Class {
	if f.MayApply || !j.UnsureAt.IsZero() {
		return OutcomeUnknown
	}
	return Exhausted
}

func (r Retries) first() time.Duration { return r.Schedule.After(1, r.Random()) }
