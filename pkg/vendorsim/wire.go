package vendorsim

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Wire plays what happens before the vendor sees a request: outage and latency. It belongs outside any rate limit.
func (f *Faults) Wire(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plan := f.For(r)
		if plan.Outage {
			drop(w)
			return
		}
		delay := millis(plan.LatencyMS) + f.dice.Upto(millis(plan.LatencyJitterMS))
		if wait(r.Context(), delay) == nil {
			next.ServeHTTP(w, r)
		}
	})
}

// Answers plays what the vendor itself does wrong: throttling, errors, lost answers, drift. It belongs inside any rate limit.
func (f *Faults) Answers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plan, writes := f.For(r), f.cfg.Writes(r)
		switch {
		case f.dice.Hit(plan.ThrottleRate):
			f.Throttle(w, r)
		case f.dice.Hit(plan.ErrorRate):
			f.fail(w, r, plan, plan.errorStatus())
		case writes && f.dice.Hit(plan.FailBeforeCommit):
			f.fail(w, r, plan, http.StatusInternalServerError)
		case writes && plan.losesWrites():
			f.write(w, r, plan, next)
		case plan.Drift.any():
			drifted := newBuffer()
			next.ServeHTTP(drifted, r)
			drifted.flush(w, plan.Drift)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// Throttle answers 429 in the vendor's words, with Retry-After if the plan says so. A vendor's own limiter ends here too.
func (f *Faults) Throttle(w http.ResponseWriter, r *http.Request) {
	if s := f.For(r).RetryAfterSeconds; s > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(s))
	}
	f.cfg.Refuse(w, r, http.StatusTooManyRequests)
}

// write lets a write happen and then spoils its answer. A refused write keeps its answer, unless the vendor keeps something of it:
// nothing was applied.
func (f *Faults) write(w http.ResponseWriter, r *http.Request, plan Plan, next http.Handler) {
	answer := newBuffer()
	next.ServeHTTP(answer, r)
	if !f.cfg.Applied(answer.status) {
		answer.flush(w, plan.Drift)
		return
	}
	switch {
	case plan.LoseAnswers > 0 && f.takeLoss():
		drop(w)
	case f.dice.Hit(plan.HangAfterApply.Rate):
		_ = wait(r.Context(), millis(plan.HangAfterApply.AfterMS)) // whoever gave up first, the connection ends
		drop(w)
	case f.dice.Hit(plan.FailAfterCommit):
		f.fail(w, r, plan, http.StatusInternalServerError)
	default:
		answer.flush(w, plan.Drift)
	}
}

func (p Plan) losesWrites() bool {
	return p.LoseAnswers > 0 || p.HangAfterApply.Rate > 0 || p.FailAfterCommit > 0
}

func (f *Faults) fail(w http.ResponseWriter, r *http.Request, plan Plan, status int) {
	if plan.HTMLErrors {
		WriteHTMLError(w)
		return
	}
	f.cfg.Refuse(w, r, status)
}

// drop ends the connection without an answer. Where it cannot be taken over (HTTP/2), the standard library's abort ends it.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the documented way to end a response without a log line
	}
	_ = conn.Close()
}

func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
