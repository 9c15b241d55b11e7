package change

import (
	"context"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// forget deletes, and remembers up to where: a reader that has not come so far has missed something. The oldest are first in the
// order in which changes are read, so their age needs no index.
const forget = `
with old as (
	select xid, seq from (select xid, seq, changed_at from change order by xid, seq limit $2 for update skip locked) first where changed_at < $1),
gone as (
	delete from change c using old where c.xid = old.xid and c.seq = old.seq returning c.xid, c.seq),
raised as (
	insert into change_floor as f (xid, seq) select xid, seq from gone order by xid desc, seq desc limit 1
	on conflict (one) do update set xid = excluded.xid, seq = excluded.seq where (f.xid, f.seq) < (excluded.xid, excluded.seq))
select count(*) from gone`

// Forget deletes up to limit changes from before a time and says how many. Call it again while it deletes limit.
func Forget(ctx context.Context, q pg.Querier, before time.Time, limit int) (int64, error) {
	var n int64
	if err := q.QueryRow(ctx, forget, before, limit).Scan(&n); err != nil {
		return 0, fmt.Errorf("forget changes: %w", err)
	}
	return n, nil
}
