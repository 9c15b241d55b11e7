package job

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// unbegun is the claims that nobody began, because what became of the commit they came with is not known. It may be carried out after
// whoever waited for it has gone. Let go, they do not count as sent; those that are forgotten do once their lease is over.
type unbegun struct {
	mu     sync.Mutex
	claims []unbegunClaim
}

type unbegunClaim struct {
	job   uuid.UUID
	lease int64
	until time.Time // its lease is over
}

// maxUnbegun bounds how many are remembered. The oldest are forgotten first.
const maxUnbegun = 10_000

func (u *unbegun) add(claimed []*Job, lease time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	until := time.Now().Add(lease)
	for _, j := range claimed {
		u.claims = append(u.claims, unbegunClaim{job: j.ID, lease: j.Opened.Seq, until: until})
	}
	u.claims = slices.Delete(u.claims, 0, max(0, len(u.claims)-maxUnbegun))
}

// left is those whose lease is not over.
func (u *unbegun) left() (ids []uuid.UUID, leases []int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now()
	u.claims = slices.DeleteFunc(u.claims, func(c unbegunClaim) bool { return now.After(c.until) })
	for _, c := range u.claims {
		ids, leases = append(ids, c.job), append(leases, c.lease)
	}
	return ids, leases
}

// forget forgets that of a job.
func (u *unbegun) forget(job uuid.UUID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.claims = slices.DeleteFunc(u.claims, func(c unbegunClaim) bool { return c.job == job })
}

// free queues what was claimed with a lease, and not begun. A job that has ended, or was claimed again, has another state or lease.
const free = `
update job j set state = 1, attempts = 0, lease_until = null from unnest($1::uuid[], $2::bigint[]) u (id, lease)
where j.id = u.id and j.lease = u.lease and j.state = 2 returning j.id, j.connection, j.lane`

type freedJob struct {
	ID               uuid.UUID
	Connection, Lane string
}

// letGo queues the jobs whose claim nobody began.
func (s *Store) letGo(ctx context.Context) error {
	ids, leases := s.unbegun.left()
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askPeriod)
	defer cancel()
	rows, err := s.db.Query(ctx, free, ids, leases)
	if err != nil {
		return fmt.Errorf("let claims go: %w", err)
	}
	freed, err := pgx.CollectRows(rows, pgx.RowToStructByPos[freedJob])
	if err != nil {
		return fmt.Errorf("let claims go: %w", err)
	}
	for _, j := range freed {
		s.unbegun.forget(j.ID)
		s.Wake(j.Connection, j.Lane)
	}
	return nil
}
