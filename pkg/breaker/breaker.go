// Package breaker answers whether a vendor is ill. It is arithmetic over values that the caller keeps, so that several
// replicas can share one breaker.
package breaker

import (
	"slices"
	"time"
)

// State is whether calls pass.
type State int16

// The states.
const (
	Closed   State = iota
	Open           // no call passes until the cool-down has passed
	HalfOpen       // one cheap probe decides
	Stopped        // the vendor refuses our credentials: a person has to act; probed now and then
	Forced         // a person opened it, and only a person closes it, or a probe at the time that was set
)

var stateNames = [...]string{"closed", "open", "half_open", "stopped", "forced"} //nolint:gochecknoglobals // a constant list

// String is the state as metrics and rows spell it.
func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return "unknown"
	}
	return stateNames[s]
}

// Config is when a breaker opens, and for how long. The zero value works.
type Config struct {
	Window      time.Duration // failures are counted in; default 1 min
	FailureRate float64       // of the calls in the window, from which it opens; default 0.5
	MinCalls    int           // fewer calls in the window say nothing; default 10
	Cooldown    time.Duration // before the first probe; doubles with each failed one; default 30 s
	MaxCooldown time.Duration // default 5 min; also between the probes of a stopped one
}

// WithDefaults is c with its zero values filled in.
func (c Config) WithDefaults() Config {
	set(&c.Window, time.Minute)
	set(&c.FailureRate, 0.5)
	set(&c.MinCalls, 10)
	set(&c.Cooldown, 30*time.Second)
	set(&c.MaxCooldown, 5*time.Minute)
	return c
}

func set[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

// Breaker is a breaker's whole state. The zero value is closed and has seen nothing.
type Breaker struct {
	State     State
	ChangedAt time.Time
	RetryAt   time.Time // when the next probe is due, unless closed; zero: none is, until a person has acted
	Opens     int       // in a row, without a success between
	WindowAt  time.Time
	Calls     int
	Failures  int
	Ill       []int64 // the entities that failed in the window, as the caller numbers them
	Reason    string  // of the last change
	By        string  // who made it by hand; empty: nobody did
}

// MaxIll bounds how many entities a window remembers. Those beyond count each time: by then the vendor is ill.
const MaxIll = 500

// Report is what calls came to. Only what the vendor failed at is a failure: a 404 or a 422 is the vendor working.
type Report struct {
	Calls    int     // those of an entity that failed are one call, however many they were
	Failures int     // for no entity in particular
	Ill      []int64 // entities that failed, each once
}

// Record is b after a report. An entity that failed in this window already says nothing new. What arrives while b is
// not closed is late news and changes nothing.
func (b Breaker) Record(c Config, r Report, now time.Time) Breaker {
	c = c.WithDefaults()
	if b.State != Closed {
		return b
	}
	if now.Sub(b.WindowAt) >= c.Window {
		b.WindowAt, b.Calls, b.Failures, b.Ill = now, 0, 0, nil
	}
	known := len(b.Ill)
	for _, e := range r.Ill {
		if slices.Contains(b.Ill[:known], e) {
			r.Calls--
			continue
		}
		r.Failures++
		if len(b.Ill) < MaxIll {
			b.Ill = append(b.Ill[:len(b.Ill):len(b.Ill)], e)
		}
	}
	b.Calls += r.Calls
	b.Failures += r.Failures
	if b.Calls >= c.MinCalls && float64(b.Failures) >= c.FailureRate*float64(b.Calls) {
		return b.Trip(c, "failure rate", now)
	}
	return b
}

// Trip is b opened at now, for longer each time in a row.
func (b Breaker) Trip(c Config, reason string, now time.Time) Breaker {
	c = c.WithDefaults()
	wait := c.Cooldown << min(b.Opens, 16)
	if wait > c.MaxCooldown || wait <= 0 {
		wait = c.MaxCooldown
	}
	return Breaker{State: Open, ChangedAt: now, RetryAt: now.Add(wait), Opens: b.Opens + 1, Reason: reason, WindowAt: now}
}

// Stop is b stopped at now, because the vendor refuses our credentials.
func (b Breaker) Stop(c Config, reason string, now time.Time) Breaker {
	c = c.WithDefaults()
	return Breaker{State: Stopped, ChangedAt: now, RetryAt: now.Add(c.MaxCooldown), Opens: b.Opens, Reason: reason, WindowAt: now}
}

// Force is b opened at now by a person, to be probed at until; zero: never.
func (b Breaker) Force(by, reason string, until, now time.Time) Breaker {
	return Breaker{State: Forced, ChangedAt: now, RetryAt: until, Opens: b.Opens, Reason: reason, By: by, WindowAt: now}
}

// ProbeDue reports whether it is time to ask the vendor again.
func (b Breaker) ProbeDue(now time.Time) bool {
	return b.State != Closed && !b.RetryAt.IsZero() && !b.RetryAt.After(now)
}

// Probing is b while its probe is under way: half open, and nobody else probes before patience is over.
func (b Breaker) Probing(patience time.Duration, now time.Time) Breaker {
	if b.State == Open || b.State == Forced {
		b.State, b.ChangedAt = HalfOpen, now
	}
	b.RetryAt = now.Add(patience)
	return b
}

// Close is b closed at now: a probe succeeded.
func (b Breaker) Close(now time.Time) Breaker { return Breaker{ChangedAt: now, WindowAt: now} }

// Release is b closed at now by a person.
func (b Breaker) Release(by, reason string, now time.Time) Breaker {
	b = b.Close(now)
	b.By, b.Reason = by, reason
	return b
}
