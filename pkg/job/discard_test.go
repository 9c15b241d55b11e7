package job_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/job"
)

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
