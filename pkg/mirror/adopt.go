package mirror

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// adopt gives what carries a mark to the entity whose create wrote that mark, whichever way it came: so a webhook about
// our own create makes no second row. A mark is believed once: under another vendor id it is a double.
func (a *applying) adopt(ctx context.Context, mine []int) error {
	marked := slices.DeleteFunc(slices.Clone(mine), func(i int) bool {
		return a.obs[i].Mark == (uuid.UUID{}) || a.obs[i].Presence != Present
	})
	if len(marked) == 0 {
		return nil
	}
	creators, err := a.creators(ctx, marked)
	if err != nil {
		return err
	}
	a.adopted = map[*Entity]bool{}
	for _, i := range marked {
		if err := a.believe(ctx, i, creators[a.obs[i].Mark]); err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) believe(ctx context.Context, i int, creator *Entity) error {
	o := a.obs[i]
	known := a.entities[o.VendorID]
	switch {
	case creator == nil || known != nil && known.UID == creator.UID:
		return nil
	case creator.VendorID != "":
		a.results[i].Doubled = known == nil
		return nil
	}
	creator.Refusal = nil // of the create, which has come about
	if known != nil {
		if err := a.store.merge(ctx, a.tx, a.table, creator, known); err != nil {
			return err
		}
	}
	creator.VendorID = o.VendorID
	a.jobs.born = append(a.jobs.born, born{uid: creator.UID, vendorID: o.VendorID, mark: o.Mark})
	a.entities[o.VendorID], a.adopted[creator] = creator, true
	return nil
}

// creators locks the entities that the jobs with these marks were to create, in the order of their uids.
func (a *applying) creators(ctx context.Context, marked []int) (map[uuid.UUID]*Entity, error) {
	marks := make([]uuid.UUID, 0, len(marked))
	for _, i := range marked {
		marks = append(marks, a.obs[i].Mark)
	}
	rows, err := a.tx.Query(ctx, `select id, uid from job
		where id = any($2::uuid[]) and connection = $1 and kind = $3 and effect = 1`, a.connection, marks, a.table.Name)
	if err != nil {
		return nil, fmt.Errorf("find the jobs of marks: %w", err)
	}
	type creation struct{ Mark, UID uuid.UUID }
	created, err := pgx.CollectRows(rows, pgx.RowToStructByPos[creation])
	if err != nil || len(created) == 0 {
		return nil, err
	}
	uids := make([]uuid.UUID, 0, len(created))
	for _, c := range created {
		uids = append(uids, c.UID)
	}
	byUID, err := a.creatorRows(ctx, uids)
	if err != nil {
		return nil, err
	}
	m := make(map[uuid.UUID]*Entity, len(created))
	for _, c := range created {
		m[c.Mark] = byUID[c.UID]
	}
	return m, nil
}

// creatorRows loads and locks entities by uid; those that are locked already by their vendor id are the same ones.
func (a *applying) creatorRows(ctx context.Context, uids []uuid.UUID) (map[uuid.UUID]*Entity, error) {
	byUID := map[uuid.UUID]*Entity{}
	for _, e := range a.entities {
		byUID[e.UID] = e
	}
	uids = slices.DeleteFunc(uids, func(uid uuid.UUID) bool { return byUID[uid] != nil })
	slices.SortFunc(uids, func(x, y uuid.UUID) int { return cmp.Compare(x.String(), y.String()) })
	found, err := a.table.query(ctx, a.tx, a.table.sql.loadUID, a.connection, slices.Compact(uids))
	if err != nil || len(found) == 0 {
		return byUID, err
	}
	for _, e := range found {
		byUID[e.UID] = e
	}
	return byUID, a.table.loadWrites(ctx, a.tx, a.connection, found)
}
