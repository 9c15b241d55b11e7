package sweep

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// spared: a look is needed for what was opened since it was asked for, be it by the look itself. One that somebody is just claiming is
// left to them, and one that a write still has to be seen by.
const spared = `
delete from job where id in (
	select j.id from job j join unnest($3::text[], $4::uuid[]) shown (vendor_id, uid) using (vendor_id)
	where j.connection = $1 and j.class = 1 and j.state in (0, 1) and j.kind = $2 and j.again_at <= $5
	and not exists (select from job w where w.connection = $1 and w.uid = shown.uid and w.folded and w.settled is not null)
	for update of j skip locked)`

// spare takes back the looks that a page has made needless: it shows what they would, as it was when they were wanted already.
func (h *held) spare(ctx context.Context, tx pgx.Tx, p Page, results []mirror.Result) error {
	if p.Whole == nil {
		return nil
	}
	var ids []string
	var uids []uuid.UUID
	for i, x := range results {
		if !p.Whole(p.Observations[i]) {
			continue
		}
		switch x.Outcome {
		case mirror.Unchanged, mirror.Inserted, mirror.Changed, mirror.Revived:
			ids, uids = append(ids, x.VendorID), append(uids, x.UID)
		default: // the page did not settle it
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, spared, h.connection, h.kind, ids, uids, h.opened.At); err != nil {
		return fmt.Errorf("spare looks: %w", err)
	}
	return nil
}
