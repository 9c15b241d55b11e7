package job_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func refuse(*job.Job) error {
	return &fault.Error{Kind: fault.Invalid, Reason: "REFUSED", Message: "no"}
}

// refusing refuses writes with this summary until it is allowed.
type refusing struct {
	bad     string
	allowed atomic.Bool
}

func (x *refusing) before(j *job.Job) error {
	if p, _ := j.Patch.(*psav1.Ticket); strings.HasPrefix(p.GetSummary(), x.bad) && !x.allowed.Load() {
		return refuse(j)
	}
	return nil
}

// refusingVendor refuses writes with this summary until it is allowed.
func refusingVendor(bad string) (*vendor, *refusing) {
	v, x := newVendor(), &refusing{bad: bad}
	v.before = x.before
	return v, x
}

// refusingOnceTold is one that answers nothing before release is closed.
func refusingOnceTold(bad string) (v *vendor, x *refusing, release chan struct{}) {
	v, x = refusingVendor(bad)
	release = make(chan struct{})
	v.before = func(j *job.Job) error { <-release; return x.before(j) }
	return v, x, release
}

var somebody = job.Decision{Caller: "ann", Reason: "it is fixed"} //nolint:gochecknoglobals // a constant

// letter is the latest dead letter of a job.
func (r *rig) letter(t *testing.T, id uuid.UUID) job.Letter {
	t.Helper()
	var found uuid.UUID
	fixture.Eventually(t, "it is buried", func() bool {
		return r.DB.QueryRow(t.Context(), `select id from dead_letter where job = $1 order by seq desc limit 1`, id).Scan(&found) == nil
	})
	l, err := r.jobs.Letter(t.Context(), r.DB, "acme", found)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (r *rig) replay(t *testing.T, l job.Letter, d job.Decision) job.Letter {
	t.Helper()
	l, err := r.jobs.Replay(t.Context(), "acme", l.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (r *rig) update(t *testing.T, uid uuid.UUID, summary string) uuid.UUID {
	t.Helper()
	_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: summary})
	return id
}

func (r *rig) create(t *testing.T, summary string, refersTo ...uuid.UUID) (uid, id uuid.UUID) {
	t.Helper()
	return r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: summary, RefersTo: refersTo})
}

func reason(t *testing.T, err error) string {
	t.Helper()
	if fault.KindOf(err) != fault.Precondition {
		t.Errorf("%v, want why it was left", err)
		return ""
	}
	return fault.Of(err).Reason
}

func (r *rig) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := r.DB.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}
