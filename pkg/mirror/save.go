package mirror

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// saving collects what judged observations change, and writes it in one batch.
type saving struct {
	*applying
	drafts map[*Entity]*draft
	order  []*draft
	known  *Writing // what had a row before
}

// draft is an entity about to be written.
type draft struct {
	*Entity
	isNew   bool
	was     Message // confirmed, before
	traces  traces  // before
	changed bool    // the confirmed state or what is folded over it
	whole   bool    // the payload was seen whole
	obs     []int
}

// traces are what an observation may move of an entity without changing it.
type traces struct {
	closed                int64
	version               *int64
	time, suspected, asOf time.Time
}

func (e *Entity) traces() traces {
	return traces{closed: e.Closed.Seq, version: e.VendorVersion, time: e.VendorTime, suspected: e.SuspectedAt, asOf: e.AsOf}
}

func (s *saving) judge(ctx context.Context, i int) error {
	o := s.obs[i]
	if o.renames() {
		s.united(i)
		return nil
	}
	if passed, err := s.passOn(ctx, i); passed || err != nil {
		return err
	}
	if s.orphan(o) {
		s.results[i] = Result{Ref: o.Ref, Outcome: Dropped}
		return nil
	}
	d := s.draft(o)
	v := s.table.judge(d.Entity, o, s.now)
	if v.Outcome == Tombstoned && o.Presence == Absent {
		crowded, err := s.crowded(ctx)
		if err != nil {
			return err
		}
		if crowded {
			v = Verdict{Outcome: Withheld, FetchAt: s.now.At.Add(withheldLook)}
		}
	}
	s.table.hold(d.Entity, o, &v, s.now)
	s.note(d, i, v)
	return nil
}

// withheldLook is when an absence that is not believed, because there are so many, is looked at again.
const withheldLook = time.Hour

// draft is the entity that o is about; one that was never seen is made for it.
func (s *saving) draft(o Observation) *draft {
	e := s.entities[o.VendorID]
	isNew := e == nil
	if isNew {
		e = &Entity{Connection: s.connection, UID: newID(), VendorID: o.VendorID, CreatedAt: s.now.At, Parent: s.parents[o.Parent.VendorID]}
		s.entities[o.VendorID] = e
	}
	return s.draftOf(e, isNew)
}

func (s *saving) draftOf(e *Entity, isNew bool) *draft {
	d := s.drafts[e]
	if d == nil {
		d = &draft{Entity: e, isNew: isNew, was: e.Confirmed, traces: e.traces(), changed: isNew || s.adopted[e]}
		s.drafts[e], s.order = d, append(s.order, d)
	}
	return d
}

// orphan reports news of a child whose parent is not known, and asks for the parent and then for the child: soon if it
// was a hint or a listing that brought it, later if it was a look. A look at the child of a parent that was looked for
// twice and not found asks for nothing more: the vendor shows us a child of what it hides.
func (s *saving) orphan(o Observation) bool {
	if s.table.Parent == "" || s.entities[o.VendorID] != nil || s.parents[o.Parent.VendorID] != (uuid.UUID{}) {
		return false
	}
	if o.Presence != Present || o.Source == Fetch && s.hidden[o.Parent.VendorID] {
		return true
	}
	if o.Parent.VendorID != "" {
		s.jobs.looks = append(s.jobs.looks, s.store.Hinted(Ref{Kind: s.table.Parent, VendorID: o.Parent.VendorID}, s.now.At))
	}
	child := s.store.Hinted(o.Ref, s.now.At)
	if o.Source == Fetch {
		child.first = s.now.At.Add(s.table.SecondLook())
		child.last = child.first
	}
	s.jobs.looks = append(s.jobs.looks, child)
	return true
}

func (s *saving) note(d *draft, i int, v Verdict) {
	o := s.obs[i]
	s.results[i] = Result{Ref: o.Ref, UID: d.UID, Outcome: v.Outcome, Doubled: s.results[i].Doubled}
	d.obs = append(d.obs, i)
	d.changed = d.changed || v.Apply || len(v.Unfold) > 0
	d.whole = d.whole || v.Apply && o.Covers.Whole
	s.jobs.unfold = append(s.jobs.unfold, v.Unfold...)
	s.jobs.looks = append(s.jobs.looks, v.looks(o.Ref, s.now)...)
}

// save writes everything in one round trip and returns the observations whose insert another transaction won.
func (s *saving) save(ctx context.Context) ([]int, error) {
	b := &pgx.Batch{}
	var lost []int
	for _, d := range s.order {
		if err := s.put(b, d, &lost); err != nil {
			return nil, err
		}
	}
	s.known.Queue(b)
	if b.Len() == 0 {
		return nil, nil
	}
	if err := s.tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("save: %w", err)
	}
	return lost, nil
}

func (s *saving) put(b *pgx.Batch, d *draft, lost *[]int) error {
	if !d.changed {
		if d.Entity.traces() != d.traces {
			b.Queue(s.table.sql.touch, s.connection, d.UID, d.Closed.Seq, nullable(d.Closed.At), d.VendorVersion,
				nullable(d.VendorTime), nullable(d.SuspectedAt), nullable(d.AsOf))
		}
		return nil
	}
	shown, err := s.write(b, d, lost)
	if err != nil {
		return err
	}
	for _, i := range d.obs {
		s.results[i].Shown = shown
	}
	s.cue(d)
	return nil
}

// write writes a draft, and reports whether something visible moved.
func (s *saving) write(b *pgx.Batch, d *draft, lost *[]int) (shown bool, err error) {
	switch {
	case d.isNew:
		return s.queueInsert(b, d, lost)
	case d.whole:
		return s.known.add(d.Entity, replaced)
	}
	return s.known.add(d.Entity, updated)
}

// queueInsert inserts a first sight. Where another transaction won, the loser is judged again, against the winner's
// row.
func (s *saving) queueInsert(b *pgx.Batch, d *draft, lost *[]int) (shown bool, err error) {
	shown = s.table.refold(d.Entity)
	vs, err := s.table.values(d.Entity)
	if err != nil {
		return false, err
	}
	b.Queue(s.table.sql.insert, vs...).Exec(func(ct pgconn.CommandTag) error {
		if ct.RowsAffected() == 0 {
			*lost = append(*lost, d.obs...)
		}
		return nil
	})
	if shown {
		s.table.announce(b, d.Entity, "")
	}
	return shown, nil
}

// cue asks for what has probably changed with the entity.
func (s *saving) cue(d *draft) {
	if s.table.cues == nil || d.Confirmed == nil || d.dead() {
		return
	}
	for _, r := range s.table.cues(d.VendorID, d.was, d.Confirmed) {
		s.jobs.looks = append(s.jobs.looks, s.store.Hinted(r, s.now.At))
	}
}
