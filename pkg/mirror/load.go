package mirror

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// load locks the entities that are observed, those whose marks they carry and those that they became, all in the order
// of their uids, with their writes and parents.
func (a *applying) load(ctx context.Context, mine []int) error {
	marked, err := a.marks(ctx, mine)
	if err != nil {
		return err
	}
	ids := a.ids(mine)
	uids, err := a.others(ctx, mine, marked)
	if err != nil {
		return err
	}
	found, err := a.lock(ctx, ids, uids, slices.ContainsFunc(mine, func(i int) bool { return a.obs[i].Source == Sweep }))
	if err != nil {
		return err
	}
	a.entities, a.adopted = byVendorID(found), map[*Entity]bool{}
	if err := a.follow(ctx, ids); err != nil {
		return err
	}
	if err := a.adopt(ctx, mine, byMark(marked, found)); err != nil {
		return err
	}
	if err := a.become(ctx, mine); err != nil {
		return err
	}
	return a.findParents(ctx, mine)
}

// lock locks rows by vendor id and by uid, in the order of their uids, and reads their writes and then the moment, which is later than
// all that they have seen: what closes later has the higher number. Whether a row is busy is asked for a listing alone.
func (a *applying) lock(ctx context.Context, ids []string, uids []uuid.UUID, listed bool) (found []*Entity, err error) {
	sql, either := a.table.sql.loadCalm, a.table.sql.loadEitherCalm
	if listed {
		sql, either = a.table.sql.load, a.table.sql.loadEither
	}
	args := []any{a.connection, ids}
	if len(uids) > 0 {
		sql, args = either, append(args, uids)
	}
	byUID := map[uuid.UUID]*Entity{}
	b := &pgx.Batch{}
	b.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		found, err = a.table.collect(rows)
		for _, e := range found {
			byUID[e.UID] = e
		}
		return err
	})
	b.Queue(a.table.sql.writesOf, a.connection, append([]uuid.UUID{}, uids...), ids).Query(func(rows pgx.Rows) error { return a.table.foldWrites(rows, byUID) })
	b.Queue(drawMoment).QueryRow(func(row pgx.Row) error { return row.Scan(&a.now.Seq, &a.now.At) })
	if err := a.tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("load %s: %w", a.table.Name, err)
	}
	return found, nil
}

// others are the uids of what has to be locked besides what the ids name: the entities whose creates wrote the marks,
// and those that an id leads to which an entity is said to live on under.
func (a *applying) others(ctx context.Context, mine []int, marked map[uuid.UUID]uuid.UUID) ([]uuid.UUID, error) {
	uids := slices.Collect(maps.Values(marked))
	var names []string
	for _, i := range a.became(mine) {
		names = append(names, a.obs[i].Became)
	}
	if len(names) == 0 {
		return uids, nil
	}
	led, err := aliases(ctx, a.tx, a.table.Name, a.connection, names)
	return append(uids, slices.Collect(maps.Values(led))...), err
}

func (a *applying) ids(mine []int) []string {
	ids := make([]string, 0, len(mine))
	for _, i := range mine {
		ids = append(ids, a.obs[i].VendorID)
	}
	ids = slices.Compact(ids)
	for _, i := range a.became(mine) {
		ids = append(ids, a.obs[i].Became)
	}
	return ids
}

func byVendorID(found []*Entity) map[string]*Entity {
	m := make(map[string]*Entity, len(found))
	for _, e := range found {
		if e.VendorID != "" {
			m[e.VendorID] = e
		}
	}
	return m
}

// findParents resolves the parents that the observations name.
func (a *applying) findParents(ctx context.Context, mine []int) error {
	if a.table.Parent == "" {
		return nil
	}
	var ids []string
	for _, i := range mine {
		ids = append(ids, a.obs[i].Parent.VendorID)
	}
	parent := a.store.byName[a.table.Parent]
	rows, err := a.tx.Query(ctx, parent.sql.parents, a.connection, ids, parent.SecondLook())
	if err != nil {
		return fmt.Errorf("find parents: %w", err)
	}
	a.parents, a.hidden = map[string]uuid.UUID{}, map[string]bool{}
	var id string
	var uid uuid.UUID
	var known, hidden bool
	_, err = pgx.ForEachRow(rows, []any{&id, &uid, &known, &hidden}, func() error {
		if a.hidden[id] = hidden; known {
			a.parents[id] = uid
		}
		return nil
	})
	return err
}

// crowded says whether so many absences are suspected in this connection that none is believed.
func (a *applying) crowded(ctx context.Context) (bool, error) {
	if a.crowd == nil {
		var crowded bool
		if err := a.tx.QueryRow(ctx, a.table.sql.crowd, a.connection, a.table.maxSuspects).Scan(&crowded); err != nil {
			return false, fmt.Errorf("count suspects: %w", err)
		}
		a.crowd = &crowded
	}
	return *a.crowd, nil
}
