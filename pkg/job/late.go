package job

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const exhume = `update job set state = 2, folded = true, reason = '', ended_at = null where id = $1 and state = 5`

// exhume takes a job out of its grave whose acceptance came after it was buried, and holds its entity with it folded over
// it again: what follows is a settlement like any other.
func (s *Store) exhume(ctx context.Context, tx pgx.Tx, j *Job) (mirror.Held, error) {
	if _, err := tx.Exec(ctx, exhume, j.ID); err != nil {
		return mirror.Held{}, err
	}
	h, err := s.mirror.Hold(ctx, tx, s.mirror.Table(j.Kind), j.Connection, mirror.Target{UID: j.UID}, nil)
	if err == nil && refusedBy(h.Entity, j) {
		h.Refusal = nil
	}
	return h, err
}

// vindicated resolves the dead letter of a job that the vendor took after all, whoever has discarded it meanwhile. What was
// buried with it stays for a person: others may have been accepted since, and would be overtaken by what is older.
const vindicated = `
with told as (
	update dead_letter set resolved_at = now(), resolution = 'succeeded', resolved_by = ''
	where job = $1 and resolution in ('', 'discarded') returning id)
insert into dead_letter_act (letter, action, reason) select id, 'succeed', 'the vendor took it after it was buried' from told`

func succeedAfterAll(b *pgx.Batch, j *Job) { b.Queue(vindicated, j.ID) }
