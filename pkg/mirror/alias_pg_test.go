package mirror_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// lastChange is the ticket that its last change shows, whatever its names lead to.
func (h *house) lastChange(uid uuid.UUID) *psav1.Ticket {
	h.t.Helper()
	m := &psav1.Ticket{}
	if err := proto.Unmarshal(read[[]byte](h, `select effective from ticket where uid = $1`, uid), m); err != nil {
		h.t.Fatal(err)
	}
	name, successor := read[string](h, `select name from change where uid = $1 order by xid desc, seq desc limit 1`, uid),
		read[string](h, `select successor from change where uid = $1 order by xid desc, seq desc limit 1`, uid)
	if name != m.GetName() || successor != m.GetMirror().GetMergedInto() {
		h.t.Errorf("the change is of %q, which lives on as %q; want %v", name, successor, m)
	}
	return m
}

func (h *house) became(source mirror.Source, from, to string) mirror.Observation {
	o := h.ticket(source, from, nil)
	o.Became = to
	return o
}

func (h *house) see(id, summary string) uuid.UUID {
	h.t.Helper()
	return h.apply(h.ticket(mirror.Sweep, id, &psav1.Ticket{Summary: summary}))[0].UID
}

func TestOfTwoTicketsMergedAtTheVendorTheOlderUIDLivesOn(t *testing.T) {
	for name, merged := range map[string]struct{ from, to string }{
		"the younger into the older": {"young", "old"},
		"the older into the younger": {"old", "young"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			old, young := h.see("old", "of old"), h.see("young", "of young")
			h.apply(h.note(mirror.Sweep, "n1", "old", &psav1.Note{Text: "a"}), h.note(mirror.Sweep, "n2", "young", &psav1.Note{Text: "b"}))
			second := h.patch(vendorID("young"), &psav1.Ticket{Agent: "1"}, "agent")
			first := h.patch(vendorID("old"), &psav1.Ticket{Team: "red"}, "team")
			h.looked()

			got := h.apply(h.became(mirror.Fetch, merged.from, merged.to))[0]
			if got.Outcome != mirror.Merged || got.UID != old {
				t.Errorf("got %+v, want %v merged", got, old)
			}
			is := h.get(merged.to)
			if is.GetUid() != old.String() || is.GetSummary() != "of "+merged.to || is.GetAgent() != "1" || is.GetTeam() != "red" {
				t.Errorf("what lives on: %v", is)
			}
			for _, name := range []mirror.Target{vendorID(merged.from), byUID(old), byUID(young)} {
				if other := h.show(name); !proto.Equal(other, is) {
					t.Errorf("%v leads to %v", name, other)
				}
			}
			if told := h.lastChange(young); told.GetMirror().GetMergedInto() != is.GetName() || told.GetUid() != young.String() {
				t.Errorf("watchers of the younger are told %v", told)
			}
			if n := read[int](h, `select count(*) from change where uid = $1 and successor <> ''`, young); n != 1 {
				t.Errorf("told %d times", n)
			}
			if n := read[int](h, `select count(*) from note where parent = $1`, old); n != 2 {
				t.Errorf("%d notes hang on it, want both", n)
			}
			if n := read[int](h, `select count(*) from job where uid = $1 and lane = $2`, old, "ticket/"+old.String()); n != 2 {
				t.Errorf("%d writes are in its lane, want both", n)
			}
			if one, two := read[int](h, `select state from job where id = $1`, second), read[int](h, `select state from job where id = $1`, first); one != 1 || two != 0 {
				t.Errorf("the write accepted first is in state %d, the other in %d; want 1 and 0", one, two)
			}
			if got := h.fetches(); !slices.Contains(got, "ticket "+merged.to) || !slices.Contains(got, "note "+merged.from) || slices.Contains(got, "ticket "+merged.from) {
				t.Errorf("queued %v", got)
			}
		})
	}
}

