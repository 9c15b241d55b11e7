package mirror_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// refer makes a write wait for a ticket that was created without its being released.
func (h *house) refer(job, to uuid.UUID) {
	h.t.Helper()
	h.exec(`update job set state = 0, blocked = blocked + 1 where id = $1`, job)
	h.exec(`insert into reference (job, connection, kind, uid) values ($1, $2, 'ticket', $3)`, job, acme, to)
}

func TestAMergeReleasesWhatWaitsForTheOneThatIsNoMore(t *testing.T) {
	h := newHouse(t)
	old, young := h.see("old", "a"), h.see("young", "b")
	job, _ := h.create(&psav1.Ticket{Summary: "c"}, "summary")
	both, _ := h.create(&psav1.Ticket{Summary: "d"}, "summary")
	h.refer(job, young)
	h.refer(both, young)
	h.refer(both, old)
	h.apply(h.became(mirror.Fetch, "young", "old"))
	if state := read[int](h, `select state from job where id = $1 and blocked = 0`, job); state != 1 {
		t.Errorf("state %d, want it to be runnable", state)
	}
	if state := read[int](h, `select state from job where id = $1 and blocked = 1`, both); state != 0 {
		t.Errorf("state %d, want it to wait for the other", state)
	}
	for _, id := range []uuid.UUID{job, both} {
		if is := read[string](h, `select coalesce(vendor_id, '') from reference where job = $1 and uid = $2`, id, young); is != "old" {
			t.Errorf("what it refers to is %q, want the one that lives on", is)
		}
	}
}

// TestReferencesAreLockedInTheOrderOfUIDs holds the row that comes first while a write is proposed: what comes after it is
// still free then.
func TestReferencesAreLockedInTheOrderOfUIDs(t *testing.T) {
	for name, propose := range map[string]func(h *house) (first, last uuid.UUID, p mirror.Proposal){
		"of what is named by its vendor id": func(h *house) (first, last uuid.UUID, p mirror.Proposal) {
			_, first = h.create(&psav1.Ticket{Summary: "a"}, "summary")
			last = h.see("2", "b")
			return first, last, h.update(vendorID("2"), first)
		},
		"of what is named as it was before a merge": func(h *house) (first, last uuid.UUID, p mirror.Proposal) {
			first = h.see("1", "a")
			_, last = h.create(&psav1.Ticket{Summary: "b"}, "summary")
			merged := h.see("2", "c")
			h.apply(h.became(mirror.Fetch, "2", "1"))
			return first, last, h.update(byUID(merged), last)
		},
		"of what a note is added to": func(h *house) (first, last uuid.UUID, p mirror.Proposal) {
			first = h.see("1", "a")
			_, last = h.create(&psav1.Ticket{Summary: "b"}, "summary")
			p = h.update(mirror.Target{}, last)
			p.Kind, p.Effect, p.Parent, p.Patch = "note", mirror.Creates, vendorID("1"), &psav1.Note{Text: "n"}
			return first, last, p
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			first, last, p := propose(h)
			var g errgroup.Group
			h.tx(func(tx pgx.Tx) error {
				const lock = `select from ticket where uid = $1 for update nowait`
				if _, err := tx.Exec(h.ctx, lock, first); err != nil {
					return err
				}
				g.Go(func() error { _, err := h.propose(p); return err })
				if err := h.somebodyWaits(); err != nil {
					return err
				}
				_, err := tx.Exec(h.ctx, lock, last)
				return err
			})
			if err := g.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func (h *house) update(target mirror.Target, refersTo uuid.UUID) mirror.Proposal {
	return mirror.Proposal{
		Job: uuid.Must(uuid.NewV7()), Target: target, Operation: "Update", Patch: &psav1.Ticket{Agent: "1"}, Paths: []string{"agent"},
		After: []mirror.Reference{{Kind: "ticket", UID: refersTo}},
	}
}

// somebodyWaits waits until somebody waits for a row.
func (h *house) somebodyWaits() error {
	ctx, cancel := context.WithTimeout(h.ctx, 2*time.Second)
	defer cancel()
	for waits := false; !waits; {
		err := h.db.QueryRow(ctx, `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`).Scan(&waits)
		if err != nil {
			return err
		}
	}
	return nil
}
