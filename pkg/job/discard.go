package job

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Discard gives a dead letter up. Its refusal disappears from the entity; what was never created is deleted, and what was
// buried with its create is discarded too. Discarding twice is discarding once.
//
// fault.Precondition: it has been replayed, or has succeeded after all.
func (s *Store) Discard(ctx context.Context, connection string, id uuid.UUID, d Decision) (Letter, error) {
	return s.act(ctx, connection, id, func(tx pgx.Tx, l Letter) (bool, error) {
		if l.Job == (uuid.UUID{}) {
			return s.discard(ctx, tx, l, d, "")
		}
		return s.discardWrite(ctx, tx, l, d)
	})
}

func (s *Store) discard(ctx context.Context, tx pgx.Tx, l Letter, d Decision, followers string) (bool, error) {
	if again, err := s.lockOpen(ctx, tx, l, Discarded); !again || err != nil {
		return false, err
	}
	return true, resolve(ctx, tx, l, Discarded, d, uuid.UUID{}, followers)
}

func (s *Store) discardWrite(ctx context.Context, tx pgx.Tx, l Letter, d Decision) (bool, error) {
	j, _, err := s.buried(ctx, tx, l.Job)
	if err != nil {
		return false, err
	}
	e, err := s.mirror.Lock(ctx, tx, s.mirror.Table(j.Kind), j.Connection, j.UID)
	if err != nil {
		return false, err
	}
	unborn := e != nil && j.Effect == mirror.Creates && e.Unborn()
	followers := ""
	if unborn {
		followers = "discard"
	}
	if again, err := s.discard(ctx, tx, l, d, followers); !again || err != nil {
		return false, err
	}
	if e == nil || !unborn && !refusedBy(e, j) {
		return true, nil
	}
	return true, s.mirror.Dismiss(ctx, tx, j.Kind, e)
}
