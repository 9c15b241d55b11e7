package mirror

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// Settlement is how a write ended at the vendor.
type Settlement struct {
	Job  uuid.UUID
	Kind string
	UID  uuid.UUID
	// VendorID is the id that a create was given; empty otherwise.
	VendorID string
	// Seen is the state that the vendor answered with; nil: none.
	Seen *Observation
}

// elsewhere is the id that the vendor answered about if that is no state of the entity that it calls vendorID: it was merged
// while the write was under way, or has made a double. Empty: the answer is about the entity itself, or about nothing.
func (n Settlement) elsewhere(vendorID string) string {
	switch {
	case n.VendorID != "" && n.VendorID != vendorID:
		return n.VendorID
	case n.Seen != nil && (n.Seen.renames() || vendorID != "" && n.Seen.VendorID != vendorID):
		return n.Seen.VendorID
	}
	return ""
}

// Settle takes in that the vendor accepted a write of the entity held, and gathers in w what is to be written. If what
// the vendor answered could be applied, or says what the row holds, the write is done; otherwise it stays folded until an
// observation opened later shows it, and a fetch is queued for that. An answer about another entity is an acceptance without
// a state, and that one is looked at too. It reports whether the write is done; if it is not, the write's Settled in h.Writes
// is what the job must keep.
func (s *Store) Settle(ctx context.Context, tx pgx.Tx, w *Writing, h Held, n Settlement) (done bool, err error) {
	t := s.byName[n.Kind]
	unnamed := h.VendorID == ""
	if err := s.christen(ctx, tx, t, h.Entity, n.VendorID); err != nil {
		return false, err
	}
	other := n.elsewhere(h.VendorID)
	if other != "" {
		n.Seen = nil
	}
	v, done := t.settle(h.Entity, n.Job, n.Seen, h.Now)
	as := updated
	if v.Apply && n.Seen.Covers.Whole {
		as = replaced
	}
	if _, err := w.add(h.Entity, as); err != nil {
		return false, err
	}
	others := slices.DeleteFunc(v.Unfold, func(id uuid.UUID) bool { return done && id == n.Job }) // who settles it says so of itself
	looks := append(v.looks(Ref{Kind: t.Name, VendorID: h.VendorID}, h.Now), s.Hinted(Ref{Kind: t.Name, VendorID: other}, h.Now.At))
	w.after.unfold, w.after.looks = append(w.after.unfold, others...), append(w.after.looks, looks...)
	if unnamed && h.VendorID != "" {
		w.after.born = append(w.after.born, born{uid: h.UID, vendorID: h.VendorID})
	}
	return done, nil
}

// christen gives e the vendor id that its create was given. What was seen under that id before anybody could know whose
// it is becomes one with e.
func (s *Store) christen(ctx context.Context, tx pgx.Tx, t *Table, e *Entity, vendorID string) error {
	if vendorID == "" || e.VendorID != "" {
		return nil
	}
	twins, err := t.query(ctx, tx, t.sql.load, e.Connection, []string{vendorID})
	if err != nil {
		return err
	}
	if len(twins) > 0 {
		if err := t.loadWrites(ctx, tx, e.Connection, twins); err != nil {
			return err
		}
		if err := s.merge(ctx, tx, t, e, twins[0], twins[0]); err != nil {
			return err
		}
	}
	e.VendorID = vendorID
	return nil
}

// Refuse takes a write of the locked entity e back: readers see what the vendor has, and why. A refused create stays
// readable by its uid.
func (s *Store) Refuse(ctx context.Context, tx pgx.Tx, kind string, e *Entity, job uuid.UUID, r *typev1.Refusal) error {
	e.unfold(job)
	e.Refusal = r
	return s.Refold(ctx, tx, kind, e)
}

// Refold writes the locked entity e as its writes and its refusal now are: after a dead letter was replayed (its job is
// folded again: lock e afterwards) or discarded (set e.Refusal to nil).
func (s *Store) Refold(ctx context.Context, tx pgx.Tx, kind string, e *Entity) error {
	t, b := s.byName[kind], &pgx.Batch{}
	if err := t.store(b, e, updated); err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("store %s %s: %w", t.Name, e.UID, err)
	}
	return nil
}

// Christen locks an entity and gives it the vendor id that its create was given, before the create is done: its first of
// several calls has made it.
func (s *Store) Christen(ctx context.Context, tx pgx.Tx, b *pgx.Batch, kind, connection string, uid uuid.UUID, vendorID string) error {
	t := s.byName[kind]
	h, err := s.Hold(ctx, tx, t, connection, Target{UID: uid}, nil)
	if err != nil || h.Entity == nil || h.VendorID != "" {
		return err
	}
	if err := s.christen(ctx, tx, t, h.Entity, vendorID); err != nil {
		return err
	}
	if err := t.store(b, h.Entity, updated); err != nil {
		return err
	}
	after := jobs{born: []born{{uid: uid, vendorID: vendorID}}}
	after.queue(b, connection)
	return nil
}
