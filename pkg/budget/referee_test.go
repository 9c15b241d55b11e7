package budget_test

import (
	"time"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// referee is a vendor that counts exactly: every call, in every window of its limit, wherever the window begins.
type referee struct {
	limit budget.Limit
	calls []call
	total int
}

type call struct {
	at time.Time
	n  int
}

// take counts n calls at now and says how many the fullest window that ends now holds, both its ends included.
func (r *referee) take(n int, now time.Time) int {
	r.calls = append(r.calls, call{now, n})
	r.total += n
	sum := 0
	for i := len(r.calls) - 1; i >= 0 && now.Sub(r.calls[i].at) <= r.limit.Window; i-- {
		sum += r.calls[i].n
	}
	return sum
}

// crowd is callers of one class on one account, as long as they have calls to make.
type crowd struct {
	class budget.Class
	each  int           // calls that one asking asks for
	from  time.Duration // they begin
	queue int           // calls they have to make in all
	poll  time.Duration // they ask no more often, even if told to
	rest  time.Duration // they pause after each call

	next    time.Duration
	waiting time.Duration // since when they lack a call
	lacks   bool
	got     int
	longest time.Duration // that they waited for a call
}

// ask asks once, if it is their time.
func (c *crowd) ask(a *budget.Account, t budget.Terms, at time.Duration) int {
	if at < c.from || at < c.next || c.queue == 0 {
		return 0
	}
	got, wait := a.Take(t, c.class, min(c.each, c.queue), start.Add(at))
	if !c.lacks {
		c.lacks, c.waiting = true, at
	}
	if got > 0 {
		c.longest, c.lacks = max(c.longest, at-c.waiting), false
	}
	c.next = at + max(wait, c.poll)
	if got > 0 {
		c.next = at + max(c.poll, c.rest)
	}
	c.queue -= got
	c.got += got
	return got
}

// run lets crowds call for a while, looking every step whose time it is, and returns how many calls were made.
func run(a *budget.Account, t budget.Terms, long, step time.Duration, crowds ...*crowd) (made int) {
	for at := time.Duration(0); at < long; at += step {
		for i := range crowds {
			made += crowds[(i+int(at/step))%len(crowds)].ask(a, t, at) // nobody is always first
		}
	}
	for _, c := range crowds {
		if c.lacks {
			c.longest = max(c.longest, long-c.waiting)
		}
	}
	return made
}