// What is shown of two that became one is what the vendor will have: the lane sends by seq, and a write that was replayed is
// at its end again, however long ago it was accepted.
func TestWritesOfTwoThatBecomeOneAreFoldedInTheOrderInWhichTheyAreSent(t *testing.T) {
	h := newHouse(t)
	h.see("old", "of old")
	h.see("young", "of young")
	replayed := h.patch(vendorID("young"), &psav1.Ticket{Agent: "1"}, "agent")
	h.patch(vendorID("old"), &psav1.Ticket{Agent: "2"}, "agent")
	h.exec(`update job set seq = default where id = $1`, replayed)

	h.apply(h.became(mirror.Fetch, "young", "old"))
	is := h.get("old")
	if is.GetAgent() != "1" {
		t.Errorf("agent %s is shown, want that of the write that is sent last", is.GetAgent())
	}
	if writes := is.GetMirror().GetPendingWrites(); len(writes) != 2 || writes[1].GetJob() != mirror.JobName(acme, replayed) {
		t.Errorf("the writes are shown as %v", writes)
	}
	if first := read[bool](h, `select state = 0 from job where id = $1`, replayed); !first {
		t.Error("what is shown last is sent first")
	}
}

func TestWhatTheVendorGaveAnotherIDKeepsItsUID(t *testing.T) {
	h := newHouse(t)
	uid := h.see("5", "printer")
	if got := h.apply(h.became(mirror.Snapshot, "5", "9"))[0]; got.Outcome != mirror.Merged || got.UID != uid || !got.Shown {
		t.Errorf("got %+v", got)
	}
	for _, id := range []string{"5", "9"} {
		if got := h.get(id); got.GetUid() != uid.String() || got.GetName() != "connections/acme/tickets/9" || got.GetSummary() != "printer" {
			t.Errorf("%s leads to %v", id, got)
		}
	}
	if got := h.fetches(); !slices.Contains(got, "ticket 9") {
		t.Errorf("queued %v", got)
	}
	if got := h.apply(h.ticket(mirror.Fetch, "9", &psav1.Ticket{Summary: "screen"}))[0]; got.UID != uid || got.Outcome != mirror.Changed {
		t.Errorf("its next state: %+v", got)
	}
}

func TestAnOldIDIsNeverTheEntityAgain(t *testing.T) {
	for name, step := range map[string]struct {
		news    func(h *house) mirror.Observation
		fetches []string
	}{
		"a listing goes on naming it":   {func(h *house) mirror.Observation { return h.ticket(mirror.Sweep, "5", &psav1.Ticket{Summary: "stub"}) }, nil},
		"a listing says what it became": {func(h *house) mirror.Observation { return h.became(mirror.Sweep, "5", "9") }, nil},
		"a late push": {func(h *house) mirror.Observation {
			return h.ticket(mirror.Snapshot, "5", &psav1.Ticket{Summary: "late"})
		}, []string{"ticket 9"}},
		"a look that was under way, 404": {func(h *house) mirror.Observation { return h.absent(mirror.Fetch, "5") }, []string{"ticket 9"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.see("5", "a")
			h.see("9", "b")
			h.apply(h.became(mirror.Fetch, "5", "9"))
			h.looked()
			was := h.get("9")
			for range 3 {
				h.apply(step.news(h))
			}
			if is := h.get("9"); !proto.Equal(is, was) {
				t.Errorf("was %v, is %v", was, is)
			}
			if n := read[int](h, `select count(*) from ticket where vendor_id is not null`); n != 1 {
				t.Errorf("%d tickets", n)
			}
			if got := h.fetches(); !slices.Equal(got, step.fetches) {
				t.Errorf("queued %v, want %v", got, step.fetches)
			}
		})
	}
}

func TestEveryNameLeadsToTheLastOfAChain(t *testing.T) {
	h := newHouse(t)
	h.see("5", "a")
	h.see("7", "b")
	h.apply(h.became(mirror.Fetch, "5", "7"))
	h.apply(h.became(mirror.Fetch, "7", "9")) // not known yet
	uid := h.see("11", "c")
	h.apply(h.became(mirror.Fetch, "11", "5")) // an id that leads elsewhere
	last := h.get("9")
	for _, name := range []mirror.Target{vendorID("5"), vendorID("7"), vendorID("11"), byUID(uid)} {
		if got := h.show(name); !proto.Equal(got, last) {
			t.Errorf("%v leads to %v", name, got)
		}
	}
}

