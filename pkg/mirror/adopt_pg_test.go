package mirror_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func TestAWebhookAboutOurOwnCreateMakesNoSecondRow(t *testing.T) {
	h := newHouse(t)
	job, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
	answer := h.answer(job, "1", &psav1.Ticket{Summary: "a"})

	pushed := h.ticket(mirror.Snapshot, "1", &psav1.Ticket{Summary: "a", Agent: "3"})
	pushed.Mark = job
	if got := h.apply(pushed)[0]; got.UID != uid || got.Outcome != mirror.Inserted || got.Doubled {
		t.Errorf("got %+v", got)
	}
	got := h.get("1")
	if got.GetUid() != uid.String() || got.GetAgent() != "3" || len(got.GetMirror().GetPendingWrites()) != 0 {
		t.Errorf("seen: %v", got)
	}
	if !h.settle(job, "1", answer) {
		t.Error("a create that was seen is not done")
	}
	if got := h.get("1"); got.GetAgent() != "3" || len(got.GetMirror().GetPendingWrites()) != 0 {
		t.Errorf("settled: %v", got)
	}
	if n := read[int](h, "select count(*) from ticket"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestAMarkIsBelievedOnce(t *testing.T) {
	h := newHouse(t)
	job, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
	var page []mirror.Observation
	for _, id := range []string{"1", "2", "1"} {
		o := h.ticket(mirror.Sweep, id, &psav1.Ticket{Summary: "a"})
		o.Mark = job
		page = append(page, o)
	}
	results := h.apply(page...)
	if results[0].UID != uid || results[0].Doubled || results[2].UID != uid || results[2].Doubled {
		t.Errorf("the first: %+v, again: %+v", results[0], results[2])
	}
	if results[1].UID == uid || !results[1].Doubled {
		t.Errorf("the clone: %+v", results[1])
	}
	page[1].Opened = h.now()
	if again := h.apply(page[1])[0]; again.Doubled {
		t.Errorf("told twice: %+v", again)
	}
}

func TestWhatWasSeenWithoutItsMarkBecomesOneWithItsCreate(t *testing.T) {
	for name, find := range map[string]func(h *house, job uuid.UUID){
		"by its answer": func(h *house, job uuid.UUID) { h.settle(job, "1", nil) },
		"by its mark": func(h *house, job uuid.UUID) {
			o := h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a", Status: "2"})
			o.Mark = job
			h.apply(o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			job, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
			patch := h.patch(byUID(uid), &psav1.Ticket{Agent: "3"}, "agent")
			h.claim(job)
			unmarked := h.ticket(mirror.Sweep, "1", &psav1.Ticket{Summary: "a", Status: "2"})
			unmarked.Payload = []byte(`{"id": 1}`)
			twin := h.apply(unmarked)[0].UID
			h.apply(h.note(mirror.Sweep, "7", "1", &psav1.Note{Text: "hello"}))
			theirs := h.patch(vendorID("1"), &psav1.Ticket{Team: "red"}, "team")

			find(h, job)

			got := h.get("1")
			if got.GetUid() != uid.String() || got.GetStatus() != "2" || got.GetTeam() != "red" || got.GetAgent() != "3" {
				t.Errorf("got %v", got)
			}
			if gone := h.show(byUID(twin)); !proto.Equal(gone, got) {
				t.Errorf("the twin's name leads to %v", gone)
			}
			told := h.lastChange(twin)
			if told.GetMirror().GetMergedInto() != got.GetName() || told.GetMirror().GetDeleteTime() == nil {
				t.Errorf("watchers of the twin are told %v", told)
			}
			if lane := "ticket/" + uid.String(); read[int](h, "select count(*) from job where uid = $1 and lane = $2", uid, lane) != 3 {
				t.Error("its writes did not join the lane")
			}
			if state := read[int](h, "select state from job where id = $1", theirs); state != 0 {
				t.Errorf("a write that joined a lane with others under way is in state %d, want waiting", state)
			}
			if parent := read[uuid.UUID](h, "select parent from note"); parent != uid {
				t.Error("its note stayed behind")
			}
			if got := read[string](h, "select payload::text from ticket where vendor_id = '1'"); got != `{"id": 1}` {
				t.Errorf("payload %s", got)
			}
			h.tx(func(tx pgx.Tx) error {
				if e, err := h.store.Lock(h.ctx, tx, h.store.Table("ticket"), acme, twin); err != nil || e == nil || e.UID != uid {
					t.Errorf("who locks the twin locks %v, %v", e, err)
				}
				return nil
			})
			_ = patch
		})
	}
}

func TestA404BeforeTheAnswerToACreateIsForgotten(t *testing.T) {
	h := newHouse(t)
	job, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
	answer := h.answer(job, "1", &psav1.Ticket{Summary: "a"})
	h.apply(h.absent(mirror.Fetch, "1"))
	h.settle(job, "1", answer)
	if got := h.get("1"); got.GetUid() != uid.String() || got.GetMirror().GetDeleteTime() != nil || got.GetSummary() != "a" {
		t.Errorf("got %v", got)
	}
	if n := read[int](h, "select count(*) from ticket"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestAChildWhoseParentIsUnknownAsksForBoth(t *testing.T) {
	h := newHouse(t)
	orphan := h.note(mirror.Sweep, "7", "1", &psav1.Note{Text: "hello"})
	if got := h.apply(orphan)[0]; got.Outcome != mirror.Dropped {
		t.Errorf("got %+v", got)
	}
	if got := h.fetches(); !slices.Equal(got, []string{"note 7", "ticket 1"}) {
		t.Errorf("queued %v", got)
	}
	h.looked()
	orphan.Source, orphan.Opened = mirror.Fetch, h.now()
	h.apply(orphan)
	if soon := read[int](h, "select count(*) from job where kind = 'note' and runnable_at < now() + interval '1 minute'"); soon != 0 {
		t.Error("a look that found no parent is made again at once")
	}
	page := []mirror.Observation{orphan, h.ticket(mirror.Sweep, "1", &psav1.Ticket{Summary: "a"})}
	page[0].Opened = h.now()
	if got := outcomes(h.apply(page...)); !slices.Equal(got, []mirror.Outcome{mirror.Inserted, mirror.Inserted}) {
		t.Errorf("with its parent in one page: %v", got)
	}
	if read[uuid.UUID](h, "select parent from note") != read[uuid.UUID](h, "select uid from ticket") {
		t.Error("it does not hang on its parent")
	}
}

func TestAChildOfWhatTheVendorHidesIsNotLookedForForEver(t *testing.T) {
	h := newHouse(t)
	for look, want := range [][]string{{"note 7", "ticket 1"}, {"note 7", "ticket 1"}, nil} {
		orphan := h.note(mirror.Fetch, "7", "1", &psav1.Note{Text: "hello"})
		h.looked()
		if got := h.apply(orphan)[0]; got.Outcome != mirror.Dropped {
			t.Errorf("look %d: %+v", look, got)
		}
		if got := h.fetches(); !slices.Equal(got, want) {
			t.Errorf("look %d: queued %v, want %v", look, got, want)
		}
		h.apply(h.absent(mirror.Fetch, "1"))
		if look == 0 {
			h.exec("update ticket set suspected_at = suspected_at - interval '3 min', closed_at = closed_at - interval '3 min'")
		}
	}
}

func TestALaneTakesSoManyChildrenAndNoMore(t *testing.T) {
	h := newHouse(t)
	_, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
	h.exec(`insert into job (id, format, connection, kind, uid, lane, class, operation, state)
		select gen_random_uuid(), 1, 'acme', 'note', gen_random_uuid(), $1, 0, 'AddNote', 0 from generate_series(2, $2)`,
		"ticket/"+uid.String(), mirror.MaxPending)
	_, err := h.propose(mirror.Proposal{
		Job: uuid.New(), Kind: "note", Effect: mirror.Creates, Parent: byUID(uid), Patch: &psav1.Note{Text: "hello"}, Paths: []string{"text"},
	})
	if f := fault.Of(err); f == nil || f.Reason != "TOO_MANY_PENDING" {
		t.Errorf("got %v", err)
	}
}

func TestAChildRidesInItsParentsLane(t *testing.T) {
	h := newHouse(t)
	_, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
	job, a := h.accepted(mirror.Proposal{
		Kind: "note", Operation: "AddNote", Effect: mirror.Creates, Parent: byUID(uid), Patch: &psav1.Note{Text: "hello"}, Paths: []string{"text"},
	})
	if a.Lane != "ticket/"+uid.String() || a.Entity.Parent != uid {
		t.Errorf("lane %s, parent %v", a.Lane, a.Entity.Parent)
	}
	row, err := h.store.Get(h.ctx, h.db, "note", acme, byUID(a.Entity.UID))
	if err != nil {
		t.Fatal(err)
	}
	if got := wire(t, row, &psav1.Note{}, row.AsOf); got.GetName() != "connections/acme/tickets/~"+uid.String()+"/notes/~"+a.Entity.UID.String() {
		t.Errorf("name %s", got.GetName())
	}
	seen := h.note(mirror.Write, "7", "1", &psav1.Note{Text: "hello"})
	seen.Opened = h.claim(job)
	if !h.settle(job, "7", &seen) {
		t.Error("not done")
	}
	edit, a := h.accepted(mirror.Proposal{Kind: "note", Target: vendorID("7"), Patch: &psav1.Note{Text: "bye"}, Paths: []string{"text"}})
	if a.Lane != "ticket/"+uid.String() {
		t.Errorf("lane %s", a.Lane)
	}
	h.settle(edit, "", nil)
	_, parent, err := h.store.Peek(h.ctx, h.db, h.store.Table("note"), acme, a.Entity.UID)
	if err != nil || parent.VendorID != "" { // the ticket is not confirmed yet
		t.Errorf("parent %v %v", parent, err)
	}
}

func TestAFetchByTheParentsIDKeepsItsChildrenBusy(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}), h.note(mirror.Fetch, "7", "1", &psav1.Note{Text: "hello"}))
	closed := read[int64](h, "select closed from note")
	h.tx(func(tx pgx.Tx) error {
		return h.store.Hint(h.ctx, tx, acme, mirror.Ref{Kind: "note", VendorID: "1"}, h.now())
	})
	h.apply(h.note(mirror.Sweep, "7", "1", &psav1.Note{Text: "hello"}))
	if after := read[int64](h, "select closed from note"); after <= closed {
		t.Errorf("closed went from %d to %d", closed, after)
	}
}

func TestAChildNeedsItsParentRegisteredFirst(t *testing.T) {
	if _, err := mirror.New(noteKind().Bind(), ticketKind().Bind()); err == nil {
		t.Error("taken in the wrong order")
	}
}

func TestAColumnOfNoKnownTypeIsRefused(t *testing.T) {
	odd := ticketKind()
	odd.Columns = func(m *psav1.Ticket) []any { return []any{m, "", ""} }
	if _, err := mirror.New(odd.Bind()); err == nil {
		t.Error("taken with a message for a column")
	}
}
