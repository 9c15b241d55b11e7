package mirror

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// MaxPending bounds the writes waiting for one entity.
const MaxPending = 200

// Proposal is a write that a caller asks for.
type Proposal struct {
	Job        uuid.UUID
	Connection string
	Kind       string
	// Target is the entity: its vendor id or its uid. Unused in a create.
	Target Target
	// Parent is the entity that a new child hangs on.
	Parent    Target
	Operation string
	Effect    Effect
	Etag      string  // the state that the caller saw; empty: any
	Patch     Message // nil where the operation sets no field
	Paths     []string
	// Allows looks at what is shown of the entity while its row is locked; its error refuses the write. May be nil; a create is
	// not asked about.
	Allows func(shown Message) error
	// After are the entities that the write refers to by our uids, because they may not be created yet.
	After []Reference
}

// Target names an entity as a resource name does: by the vendor's id, or by our uid.
type Target struct {
	VendorID string
	UID      uuid.UUID
}

// Accepted is a proposal folded into what readers see.
type Accepted struct {
	Entity        *Entity
	Lane          string
	Base          Message // the fields in paths as readers saw them, of a guarded deletion all; nil in a create
	BaseConfirmed Message // the same as the vendor last had them; nil where it had none
	After         []Reference
}

// Propose folds a write into its entity, which it locks, and queues in b what is to be written; the caller adds the job
// and sends both in the same transaction. fault.NotFound: there is no such entity. fault.Conflict: the etag is stale.
// fault.Exhausted: too many writes wait for it already.
func (s *Store) Propose(ctx context.Context, tx pgx.Tx, b *pgx.Batch, p Proposal) (Accepted, error) {
	t := s.byName[p.Kind]
	var h Held
	var lane string
	kind, uid, err := s.placed(ctx, tx, p)
	if err != nil {
		return Accepted{}, err
	}
	after, err := s.Refer(ctx, tx, p.Connection, p.After, kind, uid, func() (err error) {
		h, lane, err = s.target(ctx, tx, t, p)
		return err
	})
	if err != nil {
		return Accepted{}, err
	}
	a, err := s.fold(t, h, p)
	if err != nil {
		return Accepted{}, err
	}
	a.Lane, a.After = lane, after
	if p.Effect == Creates {
		return a, t.store(b, h.Entity, inserted)
	}
	return a, t.store(b, h.Entity, folded)
}

// fold folds a proposal into the entity held, if that admits it.
func (s *Store) fold(t *Table, h Held, p Proposal) (Accepted, error) {
	if err := s.admits(t, h.Entity, p); err != nil {
		return Accepted{}, err
	}
	e := h.Entity
	a := Accepted{Entity: e}
	if compared := p.compared(e); len(compared) > 0 {
		a.Base = only(e.Effective, compared)
		if e.Confirmed != nil {
			a.BaseConfirmed = only(e.Confirmed, compared)
		}
	}
	e.Refusal = nil // written over
	e.Writes = append(e.Writes, PendingWrite{
		ID: p.Job, Operation: p.Operation, Creates: p.Effect == Creates, Deletes: p.Effect == Deletes, Restores: p.Effect == Restores,
		Patch: p.Patch, Paths: p.Paths, AcceptedAt: h.Began,
	})
	if p.Effect == Creates {
		e.CreatedAt = h.Began
	}
	return a, nil
}

// compared are the fields whose change by somebody else matters to p when it is sent: those that it sets, and to a guarded
// deletion all.
func (p Proposal) compared(e *Entity) []string {
	switch {
	case p.Effect == Patches && p.Patch != nil:
		return p.Paths
	case p.Effect == Deletes && p.Etag != "":
		return Plain(e.Effective)
	}
	return nil
}

func (s *Store) admits(t *Table, e *Entity, p Proposal) error {
	switch {
	case e == nil:
		return &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such " + t.Name}
	case p.Etag != "" && e.Effective != nil && p.Etag != e.Effective.GetEtag():
		return &fault.Error{
			Kind: fault.Conflict, Reason: "ETAG_STALE", Field: "etag",
			Message: "the " + t.Name + " has changed since it was read: read it again",
		}
	case p.Effect != Creates && e.stillborn():
		return &fault.Error{Kind: fault.NotFound, Reason: "CREATE_REFUSED", Message: "the " + t.Name + " was never created: its create was refused"}
	case p.Effect == Restores && e.DeletedAt.IsZero():
		return &fault.Error{Kind: fault.Precondition, Reason: "NOT_DELETED", Message: "the " + t.Name + " is not deleted"}
	case p.Effect != Creates && p.Effect != Restores && !e.DeletedAt.IsZero():
		return &fault.Error{Kind: fault.NotFound, Reason: "DELETED", Message: "the " + t.Name + " is deleted"}
	case len(e.Writes) >= MaxPending:
		return &fault.Error{
			Kind: fault.Exhausted, Reason: "TOO_MANY_PENDING",
			Message: fmt.Sprintf("%d writes wait for this %s already", len(e.Writes), t.Name),
		}
	case p.Allows != nil && p.Effect != Creates:
		return p.Allows(e.Effective)
	}
	return nil
}

