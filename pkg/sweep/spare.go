package sweep

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// spared: a look is needed for what was opened since it was asked for, be it by the look itself. One that somebody is just claiming is
// left to them.
const spared = `
delete from job where id in (
	select id from job where connection = $1 and class = 1 and state in (0, 1) and kind = $2 and vendor_id = any($3::text[]) and again_at <= $4
	for update skip locked)`

// spare takes back the looks that a page has made needless: it shows what they would, as it was when they were wanted already.
func (h *held) spare(ctx context.Context, tx pgx.Tx, p Page, results []mirror.Result) error {
	if p.Whole == nil {
		return nil
	}
	var ids []string
	for i, x := range results {
		if !p.Whole(p.Observations[i]) {
			continue
		}
		switch x.Outcome {
		case mirror.Unchanged, mirror.Inserted, mirror.Changed, mirror.Revived:
			ids = append(ids, x.VendorID)
		default: // the page did not settle it
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, spared, h.connection, h.kind, ids, h.opened.At); err != nil {
		return fmt.Errorf("spare looks: %w", err)
	}
	return nil
}
