package gate

import (
	"hash/fnv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// tally is what calls of one key reported since it was last written.
type tally struct {
	calls, failures int
	ill             map[int64]bool // entities that failed: each is one call
	throttled       bool           // a 429: somebody counts differently
	held            bool           // the vendor asked to wait,
	hold            time.Duration  // so long; 0: it did not say
	refused         string         // our credentials were: the vendor's words
	ended           []time.Time    // places given back
}

func (t *tally) add(o upstream.Outcome) {
	if o.Ours {
		return
	}
	t.calls++
	if o.Fault == nil {
		return
	}
	switch o.Fault.Kind {
	case fault.Throttled:
		t.throttled = true
		t.wait(o.Fault.RetryAfter)
	case fault.Unauthorized:
		t.refused = o.Fault.Reason
	case fault.Unavailable:
		t.fail(o.Entity)
		if o.Fault.RetryAfter > 0 { // a 503 that says when to come again holds as a 429 does
			t.wait(o.Fault.RetryAfter)
		}
	default: // the vendor is working
	}
}

func (t *tally) wait(asked time.Duration) { t.held, t.hold = true, max(t.hold, asked) }

// fail counts a failure, unless the same entity failed already: then the call does not count at all.
func (t *tally) fail(entity string) {
	if entity == "" || len(t.ill) >= breaker.MaxIll {
		t.failures++
		return
	}
	number := number(entity)
	if t.ill[number] {
		t.calls--
		return
	}
	if t.ill == nil {
		t.ill = map[int64]bool{}
	}
	t.ill[number] = true
}

// number is an entity's, the same in every replica.
func number(entity string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(entity))
	return int64(h.Sum64()) //nolint:gosec // a number like any other
}

func (t *tally) report() breaker.Report {
	r := breaker.Report{Calls: t.calls, Failures: t.failures}
	for e := range t.ill {
		r.Ill = append(r.Ill, e)
	}
	return r
}

// merge adds what was reported before t and could not be written.
func (t *tally) merge(old *tally) {
	t.calls += old.calls
	t.failures += old.failures
	for e := range old.ill {
		switch {
		case t.ill[e]:
			t.calls--
		case len(t.ill) >= breaker.MaxIll:
			t.failures++
		case t.ill == nil:
			t.ill = map[int64]bool{e: true}
		default:
			t.ill[e] = true
		}
	}
	t.throttled = t.throttled || old.throttled
	t.held, t.hold = t.held || old.held, max(t.hold, old.hold)
	if t.refused == "" {
		t.refused = old.refused
	}
	t.ended = append(old.ended, t.ended...)
}

// patience is how long it may stay unwritten, so that more can join it.
func (t *tally) patience() time.Duration {
	switch {
	case t.held || t.refused != "" || len(t.ended) > 0:
		return 0
	case t.failures > 0 || len(t.ill) > 0:
		return flushFailures
	}
	return flushCalls
}

// after is s after what t tells.
func (c Config) after(s Status, t *tally) Status {
	for _, until := range t.ended {
		s.Budget.End(until)
	}
	switch {
	case t.refused != "" && s.State != breaker.Stopped && s.State != breaker.Forced:
		s.Breaker = s.Stop(c.Breaker, t.refused, s.Now)
	case s.State == breaker.Closed:
		s.Breaker = s.Record(c.Breaker, t.report(), s.Now)
	}
	if t.held {
		// What is refused while the key is held was under way already and teaches nothing new.
		if t.throttled && !s.HoldUntil.After(s.Now) && !c.Budget.Unlimited() {
			s.Budget.Learned = s.Budget.Learned.Lower(s.Now, c.Budget.Recovery)
		}
		s.hold(c.hold(t.hold))
	}
	return s
}
