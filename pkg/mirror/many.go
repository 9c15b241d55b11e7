package mirror

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Rows reads several entities in one statement, each known by its vendor's id and by its uid. What there is not is left out.
func (s *Store) Rows(ctx context.Context, q pg.Querier, kind, connection string, targets []Target) (map[Target]Row, error) {
	ids, uids := make([]string, 0, len(targets)), make([]uuid.UUID, 0, len(targets))
	for _, t := range targets {
		if t.VendorID != "" {
			ids = append(ids, t.VendorID)
		} else {
			uids = append(uids, t.UID)
		}
	}
	rows, err := q.Query(ctx, s.byName[kind].sql.many, connection, ids, uids)
	if err != nil {
		return nil, fmt.Errorf("read several of %s: %w", kind, err)
	}
	found := make(map[Target]Row, 2*len(targets))
	var r Row
	var asOf *time.Time
	_, err = pgx.ForEachRow(rows, []any{&r.VendorID, &r.UID, &r.Effective, &asOf}, func() error {
		r.AsOf = deref(asOf)
		found[Target{UID: r.UID}] = r
		if r.VendorID != "" {
			found[Target{VendorID: r.VendorID}] = r
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read several of %s: %w", kind, err)
	}
	return found, nil
}

// Living is Rows, where the name of what was merged into another leads to that one.
func (s *Store) Living(ctx context.Context, q pg.Querier, kind, connection string, targets []Target) (map[Target]Row, error) {
	found, err := s.Rows(ctx, q, kind, connection, targets)
	if err != nil {
		return nil, err
	}
	lost := slices.DeleteFunc(slices.Clone(targets), func(t Target) bool { return found[t].VendorID != "" })
	if len(lost) == 0 {
		return found, nil
	}
	led, err := s.Aliases(ctx, q, kind, connection, lost...)
	if err != nil || len(led) == 0 {
		return found, err
	}
	survivors := make([]Target, 0, len(led))
	for _, uid := range led {
		survivors = append(survivors, Target{UID: uid})
	}
	more, err := s.Rows(ctx, q, kind, connection, survivors)
	for t, uid := range led {
		if row, ok := more[Target{UID: uid}]; ok {
			found[t] = row
		}
	}
	return found, err
}

// Child reads one entity by any name that it ever had of its own, on this parent only. fault.NotFound: there is none.
func (s *Store) Child(ctx context.Context, q pg.Querier, kind, connection string, parent uuid.UUID, target Target) (Row, error) {
	r, err := s.child(ctx, q, kind, connection, parent, target)
	if !isNoRows(err) {
		return r, err
	}
	led, err := s.Aliases(ctx, q, kind, connection, target)
	if err != nil {
		return Row{}, err
	}
	if uid, ok := led[target]; ok {
		r, err = s.child(ctx, q, kind, connection, parent, Target{UID: uid})
	}
	if len(led) == 0 || isNoRows(err) {
		return Row{}, &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such " + kind}
	}
	return r, err
}

func (s *Store) child(ctx context.Context, q pg.Querier, kind, connection string, parent uuid.UUID, target Target) (r Row, err error) {
	var asOf *time.Time
	err = q.QueryRow(ctx, s.byName[kind].sql.child, connection, parent, target.VendorID, target.UID).Scan(&r.Effective, &asOf)
	if err != nil {
		return Row{}, fmt.Errorf("read %s: %w", kind, err)
	}
	r.AsOf = deref(asOf)
	return r, nil
}
