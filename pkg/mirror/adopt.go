package mirror

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// adopt gives what carries a mark to the entity whose create wrote that mark, whichever way it came: so a webhook about
// our own create makes no second row. A mark is believed once: under another vendor id it is a double.
func (a *applying) adopt(ctx context.Context, mine []int, creators map[uuid.UUID]*Entity) error {
	for _, i := range a.marked(mine) {
		if err := a.believe(ctx, i, creators[a.obs[i].Mark]); err != nil {
			return err
		}
	}
	return nil
}

// marked are those of mine that carry a mark.
func (a *applying) marked(mine []int) []int {
	return slices.DeleteFunc(slices.Clone(mine), func(i int) bool {
		return a.obs[i].Mark == (uuid.UUID{}) || a.obs[i].Presence != Present || a.obs[i].renames()
	})
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
		if err := a.store.merge(ctx, a.tx, a.table, creator, known, known); err != nil {
			return err
		}
	}
	creator.VendorID = o.VendorID
	a.jobs.born = append(a.jobs.born, born{uid: creator.UID, vendorID: o.VendorID, mark: o.Mark})
	a.entities[o.VendorID], a.adopted[creator] = creator, true
	return nil
}

// marks are the uids of the entities that the jobs with these marks were to create, by mark.
func (a *applying) marks(ctx context.Context, mine []int) (map[uuid.UUID]uuid.UUID, error) {
	marked := a.marked(mine)
	if len(marked) == 0 {
		return nil, nil
	}
	marks := make([]uuid.UUID, 0, len(marked))
	for _, i := range marked {
		marks = append(marks, a.obs[i].Mark)
	}
	rows, err := a.tx.Query(ctx, `select id, uid from job
		where id = any($2::uuid[]) and connection = $1 and kind = $3 and effect = 1`, a.connection, marks, a.table.Name)
	if err != nil {
		return nil, fmt.Errorf("find the jobs of marks: %w", err)
	}
	created := map[uuid.UUID]uuid.UUID{}
	var mark, uid uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&mark, &uid}, func() error { created[mark] = uid; return nil })
	if err != nil {
		return nil, fmt.Errorf("find the jobs of marks: %w", err)
	}
	return created, nil
}

// byMark are the creators that are locked. One that was merged into another meanwhile creates nothing any more.
func byMark(marked map[uuid.UUID]uuid.UUID, found []*Entity) map[uuid.UUID]*Entity {
	creators := map[uuid.UUID]*Entity{}
	for mark, uid := range marked {
		if at := slices.IndexFunc(found, func(e *Entity) bool { return e.UID == uid && !e.merged() }); at >= 0 {
			creators[mark] = found[at]
		}
	}
	return creators
}
