package job_test

import (
	"context"
	"slices"
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

func TestARefusedWriteIsReplayedAsANewJobAndOnce(t *testing.T) {
	v, x := refusingVendor("bad")
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	id := r.update(t, uid, "bad")
	l := r.letter(t, id)
	r.settled(t, uid)
	x.allowed.Store(true)
	l = r.replay(t, l, somebody)
	if l.Replay == id || l.Replay == (uuid.UUID{}) || l.Resolution != job.Replayed || l.ResolvedBy != "ann" {
		t.Errorf("letter %+v, want it replayed by ann as another job", l)
	}
	if again := r.replay(t, l, somebody); again.Replay != l.Replay {
		t.Errorf("pressed twice: jobs %v and %v", l.Replay, again.Replay)
	}
	got := r.settled(t, uid)
	if got.GetSummary() != "bad" || got.GetMirror().GetRefusal() != nil || !slices.Equal(v.made(), []string{"1=bad"}) {
		t.Errorf("ticket %v after %v, want the write made once and no refusal", got, v.made())
	}
	acts, err := r.jobs.Acts(t.Context(), r.DB, l.ID, 10)
	if err != nil || len(acts) != 1 || acts[0].Caller != "ann" || acts[0].Reason != "it is fixed" || acts[0].Job != l.Replay {
		t.Errorf("acts %+v, %v", acts, err)
	}
}

func TestAReplayOfWhatSomebodyElseHasChangedIsLeftUnlessToldTo(t *testing.T) {
	v, x := refusingVendor("bad")
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	l := r.letter(t, r.update(t, uid, "bad"))
	r.settled(t, uid)
	r.Learn(t, "acme", "1", "theirs")
	x.allowed.Store(true)
	_, err := r.jobs.Replay(t.Context(), "acme", l.ID, somebody)
	if got := reason(t, err); got != job.ReasonMovedOn || r.letter(t, l.Job).Resolution != job.Open {
		t.Errorf("%v, want %s and the letter open", err, job.ReasonMovedOn)
	}
	r.replay(t, l, job.Decision{Caller: "ann", Overwrite: true})
	if got := r.settled(t, uid); got.GetSummary() != "bad" {
		t.Errorf("overwritten: %v", got)
	}
}

func TestAReplayOverOurOwnLaterWriteIsMade(t *testing.T) {
	v, x := refusingVendor("bad")
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	l := r.letter(t, r.update(t, uid, "bad"))
	r.update(t, uid, "later")
	r.settled(t, uid)
	x.allowed.Store(true)
	r.replay(t, l, somebody)
	if got := r.settled(t, uid); got.GetSummary() != "bad" {
		t.Errorf("ticket %v, want the replayed write at the end of its lane", got)
	}
}

func TestAnUnknownOutcomeKeepsItsMarkAndIsLookedFor(t *testing.T) {
	v := newVendor()
	v.after = lost
	v.refuse = 1 << 30 // looks
	r := start(t, v, 1)
	uid, id := r.create(t, "printer")
	l := r.letter(t, id)
	if l.Class != job.OutcomeUnknown {
		t.Fatalf("class %s", l.Class)
	}
	v.mu.Lock()
	v.refuse = 0
	v.mu.Unlock()
	if l = r.replay(t, l, somebody); l.Replay != id {
		t.Errorf("replayed as %v, want the same job", l.Replay)
	}
	got := r.settled(t, uid)
	if len(v.made()) != 1 || got.GetName() != "connections/acme/tickets/101" || got.GetMirror().GetRefusal() != nil {
		t.Errorf("made %v, ticket %v; want the one that was found", v.made(), got)
	}
}

func TestWhatNothingCanLookForWaitsForAPersonsWord(t *testing.T) {
	v := newVendor()
	v.before = once(lost)
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Charge", Target: mirror.Target{UID: uid}, Summary: "new"})
	l := r.letter(t, id)
	_, err := r.jobs.Replay(t.Context(), "acme", l.ID, somebody)
	if got := reason(t, err); got != "CANNOT_TELL" {
		t.Errorf("%v, want CANNOT_TELL", err)
	}
	if l = r.replay(t, l, job.Decision{Caller: "ann", NotApplied: true}); l.Replay == id {
		t.Error("sent again with the mark of what may have been applied")
	}
	if got := r.settled(t, uid); got.GetSummary() != "new" || len(v.made()) != 1 {
		t.Errorf("ticket %v after %v", got, v.made())
	}
}

// Promise 2: what the vendor took is never called refused.
func TestASuccessThatComesAfterTheBurialIsTakenIn(t *testing.T) {
	v := newVendor()
	entered, release := make(chan struct{}), make(chan struct{})
	v.after = once(func(*job.Job) error { close(entered); <-release; return nil })
	r := start(t, v, 1)
	uid, id := r.create(t, "printer")
	<-entered
	r.exec(t, `update job set lease = lease + 1 where id = $1`, id) // somebody else had it by now
	claimed := &job.Job{ID: id, Connection: "acme", Kind: "ticket", UID: uid, Effect: mirror.Creates, Operation: "Create"}
	if err := r.DB.QueryRow(t.Context(), `select lane, lease from job where id = $1`, id).Scan(&claimed.Lane, &claimed.Opened.Seq); err != nil {
		t.Fatal(err)
	}
	if err := r.jobs.BuryForTest(t.Context(), claimed, job.OutcomeUnknown); err != nil {
		t.Fatal(err)
	}
	if got := r.Read(t, uid); got.GetMirror().GetRefusal() == nil {
		t.Fatalf("ticket %v, want a refusal", got)
	}
	close(release)
	fixture.Eventually(t, "the letter is resolved", func() bool { return r.letter(t, id).Resolution == job.Succeeded })
	got := r.settled(t, uid)
	if got.GetMirror().GetRefusal() != nil || got.GetName() != "connections/acme/tickets/101" {
		t.Errorf("ticket %v, want it created", got)
	}
}

// A webhook about our own create can come after it was buried as unknown. What was buried with it waits for a person: it would
// overtake what has been accepted since.
func TestASightOfABuriedCreateResolvesIt(t *testing.T) {
	v := newVendor()
	var found atomic.Bool
	v.after = func(j *job.Job) error {
		if found.Load() {
			return nil
		}
		return lost(j)
	}
	v.refuse = 1 << 30
	r := start(t, v, 1)
	uid, id := r.create(t, "printer")
	follower := r.update(t, uid, "then")
	r.letter(t, id)
	r.letter(t, follower)
	found.Store(true)
	if err := mirror.QueueFetch(t.Context(), r.DB, "acme", mirror.Ref{Kind: "ticket", VendorID: "101"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	r.wake("acme")
	fixture.Eventually(t, "the letter is resolved", func() bool { return r.letter(t, id).Resolution == job.Succeeded })
	if got := r.letter(t, follower).Resolution; got != job.Open {
		t.Errorf("the letter of its follower is %q, want it open", got)
	}
	r.replay(t, r.letter(t, follower), somebody)
	fixture.Eventually(t, "its follower is made", func() bool { return slices.Equal(v.made(), []string{"101=printer", "101=then"}) })
	if got := r.settled(t, uid); got.GetSummary() != "then" || got.GetMirror().GetRefusal() != nil {
		t.Errorf("ticket %v", got)
	}
}

func TestAFetchLetterIsReplayedByLookingAgain(t *testing.T) {
	v := newVendor()
	r := start(t, v, 1)
	v.tickets["7"] = &psav1.Ticket{Summary: "seven"}
	r.exec(t, `insert into dead_letter (id, connection, kind, vendor_id, class) values ($1, 'acme', 'ticket', '7', 'SCHEMA_DRIFT')`, uuid.New())
	letters, err := r.jobs.Letters(t.Context(), r.DB, []string{"acme"}, job.LetterFilter{Resolutions: []job.Resolution{job.Open}}, 0, 10)
	if err != nil || len(letters) != 1 {
		t.Fatalf("%v, %v", letters, err)
	}
	r.replay(t, letters[0], somebody)
	fixture.Eventually(t, "it is in the mirror", func() bool { return r.rows(t, "select count(*) from ticket where vendor_id = '7'") == 1 })
}

// Several calls: the next attempt, and the replay, go on at the step that failed.
func TestAReplayGoesOnAtTheStepThatFailed(t *testing.T) {
	v := newVendor()
	fail := []error{&fault.Error{Kind: fault.Unavailable, Reason: "DOWN"}, refuse(nil), nil}
	calls := 0
	attempt := func(ctx context.Context, j *job.Job, p *psav1.Ticket) (job.Result, error) {
		id, err := j.Step(ctx, "make", func(context.Context) (string, error) { return v.change(j, p).VendorID, nil })
		if err != nil {
			return job.Result{}, err
		}
		_, err = j.Step(ctx, "mail", func(context.Context) (string, error) { calls++; return "", fail[calls-1] })
		return job.Result{VendorID: id}, err
	}
	op, err := job.Operation[*psav1.Ticket]{
		Name: "Make", Kind: "ticket", Effect: mirror.Creates, Safety: job.Probed, Probe: v.probe, Attempt: attempt, Steps: []string{"make", "mail"},
	}.Bind()
	if err != nil {
		t.Fatal(err)
	}
	v.more = append(v.more, op)
	r := start(t, v, 1)
	uid, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Make", Effect: mirror.Creates, Summary: "printer"})
	l := r.letter(t, id)
	if got := r.Read(t, uid); got.GetName() != "connections/acme/tickets/101" || got.GetMirror().GetRefusal() == nil {
		t.Errorf("ticket %v, want it created, with a refusal", got)
	}
	again := r.replay(t, l, somebody).Replay
	fixture.Eventually(t, "it is made", func() bool { return r.state(t, again) == job.Done })
	if got := r.Read(t, uid); got.GetMirror().GetRefusal() != nil || len(v.made()) != 1 || calls != 3 {
		t.Errorf("made %v with %d calls of the second step; want one, and three", v.made(), calls)
	}
}
