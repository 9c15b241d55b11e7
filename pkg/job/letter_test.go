package job_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

func TestARefusedWriteIsReplayedAsANewJobAndOnce(t *testing.T) {
	v := newVendor()
	x := &refusing{bad: "bad"}
	v.before = x.before
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
	v := newVendor()
	x := &refusing{bad: "bad"}
	v.before = x.before
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
	v := newVendor()
	x := &refusing{bad: "bad"}
	v.before = x.before
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

func TestWithACreateWhatWasBuriedWithItIsReplayedInOrder(t *testing.T) {
	v := newVendor()
	x := &refusing{bad: "new"}
	release := make(chan struct{})
	v.before = func(j *job.Job) error { <-release; return x.before(j) }
	r := start(t, v, 1)
	uid, create := r.create(t, "new")
	var followers []uuid.UUID
	for i := range 5 {
		followers = append(followers, r.update(t, uid, fmt.Sprint("then ", i)))
	}
	close(release)
	l := r.letter(t, create)
	_, err := r.jobs.Replay(t.Context(), "acme", r.letter(t, followers[0]).ID, somebody)
	if got := reason(t, err); got != "CREATE_REFUSED" {
		t.Errorf("a follower by itself: %v", err)
	}
	x.allowed.Store(true)
	r.replay(t, l, somebody)
	got := r.settled(t, uid)
	want := []string{"101=new", "101=then 0", "101=then 1", "101=then 2", "101=then 3", "101=then 4"}
	if !slices.Equal(v.made(), want) || got.GetMirror().GetRefusal() != nil {
		t.Errorf("made %v, refusal %v; want %v", v.made(), got.GetMirror().GetRefusal(), want)
	}
	for _, id := range followers {
		if f := r.letter(t, id); f.Resolution != job.Replayed || f.Predecessor != create || f.ResolvedBy != "ann" {
			t.Errorf("follower %+v", f)
		}
	}
}

func TestADiscardTakesItsRefusalOffTheEntity(t *testing.T) {
	v := newVendor()
	v.before = refuse
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	l := r.letter(t, r.update(t, uid, "bad"))
	r.settled(t, uid)
	for range 2 {
		var err error
		if l, err = r.jobs.Discard(t.Context(), "acme", l.ID, somebody); err != nil || l.Resolution != job.Discarded {
			t.Fatalf("letter %+v, %v", l, err)
		}
	}
	if got := r.Read(t, uid); got.GetMirror().GetRefusal() != nil || got.GetSummary() != "old" {
		t.Errorf("ticket %v, want no refusal", got)
	}
	_, err := r.jobs.Replay(t.Context(), "acme", l.ID, somebody)
	if got := reason(t, err); got != "RESOLVED" {
		t.Errorf("replayed after it was discarded: %v", err)
	}
}

func TestADiscardedCreateIsDeletedAndItsFollowersAreDiscarded(t *testing.T) {
	v := newVendor()
	release := make(chan struct{})
	v.before = func(j *job.Job) error { <-release; return refuse(j) }
	r := start(t, v, 1)
	uid, create := r.create(t, "new")
	follower := r.update(t, uid, "then")
	_, dependant := r.create(t, "other", uid)
	close(release)
	r.letter(t, dependant)
	if _, err := r.jobs.Discard(t.Context(), "acme", r.letter(t, create).ID, somebody); err != nil {
		t.Fatal(err)
	}
	for _, id := range []uuid.UUID{create, follower, dependant} {
		if l := r.letter(t, id); l.Resolution != job.Discarded || l.ResolvedBy != "ann" {
			t.Errorf("letter %+v, want it discarded", l)
		}
	}
	if got := r.Read(t, uid); got.GetMirror().GetDeleteTime() == nil || got.GetMirror().GetRefusal() != nil {
		t.Errorf("ticket %v, want it deleted", got)
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

func (r *rig) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := r.DB.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
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

func TestABatchReplaysWhatItSelectsInOrderAndOnce(t *testing.T) {
	v := newVendor()
	x := &refusing{bad: "bad"}
	v.before = x.before
	r := start(t, v, 2)
	const each = 4
	var uids []uuid.UUID
	for i := range 5 {
		id := fmt.Sprint(i + 1)
		v.tickets[id] = &psav1.Ticket{Summary: "old"}
		uid := r.Learn(t, "acme", id, "old")
		uids = append(uids, uid)
		for n := range each {
			r.update(t, uid, fmt.Sprint("bad ", n))
		}
		r.settled(t, uid)
	}
	r.exec(t, `update dead_letter set class = 'EXHAUSTED' where uid = $1`, uids[4])
	x.allowed.Store(true)
	ask := job.Batch{Connection: "acme", Action: job.Replayed, Filter: job.LetterFilter{Classes: []string{"REFUSED"}}, Caller: "ann", Rate: 500}
	n, sample, err := r.jobs.Select(t.Context(), r.DB, "acme", ask.Filter, 3)
	if err != nil || n != 4*each || len(sample) != 3 {
		t.Fatalf("selects %d, shows %d, %v", n, len(sample), err)
	}
	ids := map[uuid.UUID]bool{}
	for range 2 { // pressed twice
		b, err := r.jobs.Begin(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		ids[b.ID] = true
	}
	var b job.Batch
	for id := range ids {
		fixture.Eventually(t, "the batch has ended", func() bool {
			if b, err = r.jobs.Batch(t.Context(), r.DB, "acme", id); err != nil {
				t.Fatal(err)
			}
			return !b.EndedAt.IsZero()
		})
	}
	for _, uid := range uids {
		r.settled(t, uid)
	}
	made := v.made()
	if len(made) != 4*each {
		t.Fatalf("made %v, want each once", made)
	}
	for i := range 4 {
		of := slices.DeleteFunc(slices.Clone(made), func(s string) bool { return !strings.HasPrefix(s, fmt.Sprint(i+1, "=")) })
		if !slices.IsSorted(of) || len(of) != each {
			t.Errorf("ticket %d: %v, want its writes in order", i+1, of)
		}
	}
	if len(ids) == 1 && b.Done != 4*each {
		t.Errorf("done %d, want %d", b.Done, 4*each)
	}
}

// A replica that dies in the middle of a batch leaves its lease and its place.
func TestABatchGoesOnAfterACrash(t *testing.T) {
	v := newVendor()
	v.before = refuse
	r := start(t, v, 1)
	for i := range 3 {
		uid := r.Learn(t, "acme", fmt.Sprint(i+1), "old")
		r.letter(t, r.update(t, uid, "bad"))
	}
	var middle int64
	if err := r.DB.QueryRow(t.Context(), `select seq from dead_letter order by seq offset 1 limit 1`).Scan(&middle); err != nil {
		t.Fatal(err)
	}
	r.exec(t, `insert into dead_letter_batch (id, connection, action, filter, caller, reason, rate, upto, place, selected, lease, lease_until)
		select $1, 'acme', 'discarded', '{}', 'ann', 'why', 100, max(seq), $2, 3, 1, now() from dead_letter`, job.NewID(), middle)
	fixture.Eventually(t, "it has gone on from its place", func() bool {
		return r.rows(t, `select count(*) from dead_letter_batch where ended_at is not null`) == 1
	})
	if n := r.rows(t, `select count(*) from dead_letter where resolution = 'discarded'`); n != 1 {
		t.Errorf("%d discarded, want the last one", n)
	}
}

func TestAWriteWaitsForTheCreateThatItRefersTo(t *testing.T) {
	v := newVendor()
	release := make(chan struct{})
	var told []string
	v.before = func(j *job.Job) error {
		if p, _ := j.Patch.(*psav1.Ticket); p.GetSummary() == "client" {
			<-release
		}
		for _, ref := range j.References {
			id, _ := j.VendorIDOf(ref.UID)
			told = append(told, id)
		}
		return nil
	}
	r := start(t, v, 1)
	client, _ := r.create(t, "client")
	uid, id := r.create(t, "ticket", client)
	r.update(t, uid, "later")
	if got := r.state(t, id); got != job.Waiting {
		t.Errorf("state %v, want it to wait", got)
	}
	close(release)
	if got := r.settled(t, uid); got.GetSummary() != "later" || !slices.Equal(told, []string{"101"}) {
		t.Errorf("ticket %v, told of %v; want the client's real id", got, told)
	}
	if want := []string{"101=client", "102=ticket", "102=later"}; !slices.Equal(v.made(), want) {
		t.Errorf("made %v, want %v", v.made(), want)
	}
}

// What a settle, or a sight, or a merge did not get to is made good from Postgres alone.
func TestTheScanLetsGoOnWhatWaitsForWhatIsThere(t *testing.T) {
	for name, merged := range map[string]bool{"and for what was merged": true, "as it is": false} {
		t.Run(name, func(t *testing.T) { theScanLetsGoOn(t, merged) })
	}
}

func theScanLetsGoOn(t *testing.T, merged bool) {
	t.Helper()
	v := newVendor()
	v.tickets["3"], v.tickets["7"] = &psav1.Ticket{Summary: "older"}, &psav1.Ticket{Summary: "client"}
	r := start(t, v, 1)
	r.Learn(t, "acme", "3", "older")
	client := r.Learn(t, "acme", "7", "client")
	uid, id := r.create(t, "ticket", client)
	r.settled(t, uid)
	if merged {
		r.became(t, "7", "3")
	}
	r.exec(t, `update job set state = 0, blocked = 1, folded = true where id = $1`, id)
	r.exec(t, `update reference set vendor_id = null where job = $1`, id)
	fixture.Eventually(t, "it goes on", func() bool { return r.state(t, id) > job.Claimed })
	if class := r.class(t, id); class != "" {
		t.Errorf("buried as %s", class)
	}
}

func TestWithACreateWhatRefersToItIsBuriedAndReplayed(t *testing.T) {
	v := newVendor()
	x := &refusing{bad: "client"}
	release := make(chan struct{})
	v.before = func(j *job.Job) error { <-release; return x.before(j) }
	r := start(t, v, 1)
	client, create := r.create(t, "client")
	uid, dependant := r.create(t, "ticket", client)
	last, second := r.create(t, "second", uid) // refers to what refers to it
	close(release)
	for _, id := range []uuid.UUID{dependant, second} {
		if l := r.letter(t, id); l.Class != job.Predecessor {
			t.Errorf("class %s, want PREDECESSOR", l.Class)
		}
	}
	_, _, err := r.TryAccept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "x", RefersTo: []uuid.UUID{client}})
	if fault.Of(err).Reason != "CREATE_REFUSED" {
		t.Errorf("accepted what refers to what was refused: %v", err)
	}
	_, err = r.jobs.Replay(t.Context(), "acme", r.letter(t, dependant).ID, somebody)
	if got := reason(t, err); got != "CREATE_REFUSED" {
		t.Errorf("a dependant by itself: %v", err)
	}
	x.allowed.Store(true)
	r.replay(t, r.letter(t, create), somebody)
	for _, u := range []uuid.UUID{client, uid, last} {
		r.settled(t, u)
	}
	fixture.Eventually(t, "all are made", func() bool { return len(v.made()) == 3 })
	if want := []string{"101=client", "102=ticket", "103=second"}; !slices.Equal(v.made(), want) {
		t.Errorf("made %v, want %v", v.made(), want)
	}
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

// More of them than are dealt with at once; and one that is left does not hold up the others.
func TestManyFollowersAreReplayedInPortions(t *testing.T) {
	v := newVendor()
	x := &refusing{bad: "client"}
	release := make(chan struct{})
	v.before = func(j *job.Job) error { <-release; return x.before(j) }
	r := start(t, v, 1)
	client, create := r.create(t, "client")
	const many = 110
	for i := range many {
		r.create(t, fmt.Sprint("ticket ", i), client)
	}
	close(release)
	fixture.Eventually(t, "all are buried", func() bool {
		return r.rows(t, `select count(*) from dead_letter where class = 'PREDECESSOR'`) == many
	})
	x.allowed.Store(true)
	r.replay(t, r.letter(t, create), somebody)
	fixture.Eventually(t, "all are made", func() bool { return len(v.made()) == many+1 })
	fixture.Eventually(t, "no letter is left", func() bool {
		return r.rows(t, `select count(*) from dead_letter where resolution <> 'replayed' or followers <> ''`) == 0
	})
}

func TestWhatWasDealtWithIsForgottenWithItsJob(t *testing.T) {
	v := newVendor()
	v.before = refuse
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	one, two := r.letter(t, r.update(t, uid, "a")), r.letter(t, r.update(t, uid, "b"))
	if _, err := r.jobs.Discard(t.Context(), "acme", one.ID, somebody); err != nil {
		t.Fatal(err)
	}
	if n, err := r.jobs.Forget(t.Context(), time.Now().Add(time.Hour), 100); err != nil || n != 1 {
		t.Errorf("forgot %d, %v; want the job of the one that was discarded", n, err)
	}
	if r.letter(t, two.Job).Resolution != job.Open || r.rows(t, `select count(*) from dead_letter`) != 1 || r.rows(t, `select count(*) from dead_letter_act`) != 0 {
		t.Error("want the open one kept, and no more")
	}
	if n := r.rows(t, `select count(*) from attempt where job not in (select id from job)`); n != 0 {
		t.Errorf("%d attempts at a job that is forgotten", n)
	}
}

// A create that is refused once more takes back what it had not revived yet.
func TestWhatASecondRefusalLeavesIsReplayedWithTheThird(t *testing.T) {
	v := newVendor()
	x := &refusing{bad: "client"}
	release := make(chan struct{})
	v.before = func(j *job.Job) error { <-release; return x.before(j) }
	r := start(t, v, 1)
	client, create := r.create(t, "client")
	uid, dependant := r.create(t, "ticket", client)
	close(release)
	l := r.letter(t, dependant)
	second := r.replay(t, r.letter(t, create), somebody).Replay
	r.letter(t, second)
	r.exec(t, `update dead_letter set resolved_at = null, resolution = '', predecessor = $2 where id = $1`, l.ID, create) // as if it had come too late
	r.exec(t, `update job set state = 5, folded = false where id = $1`, dependant)
	x.allowed.Store(true)
	r.replay(t, r.letter(t, second), somebody)
	fixture.Eventually(t, "both are made", func() bool { return len(v.made()) >= 2 })
	if got := r.settled(t, uid); got.GetSummary() != "ticket" {
		t.Errorf("ticket %v", got)
	}
}
