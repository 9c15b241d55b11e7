package job_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Promise 4, and promise 2 with several replicas on one database.
func TestWritesOfOneEntityArriveOnceAndInOrder(t *testing.T) {
	r := start(t, newVendor(), 2)
	const entities, each = 10, 12
	uids := make([]uuid.UUID, entities)
	for i := range uids {
		r.vendor.tickets[strconv.Itoa(i)] = &psav1.Ticket{Summary: "old"}
		uids[i] = r.Learn(t, "acme", strconv.Itoa(i), "old")
	}
	for n := range each {
		for _, uid := range uids {
			r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: strconv.Itoa(n)})
		}
	}
	for _, uid := range uids {
		r.settled(t, uid)
	}
	seen := map[string]int{}
	for _, s := range r.vendor.made() {
		var id string
		var n int
		for i := range s {
			if s[i] == '=' {
				id = s[:i]
				n, _ = strconv.Atoi(s[i+1:])
			}
		}
		if n != seen[id] {
			t.Fatalf("ticket %s: write %d arrived as number %d", id, n, seen[id])
		}
		seen[id]++
	}
	if got := len(r.vendor.made()); got != entities*each {
		t.Errorf("%d changes at the vendor, want %d", got, entities*each)
	}
}

// Promise 2: an answer that was lost after the change was applied does not double it.
func TestALostAnswerIsProbedAndFoundByItsMark(t *testing.T) {
	v := newVendor()
	v.after = once(lost)
	r := start(t, v, 1)
	uid, _ := r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "printer"})
	got := r.settled(t, uid)
	if made := v.made(); len(made) != 1 {
		t.Errorf("changes at the vendor: %v, want one", made)
	}
	if got.GetName() != "connections/acme/tickets/101" {
		t.Errorf("name %q, want the vendor's id in it", got.GetName())
	}
}

func TestWhatTwoLooksDoNotFindIsSentAgain(t *testing.T) {
	v := newVendor()
	v.before = once(lost)
	r := start(t, v, 1)
	uid, _ := r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "printer"})
	r.settled(t, uid)
	if made := v.made(); len(made) != 1 || v.looks != 2 {
		t.Errorf("changes %v after %d looks, want one after two", made, v.looks)
	}
}

// Money and mail are never doubled.
func TestWhatMayNotBeRepeatedIsBuriedWhenItsOutcomeIsUnknown(t *testing.T) {
	v := newVendor()
	v.after = lost
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Charge", Target: mirror.Target{UID: uid}, Summary: "new"})
	got := r.settled(t, uid)
	if class := r.class(t, id); class != "OUTCOME_UNKNOWN" || len(v.made()) != 1 {
		t.Errorf("class %q after %v, want OUTCOME_UNKNOWN after one attempt", class, v.made())
	}
	if got.GetMirror().GetRefusal().GetReason() != "OUTCOME_UNKNOWN" {
		t.Errorf("the entity does not say so: %v", got.GetMirror())
	}
}

// Promise 3: refused, the entity goes back to what the vendor has, and says what was refused and why; the lane goes on.
func TestARefusedWriteIsTakenBack(t *testing.T) {
	v := newVendor()
	v.before = func(j *job.Job) error {
		if p, _ := j.Patch.(*psav1.Ticket); p.GetSummary() == "bad" {
			return &fault.Error{Kind: fault.Invalid, Reason: "REFUSED", Message: "no outcome given", TrackingID: "req-1"}
		}
		return nil
	}
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "bad"})
	got := r.settled(t, uid)
	if got.GetSummary() != "old" || r.class(t, id) != "REFUSED" {
		t.Errorf("summary %q, class %q; want the vendor's state and REFUSED", got.GetSummary(), r.class(t, id))
	}
	if f := got.GetMirror().GetRefusal(); f.GetMessage() != "no outcome given" || f.GetTrackingId() != "req-1" {
		t.Errorf("refusal %v does not say why", f)
	}
	r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "good"})
	if got = r.settled(t, uid); got.GetSummary() != "good" || got.GetMirror().GetRefusal() != nil {
		t.Errorf("written over: %v, want good without a refusal", got)
	}
}

