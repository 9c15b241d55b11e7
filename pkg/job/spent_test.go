package job_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// kept is a failure that the vendor keeps under a key, and gives again whoever asks under it.
func kept(*job.Job) error {
	return &fault.Error{Kind: fault.Unavailable, Reason: "SERVER_ERROR", Status: 500, MayApply: true, Spent: true}
}

func declined() *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Reason: "DECLINED", Message: "no money", Settles: true}
}

// keyed makes tickets under keys, by turn.
func keyed(t *testing.T, v *vendor, safety job.Safety, probe func(context.Context, *job.Job, *psav1.Ticket) (job.Answer, error)) {
	t.Helper()
	op, err := job.Operation[*psav1.Ticket]{
		Name: "Pay", Kind: "ticket", Effect: mirror.Creates, Safety: safety, KeyLife: time.Hour, Attempt: v.attempt, Probe: probe,
	}.Bind()
	if err != nil {
		t.Fatal(err)
	}
	v.more = append(v.more, op)
}

func (r *rig) count(t *testing.T, sql string, id uuid.UUID) (n int) {
	t.Helper()
	if err := r.DB.QueryRow(context.Background(), sql, id).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (r *rig) pay(t *testing.T) (uid, id uuid.UUID) {
	t.Helper()
	return r.Accept(t, r.jobs, fixture.Write{Operation: "Pay", Effect: mirror.Creates, Summary: "x"})
}

// A failure that is kept under a key for a day must not hold up what waits behind it for a day, nor be asked about under another
// key before it is known that nothing came of it.
func TestUnderAKeyThatKeepsAFailureTheWriteIsLookedFor(t *testing.T) {
	for name, row := range map[string]struct {
		safety  job.Safety
		applied bool
		looks   int
		turn    int
	}{
		"it was applied":                    {job.Keyed, true, 1, 0},
		"it was not":                        {job.Keyed, false, 2, 1},
		"it was not, and could be repeated": {job.Idempotent, false, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			var probe func(context.Context, *job.Job, *psav1.Ticket) (job.Answer, error)
			if row.safety == job.Keyed {
				probe = v.probe
			}
			keyed(t, v, row.safety, probe)
			var made atomic.Bool
			v.before = func(j *job.Job) error {
				if j.Turn == 0 && (!row.applied || made.Load()) {
					return kept(j)
				}
				return nil
			}
			v.after = func(j *job.Job) error {
				if made.Store(true); row.applied {
					return kept(j)
				}
				return nil
			}
			r := start(t, v, 1)
			uid, id := r.pay(t)
			if got := r.settled(t, uid); got.GetMirror().GetRefusal() != nil {
				t.Errorf("it ended as %v", got.GetMirror())
			}
			if n := r.count(t, "select turn from job where id = $1", id); len(v.made()) != 1 || v.looks != row.looks || n != row.turn {
				t.Errorf("made %v after %d looks in turn %d, want once after %d in turn %d", v.made(), v.looks, n, row.looks, row.turn)
			}
		})
	}
}

func TestWhatIsKnownOfARefusalAfterAnAnswerWasLost(t *testing.T) {
	for name, row := range map[string]struct {
		second *fault.Error
		probe  *fault.Error // where the second is a failure that is kept
		class  string
		unsure bool
	}{
		"it answers the first attempt, too":   {declined(), nil, "REFUSED", false},
		"it says nothing of the first":        {&fault.Error{Kind: fault.Invalid, Reason: "REFUSED"}, nil, "OUTCOME_UNKNOWN", true},
		"the key was used for something else": {&fault.Error{Kind: fault.Invalid, Reason: "MISMATCH", MayApply: true, Spent: true}, nil, "OUTCOME_UNKNOWN", true},
		"a look finds that it was refused":    {fault.Of(kept(nil)), declined(), "REFUSED", false},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			keyed(t, v, job.Keyed, func(context.Context, *job.Job, *psav1.Ticket) (job.Answer, error) {
				return job.Answer{}, row.probe
			})
			var tries atomic.Int32
			v.before = func(j *job.Job) error {
				if tries.Add(1) == 1 {
					return lost(j)
				}
				return row.second
			}
			r := start(t, v, 1)
			_, id := r.pay(t)
			fixture.Eventually(t, "it is buried", func() bool { return r.class(t, id) != "" })
			unsure := r.count(t, "select count(*) from job where id = $1 and unsure_at is not null", id) == 1
			if class := r.class(t, id); class != row.class || unsure != row.unsure || tries.Load() != 2 {
				t.Errorf("%s after %d attempts, in doubt: %v; want %s, %v", class, tries.Load(), unsure, row.class, row.unsure)
			}
		})
	}
}

// The key was used for something else although nothing is known of an attempt: nobody can tell what came of it.
func TestAKeyThatWasUsedForSomethingElseIsAnUnknownOutcome(t *testing.T) {
	v := newVendor()
	keyed(t, v, job.Keyed, v.probe)
	v.before = func(*job.Job) error {
		return &fault.Error{Kind: fault.Invalid, Reason: "MISMATCH", MayApply: true, Spent: true}
	}
	r := start(t, v, 1)
	_, id := r.pay(t)
	fixture.Eventually(t, "it is buried", func() bool { return r.class(t, id) == "OUTCOME_UNKNOWN" })
}
