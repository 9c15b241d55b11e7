package job

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// What was buried with a create is dealt with as the create is, in portions, each letter in a transaction of its own. The
// create's letter is marked until all are done, so that whoever comes next goes on.

const (
	followAtOnce = 10  // marked letters looked at in one go
	followPart   = 100 // followers of one letter read at once
)

// followersOf selects the open letters that were buried with a create, after seq: with this job, or an earlier one that was
// to create the same.
func followersOf(create uuid.UUID, seq int64) *where {
	w := &where{}
	w.and(`d.predecessor in (select c.id from job m join job c on c.connection = m.connection and c.uid = m.uid and c.class = 0 and c.effect = 1
		where m.id = ?)`, create)
	w.and("d.class = ?", Predecessor)
	w.parts = append(w.parts, "d.resolved_at is null")
	w.and("d.seq > ?", seq)
	return w
}

// leader is a letter whose followers are to be dealt with.
type leader struct {
	ID         uuid.UUID
	Connection string
	Job        uuid.UUID
	Followers  string
	Caller     string
	Followed   int64
}

// follow deals with a portion of the followers of the letter with this number, or of each of the first that are marked if
// it is zero. It reports whether there was anything that could be done; who cannot be dealt with keeps no other from it.
func (s *Store) follow(ctx context.Context, seq int64) (bool, error) {
	rows, err := s.db.Query(ctx, `select id, connection, job, followers, resolved_by, followed from dead_letter
		where followers <> '' and ($1 = 0 or seq = $1) order by seq limit $2`, seq, followAtOnce)
	if err != nil {
		return false, fmt.Errorf("look for followers: %w", err)
	}
	leaders, err := pgx.CollectRows(rows, pgx.RowToStructByPos[leader])
	if err != nil {
		return false, fmt.Errorf("look for followers: %w", err)
	}
	var errs []error
	for _, l := range leaders {
		if err := s.lead(ctx, l); err != nil {
			errs = append(errs, fmt.Errorf("deal with what was buried with job %s: %w", l.Job, err))
		}
	}
	return len(leaders) > len(errs), errors.Join(errs...)
}

// lead deals with the next portion, and notes where it goes on.
func (s *Store) lead(ctx context.Context, l leader) error {
	found, err := s.letters(ctx, s.db, followersOf(l.Job, l.Followed), "asc", followPart)
	if err != nil {
		return err
	}
	for _, f := range found {
		if err := s.followOne(ctx, l, f); err != nil && !isLeft(err) {
			return err
		}
		l.Followed = f.Seq
	}
	_, err = s.db.Exec(ctx, `update dead_letter set followed = $3, followers = case when $4 then '' else followers end
		where id = $1 and followers = $2`, l.ID, l.Followers, l.Followed, len(found) < followPart)
	return err
}

func (s *Store) followOne(ctx context.Context, l leader, f Letter) error {
	d := Decision{Caller: l.Caller}
	var err error
	if l.Followers == "discard" {
		d.Reason = "its create was discarded"
		_, err = s.Discard(ctx, f.Connection, f.ID, d)
		return err
	}
	d.Reason = "its create was replayed"
	_, err = s.Replay(ctx, f.Connection, f.ID, d)
	return err
}