func TestWithACreateWhatBuildsOnItIsBuried(t *testing.T) {
	v := newVendor()
	release := make(chan struct{})
	v.before = func(*job.Job) error {
		<-release
		return &fault.Error{Kind: fault.Invalid, Reason: "REFUSED", Message: "no"}
	}
	r := start(t, v, 1)
	uid, create := r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "x"})
	_, update := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "y"})
	close(release)
	r.settled(t, uid)
	if a, b := r.class(t, create), r.class(t, update); a != "REFUSED" || b != "PREDECESSOR" {
		t.Errorf("classes %q and %q, want REFUSED and PREDECESSOR", a, b)
	}
}

// A claim that was never reported counts as sent.
func TestAWorkerThatDiesLeavesAJobThatIsProbed(t *testing.T) {
	v := newVendor()
	r := start(t, v, 0)
	uid, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "printer"})
	got, err := r.jobs.Claim(context.Background(), "acme", 1, 1, job.Claims{Attempt: time.Millisecond, Lease: 2 * time.Millisecond})
	if err != nil || len(got.Jobs) != 1 {
		t.Fatalf("claimed %v, %v", got.Jobs, err)
	}
	v.change(got.Jobs[0], &psav1.Ticket{Summary: "printer"}) // it was sent, and the worker died
	fixture.Eventually(t, "the lease has run out", func() bool {
		if err := r.jobs.Scan(context.Background()); err != nil {
			t.Fatal(err)
		}
		return r.state(t, id) == job.Queued
	})
	resume(t, r)
	r.settled(t, uid)
	if made := v.made(); len(made) != 1 || v.looks == 0 {
		t.Errorf("changes %v after %d looks, want the one that was found", made, v.looks)
	}
}

func (r *rig) state(t *testing.T, id uuid.UUID) (s job.State) {
	t.Helper()
	if err := r.DB.QueryRow(context.Background(), `select state from job where id = $1`, id).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func resume(t *testing.T, r *rig) {
	t.Helper()
	w := job.NewWorker(r.jobs, r.Mirror, nil, []string{"acme"}, job.Config{
		Scan: 20 * time.Millisecond, Retries: job.Retries{MinLook: 30 * time.Millisecond, Schedule: backoff.Schedule{10 * time.Millisecond}},
	}, r.Log)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = w.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
}

// Meanwhile: with an etag, a write whose field somebody else changed is superseded; without, the caller's write wins.
func TestWhatSomebodyElseChangedMeanwhile(t *testing.T) {
	for name, row := range map[string]struct {
		guarded bool
		class   string
		summary string
	}{
		"a guarded write is superseded": {true, "SUPERSEDED", "theirs"},
		"any other write wins":          {false, "", "ours"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			v.tickets["1"] = &psav1.Ticket{Summary: "theirs"}
			r := start(t, v, 0)
			uid := r.Learn(t, "acme", "1", "old")
			_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "ours", Guarded: row.guarded})
			r.Learn(t, "acme", "1", "theirs")
			resume(t, r)
			if got := r.settled(t, uid); got.GetSummary() != row.summary || r.class(t, id) != row.class {
				t.Errorf("%q with class %q, want %q with %q", got.GetSummary(), r.class(t, id), row.summary, row.class)
			}
		})
	}
}

// Settled but not seen: an answer without a state leaves the write folded, and a fetch shows it.
func TestAnAnswerWithoutStateKeepsTheWriteVisibleUntilItIsSeen(t *testing.T) {
	v := newVendor()
	v.quiet = true
	v.tickets["1"] = &psav1.Ticket{Summary: "old"}
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "new"})
	for range 1000 {
		got := r.Read(t, uid)
		if got.GetSummary() != "new" {
			t.Fatalf("the write flickered: %v", got)
		}
		if len(got.GetMirror().GetPendingWrites()) == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("the write was never seen")
}

func TestARefusedLookDoesNotMakeAnUnknownOutcomeAKnownOne(t *testing.T) {
	v := newVendor()
	v.after = once(lost)
	v.refuse = 2
	r := start(t, v, 1)
	uid, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "printer"})
	got := r.settled(t, uid)
	if made := v.made(); len(made) != 1 || r.class(t, id) != "" || got.GetMirror().GetRefusal() != nil {
		t.Errorf("changes %v, class %q, refusal %v; want one, found", made, r.class(t, id), got.GetMirror().GetRefusal())
	}
}

