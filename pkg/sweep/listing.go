package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// absences are what a page of a whole listing comes to.
type absences struct {
	list      mirror.Moment // of the listing that goes on; zero: none does
	suspected []mirror.Observation
	withheld  *int64 // how many are too many to believe; nil: the listing has not come to its end
}

// absences notes what a page names and, with the last page, tells who is missing. It locks nothing that others lock.
func (r *Runner) absences(ctx context.Context, tx pgx.Tx, h *held, p Page) (a absences, err error) {
	l := p.Listing
	if l == nil {
		return absences{list: h.list}, nil
	}
	a.list = h.list
	if l.First {
		a.list = h.opened
		if _, err := tx.Exec(ctx, `delete from listed where connection = $1 and kind = $2`, h.connection, h.kind); err != nil {
			return a, fmt.Errorf("begin a listing: %w", err)
		}
	}
	if a.list.Seq == 0 || p.nameless() { // what it names is not known whole
		return absences{}, nil
	}
	_, err = tx.Exec(ctx, `insert into listed (connection, kind, vendor_id) select $1, $2, unnest($3::text[]) on conflict do nothing`,
		h.connection, h.kind, l.IDs)
	if err != nil {
		return a, fmt.Errorf("note what is listed: %w", err)
	}
	if !l.Last {
		return a, nil
	}
	return r.missing(ctx, tx, h, a.list)
}

// nameless reports whether a row came of which not even the id can be read.
func (p Page) nameless() bool {
	for _, d := range p.Drifted {
		if d.VendorID == "" {
			return true
		}
	}
	return false
}

// notListed are the entities that were there before a listing began, were not seen in any way since, and are not named
// by it.
func (r *Runner) notListed(t *mirror.Table) string {
	from := fmt.Sprintf(unnamedRows, t.Table)
	if t.Parent != "" { // what hangs on something deleted is listed nowhere, and nobody can look at it
		from += fmt.Sprintf(` and exists (select from %s p where p.connection = t.connection and p.uid = t.parent and p.deleted_at is null)`,
			r.mirror.Table(t.Parent).Table)
	}
	return from
}

const unnamedRows = ` from %s t where connection = $1 and vendor_id is not null and deleted_at is null and version > 0
	and closed < $3 and coalesce(as_of, 'epoch') < $4 and created_at < $4
	and not exists (select from listed l where l.connection = $1 and l.kind = $2 and l.vendor_id = t.vendor_id)`

// missing suspects who is missing, unless that are more than can be believed: then more likely our own view is gone.
func (r *Runner) missing(ctx context.Context, tx pgx.Tx, h *held, list mirror.Moment) (a absences, err error) {
	t := r.mirror.Table(h.kind)
	var n, believe int64
	from := r.notListed(t)
	err = tx.QueryRow(ctx, `select count(*), coalesce((select believe from cursor where connection = $1 and kind = $2 and believe_until > clock_timestamp()), 0)`+from,
		h.connection, h.kind, list.Seq, list.At).Scan(&n, &believe)
	if err != nil {
		return a, fmt.Errorf("count who is missing: %w", err)
	}
	if n > max(believe, int64(t.MaxSuspects())) {
		return absences{withheld: &n}, nil
	}
	rows, err := tx.Query(ctx, `select vendor_id`+from, h.connection, h.kind, list.Seq, list.At)
	if err != nil {
		return a, fmt.Errorf("read who is missing: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return a, fmt.Errorf("read who is missing: %w", err)
	}
	for _, id := range ids {
		a.suspected = append(a.suspected, mirror.Observation{
			Ref: mirror.Ref{Kind: h.kind, VendorID: id}, Source: mirror.Sweep, Presence: mirror.Absent, Opened: list,
		})
	}
	_, err = tx.Exec(ctx, `delete from listed where connection = $1 and kind = $2`, h.connection, h.kind)
	a.withheld = new(int64)
	return a, err
}

// Believe lets up to n absences of one kind of one connection be believed for a while, because somebody has looked and
// found that they are gone indeed. It takes effect with the next whole listing. fault.NotFound: it is not swept.
func Believe(ctx context.Context, q pg.Querier, connection, kind string, n int64, last time.Duration, caller, why string) error {
	if n <= 0 || last <= 0 || why == "" {
		return &fault.Error{Kind: fault.Invalid, Reason: "INVALID", Message: "expects how many, for how long, and why"}
	}
	var one int
	err := q.QueryRow(ctx, `update cursor set believe = $3, believe_until = clock_timestamp() + $4::interval, believed_by = $5, believe_why = $6
		where connection = $1 and kind = $2 returning 1`, connection, kind, n, last, caller, why).Scan(&one)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return &fault.Error{Kind: fault.NotFound, Reason: "NO_SWEEP", Message: "no such kind is swept there"}
	case err != nil:
		return fmt.Errorf("believe absences: %w", err)
	}
	return nil
}
