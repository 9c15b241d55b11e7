package adaptertest

import (
	"testing"
	"time"
)

// outcomes makes every operation while answers get lost, and neither a delivery nor a sweep tells what became of it: the
// adapter itself has to find out, or to know that it cannot.
func outcomes(t *testing.T, h *house) {
	safety := h.safety(t)
	vendors, all := map[string]*Simulator{}, []*Simulator(nil)
	for _, f := range faults(nil) {
		if p := f.Plan; p.LoseAnswers > 0 || p.HangAfterApply.Rate == 1 || p.FailAfterCommit == 1 || p.FailBeforeCommit == 1 {
			vendors[f.Name] = Simulate(t, "lost-"+f.id(), h.Simulate(len(h.Operations)+2, uint64(len(all)))) //nolint:gosec // few
			all = append(all, vendors[f.Name])
		}
	}
	pace := Pace{Sweep: time.Hour, SecondLook: 200 * time.Millisecond, Settling: time.Second, AnnounceWithin: 5 * time.Second}
	k := Prepare(t, h.Spec, merged(Settings{"jobs.attempt": "3s", "jobs.lease": "4s"}, h.Pace(pace)), all...)
	for _, v := range all {
		v.Silence()
	}
	r := k.Start("a", "")
	for i, f := range faults(nil) {
		if vendors[f.Name] == nil {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			c := r.Of(vendors[f.Name], h.Kinds).In(t)
			c.Filled()
			c.once(c.under(f, h.sample(i), safety), safety)
		})
	}
}
