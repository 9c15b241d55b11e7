package job

import (
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

const insertAttempt = `
insert into attempt (job, number, action, started_at, ended_at, outcome, reason, message, status, code, tracking_id)
select $1, 1 + coalesce(max(number), 0), $2, $3, clock_timestamp(), $4, $5, $6, $7, $8, $9 from attempt where job = $1
on conflict do nothing`

// history queues the row of one attempt. Fetches have none: the journal has their calls.
func (s *Store) history(b *pgx.Batch, j *Job, t try, f *fault.Error) {
	if f == nil {
		f = &fault.Error{Message: t.over}
	}
	b.Queue(insertAttempt, j.ID, t.action, t.began, t.outcome, f.Reason, clip(f.Message), f.Status, f.Code, f.TrackingID)
}

// maxWords bounds what is kept of a vendor's message.
const maxWords = 2000

// clip bounds s and takes out what Postgres cannot store.
func clip(s string) string {
	s = pg.Text(s)
	if r := []rune(s); len(r) > maxWords {
		return string(r[:maxWords])
	}
	return s
}
