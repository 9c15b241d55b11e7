package mirror

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// MaxReferences bounds the entities that one write refers to.
const MaxReferences = 20

// Reference is an entity that a write refers to: by our uid, because it may not be created at the vendor yet.
type Reference struct {
	Kind     string
	UID      uuid.UUID
	VendorID string // empty until it is created
}

// Refer gives refs their vendor ids. What is not created yet it locks for key share until tx ends, so that nobody creates
// or buries it meanwhile; target, which locks the row of the kind and uid that are written to, is called in its place of
// the order. fault.NotFound: one of them is not there, or will never be created.
func (s *Store) Refer(ctx context.Context, tx pgx.Tx, connection string, refs []Reference, kind string, uid uuid.UUID, target func() error) ([]Reference, error) {
	if len(refs) == 0 {
		return nil, target()
	}
	refs, err := s.inOrder(refs)
	if err != nil {
		return nil, err
	}
	if kind, uid, err = s.foremost(ctx, tx, connection, kind, uid); err != nil {
		return nil, err
	}
	after := len(refs)
	if i := slices.IndexFunc(refs, func(r Reference) bool { return s.follows(r, kind, uid) }); i >= 0 {
		after = i
	}
	for i := range after {
		if err := s.resolve(ctx, tx, connection, &refs[i]); err != nil {
			return nil, err
		}
	}
	if err := target(); err != nil {
		return nil, err
	}
	for i := after; i < len(refs); i++ {
		if err := s.resolve(ctx, tx, connection, &refs[i]); err != nil {
			return nil, err
		}
	}
	return refs, nil
}

// inOrder is refs in the order in which rows are locked, each once.
func (s *Store) inOrder(refs []Reference) ([]Reference, error) {
	refs = slices.Clone(refs)
	for _, r := range refs {
		if s.byName[r.Kind] == nil {
			return nil, fmt.Errorf("refer to an entity of kind %q: no such kind", r.Kind)
		}
	}
	slices.SortFunc(refs, func(a, b Reference) int {
		return cmp.Or(cmp.Compare(s.rank(a.Kind), s.rank(b.Kind)), bytes.Compare(a.UID[:], b.UID[:]))
	})
	refs = slices.CompactFunc(refs, func(a, b Reference) bool { return a.Kind == b.Kind && a.UID == b.UID })
	if len(refs) > MaxReferences {
		return nil, &fault.Error{
			Kind: fault.Invalid, Reason: "TOO_MANY_REFERENCES",
			Message: fmt.Sprintf("a write may refer to at most %d entities, not %d", MaxReferences, len(refs)),
		}
	}
	return refs, nil
}

func (s *Store) rank(kind string) int {
	return slices.IndexFunc(s.tables, func(t *Table) bool { return t.Name == kind })
}

// foremost is the row that is locked first for the one of that kind and uid: what it was merged into, and of a child the
// parent. It may have moved before it is locked: then two may wait for each other, and one of them begins anew. The zero
// uid is of nothing that is locked.
func (s *Store) foremost(ctx context.Context, tx pgx.Tx, connection, kind string, uid uuid.UUID) (string, uuid.UUID, error) {
	if uid == (uuid.UUID{}) {
		return kind, uid, nil
	}
	living, err := s.Aliases(ctx, tx, kind, connection, Target{UID: uid})
	if is, ok := living[Target{UID: uid}]; ok {
		uid = is
	}
	t := s.byName[kind]
	if err != nil || t.Parent == "" {
		return kind, uid, err
	}
	err = tx.QueryRow(ctx, fmt.Sprintf("select parent from %s where connection = $1 and uid = $2", t.Table), connection, uid).Scan(&uid)
	if err != nil && !isNoRows(err) {
		return "", uid, fmt.Errorf("find the parent of a %s: %w", kind, err)
	}
	return t.Parent, uid, nil
}

// follows reports whether r is locked after the row of that kind and uid.
func (s *Store) follows(r Reference, kind string, uid uuid.UUID) bool {
	return cmp.Or(cmp.Compare(s.rank(r.Kind), s.rank(kind)), bytes.Compare(r.UID[:], uid[:])) > 0
}

// resolve gives r its vendor id. Only what has none is locked: an id that was given is never taken away. What was merged
// into another is that one.
func (s *Store) resolve(ctx context.Context, tx pgx.Tx, connection string, r *Reference) error {
	t := s.byName[r.Kind]
	for _, lock := range []string{"", " for key share"} {
		seen, err := t.refer(ctx, tx, connection, r.UID, lock)
		if err != nil {
			return err
		}
		if !seen.there || seen.deleted {
			return s.resolveAlias(ctx, tx, connection, r, seen)
		}
		if r.VendorID = seen.vendorID; r.VendorID != "" {
			return nil
		}
	}
	awaited, err := Awaited(ctx, tx, connection, r.UID)
	if err == nil && !awaited {
		err = noReference("CREATE_REFUSED", "was never created: replay its create first", r)
	}
	return err
}

