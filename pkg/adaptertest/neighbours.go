package adaptertest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// Neighbours measures one connection's writes, alone and while writes queue up for others whose vendors are away or never answer: how
// soon each is made, and how long all take, stay as they were. Its test is not to be parallel: then it has the machine for itself.
func Neighbours(t *testing.T, a Adapter) {
	t.Helper()
	at := slices.IndexFunc(a.Operations, func(op Operation) bool { return op.On == "" })
	if at < 0 {
		t.Skip("nothing is made under a connection itself")
	}
	op, h := a.Operations[at], &house{Adapter: a}
	well, away, mute := Simulate(t, "well", a.Simulate(2, 1)), Simulate(t, "away", a.Simulate(2, 2)), Simulate(t, "mute", a.Simulate(2, 3))
	pace := Pace{Sweep: time.Hour, SecondLook: time.Second, Settling: time.Hour, AnnounceWithin: time.Second}
	r := Prepare(t, a.Spec, merged(Settings{"jobs.attempt": "3s", "jobs.lease": "4s"}, h.Pace(pace)), well, away, mute).Start("a", "")
	of := func(v *Simulator) Connection {
		c := r.Of(v, a.Kinds)
		c.Filled()
		return c
	}
	c := of(well)
	c.written(op, queue) // what is slow at first is nobody's fault
	alone := c.written(op, queue)
	for name, ill := range map[string]struct {
		Connection
		plan vendorsim.Plan
	}{
		"one is away":       {of(away), vendorsim.Plan{Outage: true}},
		"one never answers": {of(mute), vendorsim.Plan{HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: forever}}},
	} {
		ill.Misbehaves(ill.plan)
		writes := ill.ask(op, queue)
		Until(t, "they have met it", func() string { return ill.stuck(writes) })
		for try := 1; ; try++ {
			beside := c.written(op, queue)
			t.Logf("%s: %v; alone %v", name, beside, alone)
			if beside.median <= 2*alone.median+leeway && beside.all <= 2*alone.all+leeway {
				break
			}
			if try == tries {
				t.Errorf("%s: its neighbour's writes take longer", name)
				break
			}
		}
	}
}

const (
	queue  = 40                    // writes
	leeway = 50 * time.Millisecond // noise
	tries  = 3                     // at measuring: the machine may have had something else to do
)

// took is how long writes took: each from its acceptance to its end, and all of them.
type took struct{ median, all time.Duration }

func (x took) String() string {
	return fmt.Sprintf("half of the writes within %v, all within %v", x.median, x.all)
}

// ask asks for so many writes.
func (c Connection) ask(op Operation, n int) (all []written) {
	c.Helper()
	for range n {
		all = append(all, c.write(op, c.Parent(), op.Request(c.Parent(), "one of many")))
	}
	return all
}

// written makes so many writes and measures them, by Postgres's clock.
func (c Connection) written(op Operation, n int) (x took) {
	c.Helper()
	var each []time.Duration
	var first, last time.Time
	for _, w := range c.ask(op, n) {
		j := c.ended(w)
		if j.GetState() != adapterv1.Job_STATE_DONE {
			c.Fatalf("it was not made: %v", j)
		}
		from, to := j.GetAcceptTime().AsTime(), j.GetEndTime().AsTime()
		each = append(each, to.Sub(from))
		if first.IsZero() {
			first = from
		}
		if to.After(last) {
			last = to
		}
	}
	slices.Sort(each)
	return took{each[len(each)/2].Round(100 * time.Microsecond), last.Sub(first).Round(100 * time.Microsecond)}
}

// stuck says that nothing holds these writes up yet: some are under way, or the gate is shut.
func (c Connection) stuck(writes []written) string {
	c.Helper()
	s := c.Status()
	if s.GetGate().GetState() != adapterv1.Gate_STATE_CLOSED || c.Job(writes[0].job).GetState() == adapterv1.Job_STATE_CLAIMED {
		return Missing(int64(len(writes)), s.GetPendingWrites())
	}
	return fmt.Sprint("the gate is ", s.GetGate())
}
