package adaptertest

import (
	"flag"
	"slices"
	"testing"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// operations makes every operation under every fault: it ends done and applied once, or as an explained dead letter, and
// the mirror is as the vendor.
func operations(t *testing.T, h *house) {
	safety := h.safety(t)
	for i, f := range h.faults() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			c := h.at(t, f.id())
			writes := c.under(f, h.sample(i), safety)
			c.Agrees()
			c.once(writes, safety)
		})
	}
}

var shift = flag.Int("adaptertest.shift", 0, "which operations meet which faults, where not all meet all") //nolint:gochecknoglobals // flags are

// sample are the operations that the i-th fault meets.
func (h *house) sample(i int) []Operation {
	if h.Sample == 0 || h.Sample >= len(h.Operations) {
		return h.Operations
	}
	each := (len(h.Operations) + h.Sample - 1) / h.Sample
	var some []Operation
	for n, op := range h.Operations {
		if (n+i+*shift)%each == 0 {
			some = append(some, op)
		}
	}
	return some
}

// under makes every operation once while the vendor misbehaves, and waits until each has ended.
func (c Connection) under(f Fault, ops []Operation, safety map[string]job.Safety) (writes []written) {
	c.Helper()
	targets := c.targets(ops)
	c.Misbehaves(f.Plan)
	for i, op := range ops {
		writes = append(writes, c.write(op, targets[i], op.Request(targets[i], "said under: "+f.Name)))
	}
	if !f.Lasts {
		Until(c, "the writes have met the fault", func() string { return c.troubled(writes) })
		c.Misbehaves(vendorsim.Plan{})
	}
	Until(c, "the vendor has taken them", func() string { return c.untaken(writes) })
	c.Misbehaves(vendorsim.Plan{})
	for _, w := range writes {
		c.explained(w, c.ended(w), safety[w.Name])
	}
	return writes
}

// untaken says which write is neither taken nor buried.
func (c Connection) untaken(writes []written) string {
	c.Helper()
	for _, w := range writes {
		switch j := c.Job(w.job); j.GetState() {
		case adapterv1.Job_STATE_SETTLED, adapterv1.Job_STATE_DONE, adapterv1.Job_STATE_DEAD:
		default:
			return j.String()
		}
	}
	return ""
}

// explained checks that a write was buried only if nobody can tell what became of it, and that a person can read why.
func (c Connection) explained(w written, j *adapterv1.Job, s job.Safety) {
	c.Helper()
	if j.GetState() == adapterv1.Job_STATE_DONE {
		return
	}
	if s != job.Never || j.GetDeadLetterReason() != string(job.OutcomeUnknown) || len(j.GetAttempts()) == 0 {
		c.Errorf("%s was buried, though it could be made: %v", w.Name, j)
	}
}

// refusals makes what the vendor never accepts: it is buried, says why, and the entity is as the vendor has it.
func refusals(t *testing.T, h *house) {
	c := h.at(t, refusing)
	ops := slices.DeleteFunc(slices.Clone(h.Operations), func(op Operation) bool { return op.Refused == nil })
	targets := c.targets(ops)
	was, before := map[string]int{}, c.Status().GetDeadLetters()
	var writes []written
	for i, op := range ops {
		was[op.Name] = len(c.Ours(op.Kind, op.Op)) // what was made before, for others
		writes = append(writes, c.write(op, targets[i], op.Refused(targets[i])))
	}
	for i, op := range ops {
		j := c.ended(writes[i])
		if j.GetState() != adapterv1.Job_STATE_DEAD || j.GetDeadLetterReason() != string(job.Refused) {
			t.Errorf("%s was not refused: %v", op.Name, j)
			continue
		}
		if last := j.GetAttempts()[len(j.GetAttempts())-1]; last.GetMessage() == "" || last.GetStatus() == 0 {
			t.Errorf("%s does not say why it was refused: %v", op.Name, j)
		}
	}
	if got := c.Status().GetDeadLetters() - before; got != int64(len(ops)) {
		t.Errorf("%d dead letters for %d refusals", got, len(ops))
	}
	c.Agrees()
	for _, op := range ops {
		if made := c.Ours(op.Kind, op.Op); len(made) > was[op.Name] {
			t.Errorf("the vendor made what it refused: %v", made)
		}
	}
}
