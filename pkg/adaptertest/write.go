package adaptertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
)

// written is a write that was accepted.
type written struct {
	Operation

	target  string
	request proto.Message
	job     string
	shown   proto.Message // the resource, as its caller was told
}

// write asks for an operation.
func (c Connection) write(op Operation, target string, request proto.Message) written {
	c.Helper()
	m, err := methodOf(op.Method)
	must(c, err)
	shown, err := invoke(context.Background(), c.Via.Conn, m, request)
	if err != nil {
		c.Fatalf("%s on %s: %v", op.Name, target, err)
	}
	pending := standing(shown).GetPendingWrites()
	if len(pending) == 0 {
		c.Fatalf("%s on %s is not pending at once: %v", op.Name, target, shown)
	}
	return written{Operation: op, target: target, request: request, shown: shown, job: pending[len(pending)-1].GetJob()}
}

// targets are names for the operations to be made on, each another, and each of something that the mirror knows by now.
func (c Connection) targets(ops []Operation) []string {
	c.Helper()
	names, taken := make([]string, len(ops)), map[string]bool{}
	for i, op := range ops {
		if op.On == "" {
			names[i] = c.Parent()
			continue
		}
		truth := c.vendor.Hands[op.On].Truth()
		all, shown := slices.Sorted(maps.Keys(truth)), c.shown(op.On)
		at := slices.IndexFunc(all, func(entity string) bool {
			return !taken[entity] && shown(entity, op.Fits) && (op.Fits == nil || op.Fits(truth[entity]))
		})
		if at < 0 {
			c.Fatalf("%s needs one more %s at the vendor than there are", op.Name, op.On)
		}
		taken[all[at]] = true
		names[i] = c.Parent() + "/" + all[at]
	}
	c.prepared(ops, names)
	return names
}

// shown reports whether the mirror has an entity of a kind that fits. Of a child, and of a kind that is not looked at here, all are
// taken to be there.
func (c Connection) shown(kind string) func(entity string, fits func(proto.Message) bool) bool {
	c.Helper()
	at := slices.IndexFunc(c.Kinds, func(k Kind) bool { return k.Name == kind && k.Parent == "" })
	if at < 0 {
		return func(string, func(proto.Message) bool) bool { return true }
	}
	all := c.All(c.Kinds[at], c.Parent())
	return func(entity string, fits func(proto.Message) bool) bool {
		m := all[c.Parent()+"/"+entity]
		return m != nil && (fits == nil || fits(m))
	}
}

// prepared makes what has to be made before these operations can be.
func (c Connection) prepared(ops []Operation, targets []string) {
	c.Helper()
	var first []written
	for i, op := range ops {
		for _, before := range op.Before {
			first = append(first, c.write(before, targets[i], before.Request(targets[i], "made before")))
		}
	}
	for _, w := range first {
		if j := c.ended(w); j.GetState() != adapterv1.Job_STATE_DONE {
			c.Fatalf("%s, to be made before: %v", w.Name, j)
		}
	}
}

// ended waits until a job is done or buried.
func (c Connection) ended(w written) (j *adapterv1.Job) {
	c.Helper()
	Until(c, w.Name+" on "+w.target+" has ended", func() string {
		j = c.Job(w.job)
		if j.GetState() == adapterv1.Job_STATE_DONE || j.GetState() == adapterv1.Job_STATE_DEAD {
			return ""
		}
		return fmt.Sprintf("%v; the gate is %v", j, c.Status().GetGate())
	})
	return j
}

func (c Connection) allEnded(writes []written) {
	c.Helper()
	for _, w := range writes {
		c.ended(w)
	}
}

// troubled says which of these writes has not met the fault: none has failed yet, and nobody is kept from trying.
func (c Connection) troubled(writes []written) string {
	c.Helper()
	g := c.Status().GetGate()
	if g.GetState() != adapterv1.Gate_STATE_CLOSED || time.Until(g.GetHoldTime().AsTime()) > 0 {
		return ""
	}
	for _, w := range writes {
		if j := c.Job(w.job); len(j.GetAttempts()) == 0 {
			return j.String()
		}
	}
	return ""
}

// once checks that writes which have ended were made just as often as their safety allows: once, or not at all if they
// were buried with a reason. Repeating what is idempotent is no harm.
func (c Connection) once(writes []written, safety map[string]job.Safety) {
	c.Helper()
	for _, w := range writes {
		want, repeats := 0, false
		for _, other := range writes {
			if other.Kind == w.Kind && other.Op == w.Op {
				want++
				repeats = repeats || safety[other.Name] == job.Idempotent
			}
		}
		if n := len(c.Ours(w.Kind, w.Op)); n != want && (n < want || !repeats) {
			c.Errorf("%s: the vendor made %d of its kind, want %d", w.Name, n, want)
		}
	}
}
