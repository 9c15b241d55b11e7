package adaptertest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// sweeps kills every sweep after every page, with edits in between: nothing is passed over, nothing doubled. Of each kind
// a first sweep and one of what has changed. No delivery tells of anything.
func sweeps(t *testing.T, h *house) {
	killed, vendors := map[string]string{}, map[string]*Simulator{}
	kinds := h.different()
	for i, k := range kinds {
		id, entities := "swept-"+strings.ReplaceAll(k.Name, "_", "-"), 2*h.Page+5
		if first := h.Kinds[0].Name; k.Name != first && k.Like != first && k.Parent == "" {
			entities = len(h.Operations) // of the first kind: there is as much of the others
		}
		killed[id] = k.Name
		vendors[k.Name] = Simulate(t, id, h.Simulate(entities, uint64(i))) //nolint:gosec // few
	}
	f := freeze(killed)
	all := slices.Collect(maps.Values(vendors))
	pace := Pace{Sweep: 500 * time.Millisecond, SecondLook: 200 * time.Millisecond, Settling: 100 * time.Millisecond, AnnounceWithin: 5 * time.Second}
	kit := Prepare(t, f.spec(h.Spec), merged(Settings{"pools.work": 10}, h.Pace(pace)), all...)
	for _, v := range all {
		v.Silence()
	}
	first, _ := kit.Start("a", ""), kit.Start("b", Address(t))
	for _, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			c := first.Of(vendors[k.Name], h.Kinds).In(t)
			t.Cleanup(f[c.ID].end) // also where the test has failed
			n := c.killed(f[c.ID], kit.expire)
			c.Agrees()
			if n < 3 && !k.Whole {
				t.Errorf("killed after %d pages only: there is more than one page of them", n)
			}
			t.Logf("killed after each of %d pages", n)
		})
	}
}

// different is one kind of those that are swept alike, and each feed.
func (h *house) different() []Kind {
	alike, names := map[string][]Kind{}, []string(nil)
	for _, k := range h.Kinds {
		name := cmp.Or(k.Like, k.Name)
		if alike[name] == nil {
			names = append(names, name)
		}
		alike[name] = append(alike[name], k)
	}
	kinds := make([]Kind, 0, len(names))
	for _, name := range names {
		all := alike[name]
		kinds = append(kinds, all[*shift%len(all)])
	}
	for _, feed := range h.Feeds {
		kinds = append(kinds, Kind{Name: feed, Whole: true})
	}
	return kinds
}

// killed lets each holder's page wait until its heir has applied the same one and holds the next: then it comes too late.
// It returns how many were killed in two whole sweeps.
func (c Connection) killed(f *cell, expire func(connection, kind string)) (holders int) {
	c.Helper()
	defer f.end()
	late, limit := make(chan struct{}), time.After(3*patience)
	for ; f.sweeps() < 2; holders++ {
		select {
		case thaw := <-f.frozen:
			c.meddle(holders, false)
			close(late)
			late = thaw
			expire(c.ID, f.kind)
		case <-limit:
			c.Fatalf("no two sweeps came to their end within %v", 3*patience)
		}
	}
	return holders
}

// expire lets the lease of a sweep run out, as time does.
func (k *Kit) expire(connection, kind string) {
	k.Helper()
	db, err := pgx.Connect(context.Background(), k.DatabaseURL)
	must(k, err)
	defer func() { _ = db.Close(context.Background()) }()
	_, err = db.Exec(context.Background(), `update cursor set lease_until = clock_timestamp() where connection = $1 and kind = $2`, connection, kind)
	must(k, err)
}

// meddle is what people do at the vendor meanwhile: an edit here and there, a new entity, a deletion; only what deliveries tell of,
// where that is told.
func (c Connection) meddle(round int, told bool) {
	c.Helper()
	for _, k := range c.Kinds {
		hand := c.vendor.Hands[k.Name]
		all := slices.Sorted(maps.Keys(hand.Truth()))
		said := fmt.Sprintf("said by a person, round %d", round)
		if hand.Make != nil {
			_, err := hand.Make(c.some(k, round), said)
			must(c, err)
		}
		if len(all) == 0 {
			continue
		}
		for _, at := range []int{0, len(all) / 2, len(all) - 1} {
			if hand.Edit != nil && (!told || !k.Unedited) {
				must(c, hand.Edit(all[(at+round)%len(all)], said))
			}
		}
		if hand.Delete != nil {
			must(c, hand.Delete(all[(len(all)/3+round*7)%len(all)]))
		}
	}
}

// some is a parent for a new entity of a kind; empty where the kind has none.
func (c Connection) some(k Kind, round int) string {
	if k.Parent == "" {
		return ""
	}
	all := slices.Sorted(maps.Keys(c.vendor.Hands[k.Parent].Truth()))
	return all[(round*13)%len(all)]
}
