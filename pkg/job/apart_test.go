package job_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Promise 7: a dead letter that somebody holds, and that would have to follow its create, keeps no decision about others from going on.
func TestAFollowerThatCannotBeDealtWithKeepsNoBatchFromGoingOn(t *testing.T) {
	r := start(t, newVendor(), 0)
	db, err := pg.Open(t.Context(), r.DB.Config().ConnString(), pg.Config{LockTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	jobs, err := job.NewStore(db, r.Mirror, r.Gate, r.vendor.ops(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	first, create := r.create(t, "first")
	_, follower := r.create(t, "refers to the first", first)
	update := r.update(t, r.Learn(t, "acme", "1", "old"), "bad")
	got, err := jobs.Claim(t.Context(), "acme", 10, 10, job.Claims{Attempt: time.Minute, Lease: time.Minute})
	if err != nil || len(got.Jobs) != 2 {
		t.Fatalf("%d jobs, %v; want the create and the update", len(got.Jobs), err)
	}
	for _, j := range got.Jobs {
		if _, err := jobs.FailForTest(t.Context(), j, refuse(j)); err != nil {
			t.Fatal(err)
		}
	}
	letters := map[uuid.UUID]job.Letter{}
	for _, id := range []uuid.UUID{create, follower, update} {
		letters[id] = r.letter(t, id)
	}
	held, err := r.DB.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback(context.Background()) }()
	if _, err := held.Exec(t.Context(), "select 1 from dead_letter where id = $1 for update", letters[follower].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := jobs.Replay(t.Context(), "acme", letters[create].ID, somebody); err != nil {
		t.Fatal(err)
	}
	_, err = jobs.Begin(t.Context(), job.Batch{
		Connection: "acme", Action: job.Replayed, Filter: job.LetterFilter{UID: letters[update].UID}, Caller: "ann", Rate: 100,
	})
	if err != nil {
		t.Fatal(err)
	}
	fixture.Eventually(t, "the batch goes on", func() bool {
		_, err = jobs.ResumeBatch(t.Context())
		return r.letter(t, update).Resolution == job.Replayed
	})
	if err == nil || r.letter(t, follower).Resolution != job.Open {
		t.Errorf("the follower that is held: %v, and nobody is told: %v", r.letter(t, follower).Resolution, err)
	}
	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	fixture.Eventually(t, "it follows", func() bool {
		_, err = jobs.ResumeBatch(t.Context())
		return err == nil && r.letter(t, follower).Resolution == job.Replayed
	})
}
