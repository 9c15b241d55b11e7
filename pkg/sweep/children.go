package sweep

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// unnamed asks for looks at the living children of a parent that its list of them does not name. Everybody locks jobs in the same order.
func (r *Runner) unnamed(ctx context.Context, tx pgx.Tx, h *held, families []Children) error {
	if len(families) == 0 {
		return nil
	}
	t := r.mirror.Table(h.kind)
	sql := fmt.Sprintf(`select c.vendor_id from %s c join %s p on p.connection = c.connection and p.uid = c.parent
		where p.connection = $1 and p.vendor_id = $2 and c.vendor_id is not null and c.deleted_at is null and c.vendor_id <> all($3::text[])`,
		t.Table, r.mirror.Table(t.Parent).Table)
	var gone []string
	for _, f := range families {
		rows, err := tx.Query(ctx, sql, h.connection, f.Parent.VendorID, append([]string{}, f.IDs...))
		if err != nil {
			return fmt.Errorf("look for children of %s that are not named: %w", f.Parent.VendorID, err)
		}
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("look for children of %s that are not named: %w", f.Parent.VendorID, err)
		}
		gone = append(gone, found...)
	}
	slices.Sort(gone)
	for _, id := range slices.Compact(gone) {
		if err := mirror.QueueFetch(ctx, tx, h.connection, mirror.Ref{Kind: h.kind, VendorID: id}, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}