func TestAnIDOfNothingThatWeKnowBecomesAnAlias(t *testing.T) {
	h := newHouse(t)
	if got := h.apply(h.became(mirror.Fetch, "5", "9"))[0]; got.Outcome != mirror.Merged || got.UID != (uuid.UUID{}) {
		t.Errorf("got %+v", got)
	}
	if got := h.fetches(); !slices.Contains(got, "ticket 9") {
		t.Errorf("queued %v", got)
	}
	if _, err := h.find(vendorID("5")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
	uid := h.see("9", "b")
	h.apply(h.became(mirror.Sweep, "5", "9"))
	if got := h.get("5"); got.GetUid() != uid.String() {
		t.Errorf("got %v", got)
	}
}

func TestAWriteByAnOldNameGoesToWhatLivesOn(t *testing.T) {
	h := newHouse(t)
	uid, young := h.see("5", "a"), h.see("9", "b")
	h.apply(h.became(mirror.Fetch, "5", "9"))
	for _, target := range []mirror.Target{vendorID("5"), byUID(young), vendorID("9"), byUID(uid)} {
		_, a := h.accepted(mirror.Proposal{Target: target, Operation: "UpdateTicket", Patch: &psav1.Ticket{Agent: "1"}, Paths: []string{"agent"}})
		if a.Entity.UID != uid || a.Lane != "ticket/"+uid.String() {
			t.Errorf("%v: accepted for %v in %s", target, a.Entity.UID, a.Lane)
		}
	}
	note := h.apply(h.note(mirror.Fetch, "n", "5", &psav1.Note{Text: "a"}))[0]
	if parent := read[uuid.UUID](h, `select parent from note where uid = $1`, note.UID); parent != uid {
		t.Errorf("a note on the old id hangs on %v", parent)
	}
}

func TestAMergeAndNewsOfItInOnePage(t *testing.T) {
	h := newHouse(t)
	h.see("5", "a")
	h.see("9", "b")
	page := []mirror.Observation{
		h.ticket(mirror.Sweep, "5", &psav1.Ticket{Summary: "stub"}), h.became(mirror.Sweep, "5", "9"),
		h.ticket(mirror.Sweep, "9", &psav1.Ticket{Summary: "new"}),
	}
	h.apply(page...)
	if got := h.get("5"); got.GetSummary() != "new" || got.GetName() != "connections/acme/tickets/9" {
		t.Errorf("got %v", got)
	}
}

// TestLocksAreTakenInTheOrderOfUIDs applies pages that name the same rows in any order side by side: none of them may
// wait for another that waits for it. Only where ids move from row to row it may, and is tried again.
func TestLocksAreTakenInTheOrderOfUIDs(t *testing.T) {
	for name, row := range map[string]struct {
		workers int
		merges  bool
	}{"pages in any order": {6, false}, "with merges and marks among them": {2, true}} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			const tickets = 24
			var ids []string
			for _, i := range rand.Perm(tickets) { // the order of ids is another than that of uids
				id := fmt.Sprintf("%02d", i)
				ids = append(ids, id)
				h.see(id, "a")
			}
			var marks []uuid.UUID
			for i := range 6 {
				job, _ := h.create(&psav1.Ticket{Summary: fmt.Sprint(i)}, "summary")
				marks = append(marks, job)
			}
			var g errgroup.Group
			for worker := range row.workers {
				g.Go(func() error {
					for round := range 15 {
						if err := h.applyPage(fmt.Sprint(worker, round), ids, marks, row.merges); err != nil {
							return err
						}
					}
					return nil
				})
			}
			if err := g.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func (h *house) applyPage(summary string, ids []string, marks []uuid.UUID, merges bool) error {
	var page []mirror.Observation
	for _, i := range rand.Perm(len(ids))[:10] {
		o := mirror.Observation{
			Ref: mirror.Ref{Kind: "ticket", VendorID: ids[i]}, Source: mirror.Fetch, Covers: mirror.Whole(), State: &psav1.Ticket{Summary: summary},
		}
		switch rand.IntN(8) {
		case 0:
			o.Mark = marks[rand.IntN(len(marks))]
		case 1:
			o.Became = ids[rand.IntN(len(ids))]
		}
		if !merges {
			o.Mark, o.Became = uuid.UUID{}, ""
		}
		page = append(page, o)
	}
	apply := func(tx pgx.Tx) error {
		opened, err := mirror.Now(h.ctx, tx)
		if err != nil {
			return err
		}
		for i := range page {
			page[i].Opened = opened
		}
		_, err = h.store.Apply(h.ctx, tx, acme, page)
		return err
	}
	if !merges {
		return pgx.BeginFunc(h.ctx, h.db, apply) // no second try
	}
	err := pg.InTx(h.ctx, h.db, apply)
	if pg.Violates(err, "ticket_connection_vendor_id_key") { // two gave the same id: the second comes again
		return nil
	}
	return err
}
