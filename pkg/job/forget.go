package job

import (
	"context"
	"fmt"
	"time"
)

// forgetLetters takes what was dealt with; what is open stays, however old.
const forgetLetters = `
with old as (select id from dead_letter where resolved_at < $1 and followers = '' limit $2),
acts as (delete from dead_letter_act a using old where a.letter = old.id)
delete from dead_letter d using old where d.id = old.id`

const forgetBatches = `
delete from dead_letter_batch where id in (select id from dead_letter_batch where ended_at < $1 limit $2)`

const forgetHolds = `
delete from lane_hold where (connection, lane) in (select connection, lane from lane_hold where until < least($1, now()) limit $2)`

const forgetJobs = `
with gone as (
	delete from job where id in (
		select j.id from job j where j.ended_at < $1
		and not exists (select 1 from dead_letter d where d.job = j.id) limit $2) returning id),
referring as (delete from reference r using gone where r.job = gone.id),
tried as (delete from attempt a using gone where a.job = gone.id)
select count(*) from gone`

// Forget deletes up to limit jobs that ended before at, with the dead letters that were dealt with before; a job that a
// dead letter still needs stays. It reports how many jobs.
func (s *Store) Forget(ctx context.Context, at time.Time, limit int) (gone int64, err error) {
	for _, sql := range []string{forgetLetters, forgetBatches, forgetHolds} {
		if _, err := s.db.Exec(ctx, sql, at, limit); err != nil {
			return 0, fmt.Errorf("forget what is over: %w", err)
		}
	}
	if err := s.db.QueryRow(ctx, forgetJobs, at, limit).Scan(&gone); err != nil {
		return 0, fmt.Errorf("forget jobs: %w", err)
	}
	return gone, nil
}
