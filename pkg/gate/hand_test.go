package gate_test

import (
	"context"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

var acme = gate.Key{Connection: "acme"}

// mailbox reports whether a call of another budget key passes.
func mailbox(k *gate.Keeper) bool {
	return k.For("acme").Pass(unit("mailbox", budget.Write, 0)) == nil
}

// What a person opens stays open whatever calls and probes say, for every key and replica, until a person closes it.
func TestOpenedByHand(t *testing.T) {
	db, v := database(t), &vendor{}
	a, b := replica(t, db, quick, v), replica(t, db, quick, v)
	if _, err := a.Force(t.Context(), acme, "ann", "maintenance", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if passes(a, "acme") || mailbox(a) {
		t.Error("calls pass where it was opened")
	}
	eventually(t, "it is open elsewhere", func() bool { return !passes(b, "acme") && !mailbox(b) })
	if !passes(b, "other") {
		t.Error("another connection's gate is open")
	}
	for range 10 {
		report(b, fault.Unknown, "") // a late answer
	}
	report(b, fault.Unauthorized, "")
	eventually(t, "the reports are read", func() bool { return seen(t, db).Now.Sub(seen(t, db).ChangedAt) > 1500*time.Millisecond })
	is := seen(t, db)
	if is.State != breaker.Forced || is.By != "ann" || is.Reason != "maintenance" || v.looks.Load() != 0 {
		t.Errorf("it is %v by %q because of %q, after %d probes; want forced by ann, none", is.State, is.By, is.Reason, v.looks.Load())
	}
	if _, err := b.Release(t.Context(), acme, "bob", "done"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is closed again", func() bool { return passes(a, "acme") && passes(b, "acme") && mailbox(a) })
	if is := seen(t, db); is.By != "bob" || is.Reason != "done" {
		t.Errorf("closed by %q because of %q, want bob, done", is.By, is.Reason)
	}
}

func TestOpenedByHandForATime(t *testing.T) {
	db, v := database(t), &vendor{}
	v.ill.Store(true)
	k := replica(t, db, quick, v)
	if _, err := k.Force(t.Context(), acme, "ann", "maintenance", time.Now().Add(300*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "after the time it is probed", func() bool { return v.looks.Load() > 0 && seen(t, db).State == breaker.Open })
	v.ill.Store(false)
	eventually(t, "it closes", func() bool { return passes(k, "acme") })
}

// slow is a vendor whose probe takes as long as a test wants.
type slow struct{ asked, answer chan struct{} }

func (v *slow) Ping(context.Context, gate.Key) error {
	close(v.asked)
	<-v.answer
	return nil
}

// While a vendor is probed nobody holds its row, and what a person decides meanwhile counts.
func TestAPersonDecidesDuringAProbe(t *testing.T) {
	db := database(t)
	v := &slow{asked: make(chan struct{}), answer: make(chan struct{})}
	k := keeper(t, db, quick)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx, v) }()
	for _, entity := range []string{"1", "2", "3", "4"} {
		report(k, fault.Unavailable, entity)
	}
	<-v.asked
	if _, err := k.Force(ctx, acme, "ann", "I see more", time.Time{}); err != nil {
		t.Fatal(err)
	}
	close(v.answer)
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if is := seen(t, db); is.State != breaker.Forced || is.By != "ann" {
		t.Errorf("it is %v by %q, want forced by ann", is.State, is.By)
	}
}

func TestClosingByHandEndsAHold(t *testing.T) {
	db := database(t)
	k := replica(t, db, limited(budget.Limit{Calls: 1000, Window: time.Second}), &vendor{})
	k.For("acme").Report(ask(), upstream.Outcome{Fault: &fault.Error{Kind: fault.Throttled, RetryAfter: time.Hour}})
	eventually(t, "it is held", func() bool { return !seen(t, db).HoldUntil.IsZero() })
	if _, err := k.Release(t.Context(), acme, "ann", "the vendor says it was a mistake"); err != nil {
		t.Fatal(err)
	}
	if !passes(k, "acme") {
		t.Error("it is still held")
	}
}