// Promise 7: one job that this build cannot read harms no other.
func TestAJobThatCannotBeReadIsLeftToAnother(t *testing.T) {
	v := newVendor()
	r := start(t, v, 1)
	_, err := r.DB.Exec(context.Background(), `insert into job (id, format, connection, kind, vendor_id, lane, class, operation, state)
		values ($1, 1, 'acme', 'spaceship', '1', 'fetch/spaceship/1', 1, 'Fetch', 1)`, job.NewID())
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "printer"})
	r.settled(t, uid)
	if n := r.rows(t, "select count(*) from job where kind = 'spaceship'"); n != 1 {
		t.Errorf("%d of the job that cannot be read here are left, want it", n)
	}
}

// Promise 8: however many writes are queued, fetches go on.
func TestAQueueOfWritesDoesNotStarveFetches(t *testing.T) {
	v := newVendor()
	var fetched atomic.Int64
	v.before = func(*job.Job) error {
		fixture.Eventually(t, "a fetch goes past the writes", func() bool { return fetched.Load() > 0 })
		return nil
	}
	v.look = func() { fetched.Add(1) }
	r := start(t, v, 1)
	for i := range 30 {
		id := strconv.Itoa(i)
		v.tickets[id] = &psav1.Ticket{Summary: "old"}
		r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: r.Learn(t, "acme", id, "old")}, Summary: "new"})
	}
	if err := mirror.QueueFetch(context.Background(), r.DB, "acme", mirror.Ref{Kind: "ticket", VendorID: "7"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	r.wake("acme")
	fixture.Eventually(t, "all writes are made", func() bool { return len(v.made()) == 30 })
}

// What somebody else cleared is not a value that an earlier write of ours put there.
func TestAClearedFieldSupersedesAGuardedWrite(t *testing.T) {
	v := newVendor()
	v.tickets["1"] = &psav1.Ticket{}
	r := start(t, v, 0)
	uid := r.Learn(t, "acme", "1", "old")
	_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "ours", Guarded: true})
	_, err := r.DB.Exec(context.Background(), `insert into job (id, format, connection, kind, uid, lane, class, operation, patch, paths, state, settled_at)
		values ($1, 1, 'acme', 'ticket', $2, 'x', 0, 'Update', '', '{details}', 4, clock_timestamp())`, job.NewID(), uid)
	if err != nil {
		t.Fatal(err)
	}
	r.Learn(t, "acme", "1", "")
	resume(t, r)
	if r.settled(t, uid); r.class(t, id) != "SUPERSEDED" {
		t.Errorf("class %q, want SUPERSEDED", r.class(t, id))
	}
}

// An etag guards a deletion until it is sent, against others and not against what the caller itself wrote before.
func TestAGuardedDeletionIsSupersededByOthersOnly(t *testing.T) {
	for name, row := range map[string]struct {
		before func(t *testing.T, r *rig, uid uuid.UUID)
		after  func(t *testing.T, r *rig)
		class  string
	}{
		"nobody changed it":        {},
		"somebody else changed it": {after: func(t *testing.T, r *rig) { t.Helper(); r.Learn(t, "acme", "1", "theirs") }, class: "SUPERSEDED"},
		"the caller changed it before": {before: func(t *testing.T, r *rig, uid uuid.UUID) {
			t.Helper()
			r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "ours"})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			v.tickets["1"] = &psav1.Ticket{Summary: "old"}
			r := start(t, v, 0)
			uid := r.Learn(t, "acme", "1", "old")
			if row.before != nil {
				row.before(t, r, uid)
			}
			_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Delete", Effect: mirror.Deletes, Target: mirror.Target{UID: uid}, Guarded: true})
			if row.after != nil {
				row.after(t, r)
			}
			resume(t, r)
			if r.settled(t, uid); r.class(t, id) != row.class {
				t.Errorf("class %q, want %q", r.class(t, id), row.class)
			}
		})
	}
}

// What the vendor fills in by itself while it creates is nobody's change.
func TestAWriteAcceptedDuringTheCreateIsNotSupersededByWhatTheVendorFillsIn(t *testing.T) {
	v := newVendor()
	r := start(t, v, 0)
	uid, _ := r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates})
	_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "ours", Guarded: true})
	v.fillIn = "filled in"
	resume(t, r)
	if got := r.settled(t, uid); r.class(t, id) != "" || got.GetSummary() != "ours" {
		t.Errorf("class %q, summary %q", r.class(t, id), got.GetSummary())
	}
}

func (r *rig) rows(t *testing.T, sql string) (n int) {
	t.Helper()
	if err := r.DB.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
