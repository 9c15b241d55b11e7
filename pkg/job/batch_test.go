package job_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
)

func TestABatchReplaysWhatItSelectsInOrderAndOnce(t *testing.T) {
	v, x := refusingVendor("bad")
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
