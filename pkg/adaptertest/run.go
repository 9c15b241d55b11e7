package adaptertest

import (
	"testing"
	"time"
)

// Run runs the suite.
func Run(t *testing.T, a Adapter) {
	h := open(t, a)
	for _, part := range []struct {
		name string
		run  func(*testing.T, *house)
	}{
		{"operations", operations},
		{"outcomes", outcomes},
		{"refusals", refusals},
		{"repeats", repeats},
		{"sweeps", sweeps},
		{"deliveries", deliveries},
		{"drops", drops},
		{"forgeries", forgeries},
		{"crossing", crossing},
		{"bad input", badInput},
		{"safety", undeclared},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.run(t, h)
		})
	}
}

// house is the adapter, and one replica of it that most parts share: connections are cheap.
type house struct {
	Adapter

	replica *Replica
	vendors map[string]*Simulator
}

// Connections of the shared replica beside those of the faults.
const (
	refusing = "refusing"
	repeated = "repeated"
	dropping = "dropping"
	mine     = "mine"
	theirs   = "theirs"
	strict   = "strict"
)

// open starts the shared replica. Its vendors may serve old states and lose answers.
func open(t *testing.T, a Adapter) *house {
	t.Helper()
	h := &house{Adapter: a, vendors: map[string]*Simulator{}}
	few := len(a.Operations) + 3
	sizes := map[string]int{refusing: few, repeated: few, dropping: few, mine: few + 20, theirs: few, strict: few}
	for _, f := range h.faults() {
		sizes[f.id()] = few
	}
	var all []*Simulator
	for id, entities := range sizes {
		h.vendors[id] = Simulate(t, id, a.Simulate(entities, uint64(len(all)))) //nolint:gosec // few
		all = append(all, h.vendors[id])
	}
	pace := Pace{
		Sweep: 2 * time.Second, ReadLag: 600 * time.Millisecond, SecondLook: 1500 * time.Millisecond, Settling: 3 * time.Second,
		AnnounceWithin: time.Second,
	}
	unsteady := Settings{"jobs.attempt": "3s", "jobs.lease": "4s", "pools.work": 12}
	h.replica = Prepare(t, a.Spec, merged(unsteady, a.Pace(pace)), all...).Start("a", "")
	for _, v := range all {
		h.replica.Of(v, a.Kinds).rests()
	}
	return h
}

// at is a connection of the shared replica, which rests before t begins and when it has ended: all sweeping at once, all the time, they
// would keep the machine from everything else.
func (h *house) at(t *testing.T, id string) Connection {
	t.Helper()
	c := h.replica.Of(h.vendors[id], h.Kinds).In(t)
	c.wakes()
	t.Cleanup(c.rests)
	c.Filled()
	return c
}