// target locks the entity of a proposal, or makes a new one; a child's parent is locked before it.
func (s *Store) target(ctx context.Context, tx pgx.Tx, t *Table, p Proposal) (Held, string, error) {
	if p.Effect == Creates {
		return s.newborn(ctx, tx, t, p)
	}
	h, err := s.Hold(ctx, tx, t, p.Connection, p.Target, nil)
	if err == nil && h.Entity == nil && p.Target.UID == (uuid.UUID{}) { // while we waited, the id may have moved to another row
		h, err = s.Hold(ctx, tx, t, p.Connection, p.Target, nil)
	}
	switch {
	case err != nil || h.Entity == nil:
		return Held{}, "", err
	case t.Parent != "":
		return h, lane(t.Parent, h.Parent), nil
	}
	return h, lane(t.Name, h.UID), nil
}

// placed is the row of a proposal that takes its place in the order of locks, which only references ask for: of a new child
// the parent; the zero uid where nothing is locked.
func (s *Store) placed(ctx context.Context, tx pgx.Tx, p Proposal) (kind string, uid uuid.UUID, err error) {
	kind, target := p.Kind, p.Target
	if p.Effect == Creates {
		if target = p.Parent; s.byName[kind].Parent != "" {
			kind = s.byName[kind].Parent
		}
	}
	if len(p.After) == 0 || target.VendorID == "" || target.UID != (uuid.UUID{}) {
		return kind, target.UID, nil
	}
	uid, err = s.Locate(ctx, tx, p.Connection, Ref{Kind: kind, VendorID: target.VendorID})
	return kind, uid, err
}

func (s *Store) newborn(ctx context.Context, tx pgx.Tx, t *Table, p Proposal) (Held, string, error) {
	h := Held{Entity: &Entity{Connection: p.Connection, UID: newID()}}
	if t.Parent == "" {
		err := tx.QueryRow(ctx, "select now()").Scan(&h.Began)
		return h, lane(t.Name, h.UID), err
	}
	parent, lane, err := s.target(ctx, tx, s.byName[t.Parent], Proposal{Connection: p.Connection, Kind: t.Parent, Target: p.Parent})
	if err != nil {
		return Held{}, "", err
	}
	if err := s.admits(s.byName[t.Parent], parent.Entity, Proposal{}); err != nil {
		return Held{}, "", fmt.Errorf("parent: %w", err)
	}
	if err := full(ctx, tx, p.Connection, lane); err != nil {
		return Held{}, "", err
	}
	if p.Patch == nil {
		return Held{}, "", &fault.Error{Kind: fault.Invalid, Reason: "EMPTY_CREATE", Message: "a new " + t.Name + " needs fields"}
	}
	h.Parent, h.Began = parent.UID, parent.Began
	setString(p.Patch, "name", parent.Effective.GetName()+"/"+t.Name+"s/~"+h.UID.String())
	return h, lane, nil
}

// full refuses one more write to a lane that has as many waiting as one may have, its children's among them.
func full(ctx context.Context, tx pgx.Tx, connection, lane string) error {
	var n int
	err := tx.QueryRow(ctx, `select count(*) from job where connection = $1 and lane = $2 and state < 3`, connection, lane).Scan(&n)
	if err == nil && n >= MaxPending {
		err = &fault.Error{
			Kind: fault.Exhausted, Reason: "TOO_MANY_PENDING", RetryAfter: time.Second,
			Message: fmt.Sprintf("%d writes wait for it and what hangs on it already", n),
		}
	}
	return err
}

// lane is the key of the writes of one entity and its children.
func lane(kind string, uid uuid.UUID) string { return kind + "/" + uid.String() }

// how a row is written.
type how uint8

const (
	updated  how = iota // the payload, if there is one, is merged into the row's
	replaced            // and replaces it
	folded              // what is shown alone, over any refusal: a write was folded in
	inserted
)

// store folds e anew and queues the writing of it, with a change if something visible moved.
func (t *Table) store(b *pgx.Batch, e *Entity, h how) error {
	shown := t.refold(e)
	sql, values := t.sql.update, t.values
	switch h {
	case inserted:
		sql = t.sql.insert
	case folded:
		sql, values = t.sql.fold, t.look
	case updated, replaced:
	}
	vs, err := values(e)
	if err != nil {
		return fmt.Errorf("store %s %s: %w", t.Name, e.UID, err)
	}
	if h == updated || h == replaced {
		vs = append(vs, h == replaced)
	}
	b.Queue(sql, vs...)
	if shown {
		t.announce(b, e, "")
	}
	return nil
}
