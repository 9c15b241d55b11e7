package sweep

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// unnamed are looks at the living children of a parent that its list of them does not name.
func (r *Runner) unnamed(ctx context.Context, tx pgx.Tx, h *held, families []Children) (looks []mirror.Look, err error) {
	if len(families) == 0 {
		return nil, nil
	}
	t := r.mirror.Table(h.kind)
	sql := fmt.Sprintf(`select c.vendor_id from %s c join %s p on p.connection = c.connection and p.uid = c.parent
		where p.connection = $1 and p.vendor_id = $2 and c.vendor_id is not null and c.deleted_at is null and c.vendor_id <> all($3::text[])`,
		t.Table, r.mirror.Table(t.Parent).Table)
	for _, f := range families {
		rows, err := tx.Query(ctx, sql, h.connection, f.Parent.VendorID, append([]string{}, f.IDs...))
		if err != nil {
			return nil, fmt.Errorf("look for children of %s that are not named: %w", f.Parent.VendorID, err)
		}
		gone, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("look for children of %s that are not named: %w", f.Parent.VendorID, err)
		}
		for _, id := range gone {
			looks = append(looks, mirror.LookAt(mirror.Ref{Kind: h.kind, VendorID: id}, time.Time{}))
		}
	}
	return looks, nil
}