// resolveAlias resolves r as what it lives on as, if it does.
func (s *Store) resolveAlias(ctx context.Context, tx pgx.Tx, connection string, r *Reference, was referred) error {
	living, err := aliases(ctx, tx, r.Kind, connection, []string{uidAlias(r.UID)})
	if err != nil {
		return err
	}
	if uid, ok := living[uidAlias(r.UID)]; ok {
		is, err := s.byName[r.Kind].refer(ctx, tx, connection, uid, "")
		if r.VendorID = is.vendorID; err != nil || r.VendorID != "" && !is.deleted {
			return err
		}
	}
	if was.there {
		return noReference("DELETED", "is deleted", r)
	}
	return noReference("NOT_FOUND", "is not there", r)
}

func noReference(reason, what string, r *Reference) error {
	return &fault.Error{Kind: fault.NotFound, Reason: reason, Message: fmt.Sprintf("it refers to a %s that %s: ~%s", r.Kind, what, r.UID)}
}

// referred is what is to be known of an entity that is referred to.
type referred struct {
	there, deleted bool
	vendorID       string
}

func (t *Table) refer(ctx context.Context, tx pgx.Tx, connection string, uid uuid.UUID, lock string) (is referred, err error) {
	err = tx.QueryRow(ctx, fmt.Sprintf(`select coalesce(vendor_id, ''), deleted_at is not null from %s where connection = $1 and uid = $2%s`, t.Table, lock),
		connection, uid).Scan(&is.vendorID, &is.deleted)
	if isNoRows(err) {
		return referred{}, nil
	}
	if err != nil {
		return is, fmt.Errorf("read a %s that is referred to: %w", t.Name, err)
	}
	is.there = true
	return is, nil
}

// Awaited reports whether a create of the entity is on its way.
func Awaited(ctx context.Context, q pg.Querier, connection string, uid uuid.UUID) (bool, error) {
	var awaited bool
	err := q.QueryRow(ctx, `select exists (select from job where connection = $1 and uid = $2 and class = 0 and effect = 1 and state < 5)`,
		connection, uid).Scan(&awaited)
	if err != nil {
		return false, fmt.Errorf("look for a create on its way: %w", err)
	}
	return awaited, nil
}

// born is an entity that was given its vendor id, and the mark that told so; zero: our own create was answered.
type born struct {
	uid      uuid.UUID
	vendorID string
	mark     uuid.UUID
}

// ReleaseSQL makes the jobs that wait for a created entity ($2, which the vendor calls $3) runnable, as far as nothing
// else holds them back: a portion of them, and only those that nobody is looking at. The slow scan goes on with the rest.
const ReleaseSQL = `
with mine as (
	select r.job from reference r join job j on j.id = r.job
	where r.connection = $1 and r.uid = $2 and r.vendor_id is null order by r.job limit 500 for update of j skip locked),
met as (
	update reference r set vendor_id = $3 from mine where r.job = mine.job and r.uid = $2 and r.vendor_id is null returning r.job),
counted as (select job, count(*) as n from met group by job)
update job j set blocked = greatest(j.blocked - n, 0), state = case when j.state = 0 and j.blocked <= n and not exists (
	select from job o where o.connection = j.connection and o.lane = j.lane and o.state < 3 and o.id <> j.id
	and (o.state in (1, 2) or o.seq < j.seq)) then 1 else j.state end,
	runnable_at = greatest(j.runnable_at, lane_held(j.connection, j.lane))
from counted where j.id = counted.job and j.blocked > 0`

// vindicate takes a create that was buried for one that has come about: what it made was seen. One of several calls is
// not done with that.
const vindicate = `
with came as (
	update job set state = 4, folded = false, reason = '', vendor_id = $2, ended_at = coalesce(ended_at, now())
	where id = $1 and state = 5 and effect = 1 and steps = '{}' returning id),
told as (
	update dead_letter set resolved_at = now(), resolution = 'succeeded', resolved_by = ''
	from came where job = came.id and resolution in ('', 'discarded') returning dead_letter.id)
insert into dead_letter_act (letter, action, reason) select id, 'succeed', 'what it was to create was seen with its mark' from told`

func (b born) queue(batch *pgx.Batch, connection string) {
	if b.mark != (uuid.UUID{}) {
		batch.Queue(vindicate, b.mark, b.vendorID)
	}
	batch.Queue(ReleaseSQL, connection, b.uid, b.vendorID)
}
