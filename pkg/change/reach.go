package change

import (
	"context"
	"fmt"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// reach is the oldest transaction still running that can write a change here, or the next one. Numbers of transactions are those of the
// whole server: one that another database keeps open for long holds up what is below the oldest of all, and can write nothing here.
// Whoever has a lower number than the answer had ended when it was given; so a read that begins later sees what it wrote.
//
// It looks at what every session does, which is too much for every look. Of another role's session, too, everybody may see that number.
const reach = `
select least(u, min(u - behind))::text::xid8
from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint) next (u) left join lateral (
	select (u - x::text::bigint) & 4294967295 from (
		select backend_xid from pg_stat_get_activity(null) where datid = (select oid from pg_database where datname = current_database())
		union all select transaction from pg_prepared_xacts where database = current_database()) running (x)
	where x is not null) older (behind) on behind < 2147483648
group by u`

func reached(ctx context.Context, q pg.Querier) (xid uint64, err error) {
	if err := q.QueryRow(ctx, reach).Scan(&xid); err != nil {
		return 0, fmt.Errorf("find how far changes can be read: %w", err)
	}
	return xid, nil
}
