package mirror

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// became are those of mine that say that their entity lives on under another id.
func (a *applying) became(mine []int) []int {
	return slices.DeleteFunc(slices.Clone(mine), func(i int) bool { return !a.obs[i].renames() })
}

// become makes one of each entity and what it became: the older uid lives on, under the id that the vendor now has for it,
// and the old id leads there for ever.
func (a *applying) become(ctx context.Context, mine []int) error {
	for _, i := range a.became(mine) {
		o := a.obs[i]
		was, is := a.entities[o.VendorID], a.living(o.Became)
		if was != nil && was == is {
			continue // told twice
		}
		e, err := a.unite(ctx, o, was, is)
		if err != nil {
			return err
		}
		if e == nil || was == nil && a.aliases[o.VendorID] == e.UID { // nothing that we have ever shown, or known already
			continue
		}
		b := &pgx.Batch{}
		aliased(b, a.table.Name, a.connection, e.UID, o.VendorID)
		if err := a.tx.SendBatch(ctx, b).Close(); err != nil {
			return fmt.Errorf("keep %s as an alias: %w", o.VendorID, err)
		}
		a.aliases[o.VendorID] = e.UID
	}
	return nil
}

// living is the entity with this id, or the one that it leads to.
func (a *applying) living(vendorID string) *Entity {
	if e := a.entities[vendorID]; e != nil {
		return e
	}
	uid, ok := a.aliases[vendorID]
	if !ok {
		return nil
	}
	for _, e := range a.entities {
		if e.UID == uid {
			return e
		}
	}
	return nil
}

// unite is the one that lives on of an entity and what it became; nil: neither is known.
func (a *applying) unite(ctx context.Context, o Observation, was, is *Entity) (*Entity, error) {
	if is == nil || was != nil {
		a.lookAround(o)
	}
	switch {
	case was == nil:
		return is, nil
	case is == nil:
		a.rename(was, o.VendorID, o.Became)
		return was, nil
	}
	survivor, other := elder(was, is)
	id := is.VendorID
	if err := a.store.merge(ctx, a.tx, a.table, survivor, other, is); err != nil {
		return nil, err
	}
	a.rename(survivor, o.VendorID, id)
	return survivor, nil
}

// elder is first the one that lives on: the older, unless nobody was ever shown it.
func elder(a, b *Entity) (survivor, other *Entity) {
	switch {
	case a.ghost() != b.ghost():
		if a.ghost() {
			return b, a
		}
	case bytes.Compare(b.UID[:], a.UID[:]) < 0:
		return b, a
	}
	return a, b
}

func (a *applying) rename(e *Entity, from, to string) {
	delete(a.entities, from)
	e.VendorID = to
	a.entities[to], a.adopted[e] = e, true
}

// lookAround asks for a look at what lives on, and at what hung on either.
func (a *applying) lookAround(o Observation) {
	now := a.now
	a.jobs.looks = append(a.jobs.looks, a.store.Hinted(Ref{Kind: a.table.Name, VendorID: o.Became}, now.At))
	for _, child := range a.store.tables {
		if child.Parent == a.table.Name {
			a.jobs.looks = append(a.jobs.looks,
				a.store.Hinted(Ref{Kind: child.Name, VendorID: o.VendorID}, now.At), a.store.Hinted(Ref{Kind: child.Name, VendorID: o.Became}, now.At))
		}
	}
}

// follow looks where the ids lead that no row has.
func (a *applying) follow(ctx context.Context, ids []string) (err error) {
	a.aliases = map[string]uuid.UUID{}
	missing := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return a.entities[id] != nil })
	if len(missing) == 0 {
		return nil
	}
	found, err := aliases(ctx, a.tx, a.table.Name, a.connection, missing)
	maps.Copy(a.aliases, found)
	return err
}

// passOn takes in what came under an id that only leads to another entity: it is not that one's state, but news of it.
// Listings go on naming such an id, and tell nothing with it.
func (s *saving) passOn(ctx context.Context, i int) (passed bool, err error) {
	o := s.obs[i]
	uid, ok := s.aliases[o.VendorID]
	if !ok || s.entities[o.VendorID] != nil {
		return false, nil
	}
	s.results[i] = Result{Ref: o.Ref, UID: uid, Outcome: Unchanged}
	if o.Source == Sweep {
		return true, nil
	}
	var id *string
	err = s.tx.QueryRow(ctx, fmt.Sprintf("select vendor_id from %s where connection = $1 and uid = $2", s.table.Table), s.connection, uid).Scan(&id)
	if err != nil && !isNoRows(err) {
		return false, fmt.Errorf("find what %s leads to: %w", o.VendorID, err)
	}
	s.jobs.looks = append(s.jobs.looks, s.store.Hinted(Ref{Kind: s.table.Name, VendorID: deref(id)}, s.now.At)) // without an id it is left out
	return true, nil
}

// united notes what became of an entity that lives on under another id.
func (s *saving) united(i int) {
	o := s.obs[i]
	s.results[i] = Result{Ref: o.Ref, Outcome: Merged}
	e := s.living(o.Became)
	if e == nil {
		return
	}
	s.results[i].UID = e.UID
	if s.adopted[e] {
		d := s.draftOf(e, false)
		d.obs = append(d.obs, i)
	}
}
