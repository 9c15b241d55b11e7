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
	Base          Message // the fields in paths as readers saw them; nil in a create
	BaseConfirmed Message // the same as the vendor last had them; nil where it had none
}

// Propose folds a write into its entity, which it locks, and leaves it to the caller to insert the job in the same
// transaction. fault.NotFound: there is no such entity. fault.Conflict: the etag is stale. fault.Exhausted: too many
// writes wait for it already.
func (s *Store) Propose(ctx context.Context, tx pgx.Tx, p Proposal) (Accepted, error) {
	t := s.byName[p.Kind]
	e, lane, err := s.target(ctx, tx, t, p)
	if err != nil {
		return Accepted{}, err
	}
	if err := s.admits(t, e, p); err != nil {
		return Accepted{}, err
	}
	a := Accepted{Entity: e, Lane: lane}
	if p.Effect != Creates && p.Patch != nil {
		a.Base = only(e.Effective, p.Paths)
		if e.Confirmed != nil {
			a.BaseConfirmed = only(e.Confirmed, p.Paths)
		}
	}
	var at time.Time // of the transaction, as the job's created_at will be
	if err := tx.QueryRow(ctx, "select now()").Scan(&at); err != nil {
		return Accepted{}, fmt.Errorf("read the time: %w", err)
	}
	e.Refusal = nil // written over
	e.Writes = append(e.Writes, PendingWrite{
		ID: p.Job, Operation: p.Operation, Creates: p.Effect == Creates, Deletes: p.Effect == Deletes,
		Patch: p.Patch, Paths: p.Paths, AcceptedAt: at,
	})
	if p.Effect == Creates {
		e.CreatedAt = at
		return a, s.store(ctx, tx, t, e, inserted)
	}
	return a, s.store(ctx, tx, t, e, updated)
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
	case p.Effect != Creates && !e.DeletedAt.IsZero():
		return &fault.Error{Kind: fault.NotFound, Reason: "DELETED", Message: "the " + t.Name + " is deleted"}
	case len(e.Writes) >= MaxPending:
		return &fault.Error{
			Kind: fault.Exhausted, Reason: "TOO_MANY_PENDING",
			Message: fmt.Sprintf("%d writes wait for this %s already", len(e.Writes), t.Name),
		}
	}
	return nil
}

// target locks the entity of a proposal, or makes a new one; a child's parent is locked before it.
func (s *Store) target(ctx context.Context, tx pgx.Tx, t *Table, p Proposal) (*Entity, string, error) {
	if p.Effect == Creates {
		return s.newborn(ctx, tx, t, p)
	}
	uid := p.Target.UID
	if uid == (uuid.UUID{}) {
		var err error
		if uid, err = s.Locate(ctx, tx, p.Connection, Ref{Kind: t.Name, VendorID: p.Target.VendorID}); err != nil {
			return nil, "", err
		}
	}
	e, err := s.Lock(ctx, tx, t, p.Connection, uid)
	if err != nil || e == nil {
		return nil, "", err
	}
	if t.Parent != "" {
		return e, lane(t.Parent, e.Parent), nil
	}
	return e, lane(t.Name, e.UID), nil
}

func (s *Store) newborn(ctx context.Context, tx pgx.Tx, t *Table, p Proposal) (*Entity, string, error) {
	e := &Entity{Connection: p.Connection, UID: newID()}
	if t.Parent == "" {
		return e, lane(t.Name, e.UID), nil
	}
	parent, _, err := s.target(ctx, tx, s.byName[t.Parent], Proposal{Connection: p.Connection, Kind: t.Parent, Target: p.Parent})
	if err != nil {
		return nil, "", err
	}
	if err := s.admits(s.byName[t.Parent], parent, Proposal{}); err != nil {
		return nil, "", fmt.Errorf("parent: %w", err)
	}
	if err := full(ctx, tx, p.Connection, lane(t.Parent, parent.UID)); err != nil {
		return nil, "", err
	}
	e.Parent = parent.UID
	if p.Patch == nil {
		return nil, "", &fault.Error{Kind: fault.Invalid, Reason: "EMPTY_CREATE", Message: "a new " + t.Name + " needs fields"}
	}
	setString(p.Patch, "name", parent.Effective.GetName()+"/"+t.Name+"s/~"+e.UID.String())
	return e, lane(t.Parent, parent.UID), nil
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
	inserted
)

// store folds e anew and writes it, with a change if something visible moved.
func (s *Store) store(ctx context.Context, tx pgx.Tx, t *Table, e *Entity, h how) error {
	shown := t.refold(e)
	vs, err := t.values(e)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	if h == inserted {
		b.Queue(t.sql.insert, vs...)
	} else {
		b.Queue(t.sql.update, append(vs, h == replaced)...)
	}
	if shown {
		b.Queue(t.sql.announce, e.Connection, e.UID, e.Version)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("store %s %s: %w", t.Name, e.UID, err)
	}
	return nil
}
