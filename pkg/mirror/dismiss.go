package mirror

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Dismiss takes the refusal off the locked entity e, whose dead letter was discarded. What was never created, and nobody
// will create any more, is deleted with it.
func (s *Store) Dismiss(ctx context.Context, tx pgx.Tx, kind string, e *Entity) error {
	e.Refusal = nil
	if e.stillborn() && len(e.Writes) == 0 {
		now, err := Now(ctx, tx)
		if err != nil {
			return err
		}
		s.byName[kind].bury(e, now.At)
		e.Closed = now
	}
	return s.Refold(ctx, tx, kind, e)
}

// Unborn reports whether the entity was never created and no create of it is on its way.
func (e *Entity) Unborn() bool { return e.stillborn() }
