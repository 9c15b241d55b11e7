package mirror

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// load locks the entities that are observed, in the order of their vendor ids, with their writes and parents.
func (a *applying) load(ctx context.Context, mine []int) error {
	found, err := a.table.query(ctx, a.tx, a.table.sql.load, a.connection, a.ids(mine))
	if err != nil {
		return err
	}
	a.entities = byVendorID(found)
	if len(found) > 0 {
		if err := a.table.loadWrites(ctx, a.tx, a.connection, found); err != nil {
			return err
		}
	}
	if err := a.adopt(ctx, mine); err != nil {
		return err
	}
	if err := a.findParents(ctx, mine); err != nil {
		return err
	}
	a.now, err = Now(ctx, a.tx) // after the locks: what closes later has the higher number
	return err
}

func (a *applying) ids(mine []int) []string {
	ids := make([]string, 0, len(mine))
	for _, i := range mine {
		ids = append(ids, a.obs[i].VendorID)
	}
	return slices.Compact(ids)
}

func byVendorID(found []*Entity) map[string]*Entity {
	m := make(map[string]*Entity, len(found))
	for _, e := range found {
		m[e.VendorID] = e
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
		var suspects int
		if err := a.tx.QueryRow(ctx, a.table.sql.crowd, a.connection, a.table.maxSuspects+1).Scan(&suspects); err != nil {
			return false, fmt.Errorf("count suspects: %w", err)
		}
		crowded := suspects > a.table.maxSuspects
		a.crowd = &crowded
	}
	return *a.crowd, nil
}
