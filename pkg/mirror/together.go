package mirror

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Apart reports whether p has to be proposed by itself, because it touches more than its own entity.
func (s *Store) Apart(p Proposal) bool {
	return s.byName[p.Kind].Parent != "" || len(p.After) > 0 || p.Effect == Creates
}

// ProposeFree is Propose for several writes of one kind of one connection, none of which has to be apart. What it folds, it
// returns in their order. The zero Accepted is of a write that Propose has to be asked about: its entity is held by somebody
// else, or is not there, or does not admit it, or has another of these writes already.
func (s *Store) ProposeFree(ctx context.Context, tx pgx.Tx, b *pgx.Batch, all []Proposal) ([]Accepted, error) {
	t, connection := s.byName[all[0].Kind], all[0].Connection
	targets := make([]Target, len(all))
	for i, p := range all {
		targets[i] = p.Target
	}
	held, err := s.HoldFree(ctx, tx, t, connection, targets, nil)
	if err != nil {
		return nil, err
	}
	accepted, had := make([]Accepted, len(all)), map[uuid.UUID]bool{}
	w := s.Writing(t.Name, connection)
	for i, p := range all {
		h := held[targets[i]]
		if h.Entity == nil || had[h.UID] {
			continue
		}
		a, err := s.fold(t, h, p)
		if err != nil {
			continue
		}
		a.Lane, had[h.UID] = lane(t.Name, h.UID), true
		if _, err := w.add(h.Entity, folded); err != nil {
			return nil, err
		}
		accepted[i] = a
	}
	w.Queue(b)
	return accepted, nil
}

// changes are visible changes of one kind of one connection, about to be written in one statement.
type changes struct {
	uids     []uuid.UUID
	versions []int64
	names    []string
}

func (c *changes) add(e *Entity) {
	c.uids, c.versions, c.names = append(c.uids, e.UID), append(c.versions, e.Version), append(c.names, e.Effective.GetName())
}

const tellChanges = `
insert into change (connection, kind, uid, version, name)
select $1, $2, k.uid, k.version, k.name from unnest($3::uuid[], $4::bigint[], $5::text[]) k (uid, version, name)`

func (c *changes) queue(b *pgx.Batch, kind, connection string) {
	if len(c.uids) > 0 {
		b.Queue(tellChanges, connection, kind, c.uids, c.versions, c.names)
	}
}
