package mirror_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func TestARowReachesTheCallerWithoutBeingParsed(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a", CreateTime: timestamppb.New(time.Unix(1, 2))}))
	h.patch(vendorID("1"), &psav1.Ticket{Agent: "3"}, "agent")
	row, err := h.store.Get(h.ctx, h.db, "ticket", acme, vendorID("1"))
	if err != nil {
		t.Fatal(err)
	}
	stored := &psav1.Ticket{}
	if err := proto.Unmarshal(row.Effective, stored); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ swept, want time.Time }{
		"seen later than it was swept": {row.AsOf.Add(-time.Hour), row.AsOf},
		"swept later than it was seen": {row.AsOf.Add(time.Hour), row.AsOf.Add(time.Hour)},
		"never swept":                  {time.Time{}, row.AsOf},
	} {
		got := wire(t, row, &psav1.Ticket{}, c.swept)
		if at := got.GetMirror().GetSyncTime().AsTime(); !at.Equal(c.want) {
			t.Errorf("%s: in step at %v, want %v", name, at, c.want)
		}
		if n := len(got.GetMirror().GetPendingWrites()); n != 1 {
			t.Errorf("%s: %d pending writes", name, n)
		}
		if len(got.ProtoReflect().GetUnknown()) > 0 {
			t.Errorf("%s: not understood: %x", name, got.ProtoReflect().GetUnknown())
		}
		got.GetMirror().SyncTime = nil
		if !proto.Equal(got, stored) {
			t.Errorf("%s: got %v, stored is %v", name, got, stored)
		}
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	h := newHouse(t)
	if _, err := h.store.Get(h.ctx, h.db, "note", acme, vendorID("1")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
}

// walk reads a list page by page, and calls between after each.
func (h *house) walk(q mirror.Query, size int, between func(page int)) []string {
	h.t.Helper()
	var seen []string
	var place mirror.Place
	for n := 0; ; n++ {
		rows, err := h.store.List(h.ctx, h.db, "ticket", acme, q, place, size)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, r := range rows {
			seen = append(seen, wire(h.t, r, &psav1.Ticket{}, time.Time{}).GetSummary())
			place = mirror.Place{Order: r.Order, UID: r.UID}
		}
		if len(rows) < size {
			return seen
		}
		between(n)
	}
}

func (h *house) fill(n int) {
	h.t.Helper()
	var page []mirror.Observation
	for i := range n {
		page = append(page, h.ticket(mirror.Sweep, fmt.Sprint(i), &psav1.Ticket{
			Summary: fmt.Sprint(i), Client: fmt.Sprint(i % 2), UpdateTime: timestamppb.New(time.Unix(int64(i/3), 0)),
		}))
	}
	h.apply(page...)
}

func TestPagesHoldWhileEntitiesChange(t *testing.T) {
	change := func(h *house) func(int) {
		return func(page int) { // one that was listed and one that was not
			for _, id := range []string{fmt.Sprint(19 - page), fmt.Sprint(page)} {
				h.apply(h.ticket(mirror.Fetch, id, &psav1.Ticket{Summary: id, UpdateTime: timestamppb.New(time.Unix(int64(100+page), 0))}))
			}
		}
	}
	t.Run("by creation, everything once", func(t *testing.T) {
		h := newHouse(t)
		h.fill(20)
		got := h.walk(mirror.Query{}, 3, change(h))
		slices.Sort(got)
		if len(got) != 20 || len(slices.Compact(got)) != 20 {
			t.Errorf("got %v", got)
		}
	})
	t.Run("by last change, nothing twice, and what does not change once", func(t *testing.T) {
		h := newHouse(t, func(k *mirror.Kind[*psav1.Ticket]) { k.Order = "updated_at" })
		h.fill(20)
		got := h.walk(mirror.Query{}, 3, change(h))
		seen := slices.Clone(got)
		slices.Sort(seen)
		if len(slices.Compact(seen)) != len(got) {
			t.Errorf("twice: %v", got)
		}
		for i := 7; i < 13; i++ {
			if !slices.Contains(got, fmt.Sprint(i)) {
				t.Errorf("%d did not change, and is not in %v", i, got)
			}
		}
	})
}

func TestAListNarrows(t *testing.T) {
	h := newHouse(t, func(k *mirror.Kind[*psav1.Ticket]) { k.Order = "updated_at" })
	h.fill(9)
	h.accepted(mirror.Proposal{Target: vendorID("3"), Effect: mirror.Deletes})
	var q mirror.Query
	q.Where("client = any(?)", []string{"1"})
	q.Where("updated_at >= ? and updated_at < now()", time.Unix(1, 0))
	q.Condition("refusal is null")
	if got := h.walk(q, 1, func(int) {}); !slices.Equal(got, []string{"7", "5"}) {
		t.Errorf("got %v", got)
	}
}
