package job_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/job"
)

// One row that this build cannot deal with is nobody else's trouble.
func TestTheScanReapsWhateverItCannotBury(t *testing.T) {
	for name, row := range map[string]struct {
		sql    string // breaks the waiting job $1
		failed bool
	}{
		"a reference of an unknown kind": {`update reference set kind = 'spaceship', uid = gen_random_uuid() where job = $1`, false},
		"a job whose entity is gone": {`with gone as (delete from ticket where uid = (select uid from job where id = $1))
			update reference set uid = gen_random_uuid() where job = $1`, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, newVendor(), 0)
			first, create := r.create(t, "first")
			_, waiting := r.create(t, "waiting", first)
			r.exec(t, row.sql, waiting)
			r.claim(t)
			r.exec(t, `update job set lease_until = now() where id = $1`, create)
			if err := r.jobs.Scan(t.Context()); (err != nil) != row.failed {
				t.Errorf("scan: %v", err)
			}
			if a, b := r.state(t, create), r.state(t, waiting); a != job.Queued || b != job.Waiting {
				t.Errorf("states %v and %v, want the lost one queued and the other left", a, b)
			}
		})
	}
}

// Those that are left where they are, however many, hide nobody behind them.
func TestTheScanReadsOnBehindTheOrphansThatItLeaves(t *testing.T) {
	r := start(t, newVendor(), 0)
	r.exec(t, `with j as (
		insert into job (id, format, connection, kind, uid, lane, class, operation, state, blocked)
		select gen_random_uuid(), 1, 'aaa', 'ticket', gen_random_uuid(), n::text, 0, 'Update', 0, 1 from generate_series(1, $1) n returning id)
		insert into reference (job, connection, kind, uid) select id, 'aaa', 'spaceship', gen_random_uuid() from j`, 1000)
	first, _ := r.create(t, "first")
	_, waiting := r.create(t, "waiting", first)
	r.exec(t, `update reference set uid = gen_random_uuid() where job = $1`, waiting)
	for range 2 {
		if err := r.jobs.Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.state(t, waiting); got != job.Dead {
		t.Errorf("state %v, want it buried", got)
	}
}

func TestTheScanWakesEachConnectionWhereSomethingWasReleased(t *testing.T) {
	r := start(t, newVendor(), 0)
	woken := map[string]bool{}
	jobs, err := job.NewStore(r.DB, r.Mirror, r.Gate, r.vendor.ops(t), func(c, _ string) { woken[c] = true })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"acme", "other"} {
		uid, id := r.Learn(t, c, "1", "old"), job.NewID()
		r.exec(t, `insert into job (id, format, connection, kind, uid, lane, class, operation, state, blocked)
			values ($1, 1, $2, 'ticket', $3, 'x', 0, 'Update', 0, 1)`, id, c, uuid.New())
		r.exec(t, `insert into reference (job, connection, kind, uid) values ($1, $2, 'ticket', $3)`, id, c, uid)
	}
	if err := jobs.Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(woken)); !slices.Equal(got, []string{"acme", "other"}) {
		t.Errorf("woke %v, want both", got)
	}
}
