package change

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// turn is what a replica holds while it carries.
type turn struct {
	lease int64
	at    Position // of the last change carried
	end   End
	saved time.Time
}

const takeTurn = `
insert into carrier as c (lease, lease_until, held_by) values (nextval('moment'), clock_timestamp() + $1::interval, $2)
on conflict (one) do update set lease = excluded.lease, lease_until = excluded.lease_until, held_by = excluded.held_by
where c.lease_until is null or c.lease_until < clock_timestamp()
returning lease, xid, seq`

// take takes the lease; nil: another replica has it.
func take(ctx context.Context, q pg.Querier, replica string, lease time.Duration) (*turn, error) {
	t := &turn{saved: time.Now()}
	switch err := q.QueryRow(ctx, takeTurn, lease, replica).Scan(&t.lease, &t.at.XID, &t.at.Seq); {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil //nolint:nilnil // nothing to do is not an error
	case err != nil:
		return nil, fmt.Errorf("take the lease of the changes: %w", err)
	}
	return t, nil
}

// resume finds out where to go on. What stands at the stream's end was carried whether that was saved or not, and what
// a store lost of its end was not, even if it was saved. A new stream gets all that is kept.
func (t *turn) resume() {
	switch at, ok := positionOf(t.end.ID); {
	case ok:
		t.at = at
	case t.end.Seq == 0:
		t.at = Position{}
	}
}

// renew saves the lease alone, when it is time to.
func (t *turn) renew(ctx context.Context, q pg.Querier, lease time.Duration) error {
	if time.Since(t.saved) < lease/3 {
		return nil
	}
	return t.save(ctx, q, lease)
}

const saveTurn = `
update carrier set xid = $2, seq = $3, lease_until = clock_timestamp() + $4::interval where lease = $1 and lease_until is not null`

func (t *turn) save(ctx context.Context, q pg.Querier, lease time.Duration) error {
	began := time.Now()
	ct, err := q.Exec(ctx, saveTurn, t.lease, t.at.XID, t.at.Seq, lease)
	switch {
	case err != nil:
		return fmt.Errorf("save up to where changes are carried: %w", err)
	case ct.RowsAffected() == 0:
		return errLost
	}
	t.saved = began
	return nil
}

// release lets another replica go on at once; if it cannot, the lease runs out.
func (t *turn) release(ctx context.Context, q pg.Querier) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_, _ = q.Exec(ctx, `update carrier set lease_until = null, held_by = '' where lease = $1`, t.lease)
}

// Uncarried is for how long the oldest change that is not in the stream has been visible; zero: there is none. Without a
// stream it is the age of the oldest change that is kept.
func Uncarried(ctx context.Context, q pg.Querier) (time.Duration, error) {
	var seconds float64
	err := q.QueryRow(ctx, `select coalesce(extract(epoch from clock_timestamp() - (
		select changed_at from change where (xid, seq) > (coalesce((select xid from carrier), '0'), coalesce((select seq from carrier), 0))
		order by xid, seq limit 1)), 0)::float8`).Scan(&seconds)
	if err != nil {
		return 0, fmt.Errorf("read the age of what is not carried: %w", err)
	}
	return time.Duration(max(seconds, 0) * float64(time.Second)), nil
}
