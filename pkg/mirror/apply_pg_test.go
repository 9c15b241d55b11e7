package mirror_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

func outcomes(results []mirror.Result) []mirror.Outcome {
	all := make([]mirror.Outcome, 0, len(results))
	for _, r := range results {
		all = append(all, r.Outcome)
	}
	return all
}

func TestEightAtOnceWhoSeeAThingFirstMakeOneRow(t *testing.T) {
	h := newHouse(t)
	seen := make([]mirror.Observation, 8)
	for i := range seen {
		seen[i] = h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"})
	}
	results := make([][]mirror.Result, len(seen))
	var all sync.WaitGroup
	for i := range seen {
		all.Go(func() {
			err := pg.InTx(h.ctx, h.db, func(tx pgx.Tx) (err error) {
				results[i], err = h.store.Apply(h.ctx, tx, acme, seen[i:i+1])
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	inserted := 0
	for _, r := range results {
		if outcomes(r)[0] == mirror.Inserted {
			inserted++
		}
	}
	if rows := read[int](h, "select count(*) from ticket"); rows != 1 || inserted != 1 {
		t.Errorf("%d rows, inserted by %d", rows, inserted)
	}
}

func TestTwoPagesInOppositeOrderDoNotWaitForEachOther(t *testing.T) {
	h := newHouse(t)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for round := range 10 {
				page := make([]mirror.Observation, 0, 20)
				for i := range 20 {
					if worker%2 == 0 {
						i = 19 - i
					}
					page = append(page, h.ticket(mirror.Sweep, string(rune('a'+i)), &psav1.Ticket{Summary: string(rune('a' + (worker+round)%3))}))
				}
				tx, err := h.db.Begin(h.ctx)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err = h.store.Apply(h.ctx, tx, acme, page); err == nil {
					err = tx.Commit(h.ctx)
				}
				if err != nil { // without InTx, which would try again
					t.Error(err)
					_ = tx.Rollback(h.ctx)
				}
			}
		})
	}
	all.Wait()
}

func TestASweepComparesWhatIsUnchangedAndNeitherWritesNorLocksIt(t *testing.T) {
	h := newHouse(t)
	at := time.Unix(1_700_000_000, 0)
	row := func(id string) mirror.Observation {
		o := h.ticket(mirror.Sweep, id, &psav1.Ticket{Summary: "a", LastActionTime: timestamppb.Now()}) // noise
		o.VendorTime = at
		return o
	}
	h.apply(row("1"), row("2"))
	where := func() string {
		return read[string](h, "select string_agg(ctid::text || xmin, ' ' order by vendor_id) from ticket")
	}
	before := where()
	locker, err := h.db.Begin(h.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locker.Rollback(h.ctx) }()
	if _, err := locker.Exec(h.ctx, "select from ticket for update"); err != nil {
		t.Fatal(err)
	}
	if got := outcomes(h.apply(row("1"), row("2"))); !slices.Equal(got, []mirror.Outcome{mirror.Unchanged, mirror.Unchanged}) {
		t.Errorf("outcomes %v", got)
	}
	if err := locker.Rollback(h.ctx); err != nil {
		t.Fatal(err)
	}
	if after := where(); after != before {
		t.Errorf("written: %s, then %s", before, after)
	}
}

func TestWhenASweepWritesThoughTheContentIsTheSame(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	closed := "select closed from ticket where vendor_id = '1'"
	for name, prepare := range map[string]func(*house, *mirror.Observation){
		"a fetch is under way": func(h *house, _ *mirror.Observation) {
			h.tx(func(tx pgx.Tx) error {
				return h.store.Hint(h.ctx, tx, acme, mirror.Ref{Kind: "ticket", VendorID: "1"}, h.now())
			})
		},
		"a write is under way": func(h *house, _ *mirror.Observation) {
			h.patch(vendorID("1"), &psav1.Ticket{Agent: "3"}, "agent")
		},
		"the vendor has a later time for it": func(_ *house, o *mirror.Observation) { o.VendorTime = at.Add(time.Minute) },
		"the vendor has another version":     func(_ *house, o *mirror.Observation) { v := int64(7); o.Version = &v },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			o := h.ticket(mirror.Sweep, "1", &psav1.Ticket{Summary: "a"})
			o.VendorTime = at
			h.apply(o)
			before := read[int64](h, closed)
			o.Opened = h.now()
			prepare(h, &o)
			if got := outcomes(h.apply(o)); got[0] != mirror.Unchanged {
				t.Errorf("outcome %v", got)
			}
			if after := read[int64](h, closed); after <= before {
				t.Errorf("closed went from %d to %d", before, after)
			}
		})
	}
}

func TestAPartialRowLeavesTheRestAlone(t *testing.T) {
	h := newHouse(t)
	whole := h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a", Details: "long", Agent: "3"})
	whole.Payload = []byte(`{"summary": "a", "details": "long", "agent_id": 3}`)
	h.apply(whole)
	part := h.ticket(mirror.Sweep, "1", &psav1.Ticket{Summary: "b"})
	part.Covers, part.Payload = mirror.Fields("summary", "agent"), []byte(`{"summary": "b", "agent_id": null}`)
	h.apply(part)
	if got := h.get("1"); got.GetSummary() != "b" || got.GetDetails() != "long" || got.GetAgent() != "" {
		t.Errorf("got %v", got)
	}
	if got := read[string](h, "select payload::text from ticket"); got != `{"details": "long", "summary": "b", "agent_id": null}` {
		t.Errorf("payload %s", got)
	}
	whole.Opened, whole.Payload = h.now(), []byte(`{"summary": "a"}`)
	h.apply(whole)
	if got := read[string](h, "select payload::text from ticket"); got != `{"summary": "a"}` {
		t.Errorf("seen whole, payload %s", got)
	}
}

func TestARowAndItsDetailsInOnePageAreOne(t *testing.T) {
	h := newHouse(t)
	listed, detail := h.ticket(mirror.Sweep, "1", &psav1.Ticket{Summary: "a"}), h.ticket(mirror.Snapshot, "1", &psav1.Ticket{Details: "long"})
	listed.Covers, listed.Payload, listed.VendorTime = mirror.Fields("summary"), []byte(`{"summary": "a"}`), time.Unix(1000, 0)
	detail.Covers, detail.Payload, detail.VendorTime = mirror.Fields("details"), []byte(`{"details": "long"}`), time.Unix(1010, 0)
	if got := outcomes(h.apply(listed, detail)); !slices.Equal(got, []mirror.Outcome{mirror.Inserted, mirror.Changed}) {
		t.Errorf("outcomes %v", got)
	}
	if got := h.get("1"); got.GetSummary() != "a" || got.GetDetails() != "long" || got.GetMirror().GetVersion() != 1 {
		t.Errorf("got %v", got)
	}
	if got := read[string](h, "select payload::text from ticket"); got != `{"details": "long", "summary": "a"}` {
		t.Errorf("payload %s", got)
	}
}

func TestOddCharactersHoldUpNobody(t *testing.T) {
	h := newHouse(t)
	odd := h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a\x00b", Client: "c\x00d"})
	odd.Payload = []byte(`{"a": "\u0000 \ud800 \\u0000 \ud83d\ude00 \u00e9 ` + "\xff" + `"}`)
	h.apply(odd, h.ticket(mirror.Fetch, "2", &psav1.Ticket{Summary: "b"}))
	if got := read[string](h, "select payload->>'a' from ticket where vendor_id = '1'"); got != "\uFFFD \uFFFD \\u0000 😀 é \uFFFD" {
		t.Errorf("payload %q", got)
	}
	if got := h.get("1"); got.GetSummary() != "a\x00b" {
		t.Errorf("got %v", got)
	}
}

func TestAnObservationOfNothingIsAnError(t *testing.T) {
	h := newHouse(t)
	for _, ref := range []mirror.Ref{{Kind: "quote", VendorID: "1"}, {Kind: "ticket"}} {
		err := pg.InTx(h.ctx, h.db, func(tx pgx.Tx) error {
			_, err := h.store.Apply(h.ctx, tx, acme, []mirror.Observation{{Ref: ref, Source: mirror.Fetch}})
			return err
		})
		if err == nil {
			t.Errorf("%v was taken", ref)
		}
	}
}

func TestOneConnectionKnowsNothingOfAnother(t *testing.T) {
	h := newHouse(t)
	job, uid := h.create(&psav1.Ticket{Summary: "ours"}, "summary")
	theirs := h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "theirs"})
	theirs.Mark = job
	h.tx(func(tx pgx.Tx) error {
		_, err := h.store.Apply(h.ctx, tx, "other", []mirror.Observation{theirs})
		return err
	})
	if got := h.show(byUID(uid)); got.GetName() != "connections/acme/tickets/~"+uid.String() {
		t.Errorf("a mark crossed over: %v", got)
	}
	if _, err := h.find(vendorID("1")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("seen from another connection: %v", err)
	}
}

func TestTwoLooksMakeATombstoneAndOneMakesNone(t *testing.T) {
	h := newHouse(t, func(k *mirror.Kind[*psav1.Ticket]) { k.SecondLook = time.Hour })
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}))
	late := func(o mirror.Observation, by time.Duration) mirror.Observation {
		o.Opened.At = o.Opened.At.Add(by)
		return o
	}
	steps := []struct {
		name string
		seen mirror.Observation
		want mirror.Outcome
	}{
		{"a 404", h.absent(mirror.Fetch, "1"), mirror.Suspected},
		{"another a minute later", late(h.absent(mirror.Fetch, "1"), time.Minute), mirror.Suspected},
		{"a sight of it", h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}), mirror.Unchanged},
		{"a 404 an hour later", late(h.absent(mirror.Fetch, "1"), time.Hour), mirror.Suspected},
	}
	for _, s := range steps {
		s.seen.Opened.Seq = h.now().Seq
		if got := outcomes(h.apply(s.seen)); got[0] != s.want {
			t.Fatalf("%s: %v, want %v", s.name, got, s.want)
		}
	}
	if got := h.get("1"); got.GetMirror().GetDeleteTime() != nil {
		t.Fatalf("deleted on a suspicion: %v", got)
	}
	last := late(h.absent(mirror.Fetch, "1"), 2*time.Hour)
	if got := outcomes(h.apply(last)); got[0] != mirror.Tombstoned {
		t.Fatalf("the second look: %v", got)
	}
	got := h.get("1")
	if got.GetMirror().GetDeleteTime() == nil || got.GetSummary() != "a" {
		t.Errorf("got %v", got)
	}
	h.looked()
	old := h.ticket(mirror.Snapshot, "1", &psav1.Ticket{Summary: "a"})
	old.VendorTime = time.Now()
	if got := outcomes(h.apply(old)); got[0] != mirror.Overlapped || len(h.fetches()) != 1 {
		t.Errorf("late news of the dead: %v", got)
	}
	if got := outcomes(h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}))); got[0] != mirror.Revived {
		t.Errorf("found alive: %v", got)
	}
}

func TestASweepThatNoLongerListsARowSuspectsIt(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Sweep, "1", &psav1.Ticket{Summary: "a"}))
	if got := outcomes(h.apply(h.absent(mirror.Sweep, "1"))); got[0] != mirror.Suspected {
		t.Errorf("got %v", got)
	}
	if got := h.fetches(); len(got) != 1 {
		t.Errorf("the second look is not queued: %v", got)
	}
}

func TestWhenAllIsGoneNothingIsBelieved(t *testing.T) {
	h := newHouse(t, func(k *mirror.Kind[*psav1.Ticket]) { k.SecondLook = time.Nanosecond })
	ids := []string{"1", "2", "3", "4"}
	for round, want := range []mirror.Outcome{mirror.Inserted, mirror.Suspected, mirror.Withheld} {
		for _, id := range ids {
			o := h.absent(mirror.Fetch, id)
			if round == 0 {
				o = h.ticket(mirror.Fetch, id, &psav1.Ticket{Summary: "a"})
			}
			if got := outcomes(h.apply(o)); got[0] != want {
				t.Errorf("round %d of %s: %v, want %v", round, id, got, want)
			}
		}
	}
	h.apply(h.ticket(mirror.Fetch, "4", &psav1.Ticket{Summary: "a"}))
	if got := outcomes(h.apply(h.absent(mirror.Fetch, "1"))); got[0] != mirror.Tombstoned {
		t.Errorf("with few suspects: %v", got)
	}
}

func TestWhatWasNeverThereIsRememberedAndNotShown(t *testing.T) {
	h := newHouse(t)
	inFlight := h.ticket(mirror.Sweep, "1", &psav1.Ticket{Summary: "a"})
	if got := outcomes(h.apply(h.absent(mirror.Fetch, "1"))); got[0] != mirror.Suspected || len(h.fetches()) != 1 {
		t.Errorf("a 404: %v", got)
	}
	if _, err := h.find(vendorID("1")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("shown: %v", err)
	}
	h.looked()
	if got := outcomes(h.apply(inFlight)); got[0] != mirror.Inserted || len(h.fetches()) != 1 {
		t.Errorf("a page that was read before: %v, looks %v", got, h.fetches())
	}

	gone := h.ticket(mirror.Snapshot, "2", nil)
	gone.Presence, gone.State, gone.VendorTime = mirror.Deleted, nil, time.Unix(2000, 0)
	created := h.ticket(mirror.Snapshot, "2", &psav1.Ticket{Summary: "a"})
	created.VendorTime = time.Unix(1000, 0)
	if got := outcomes(h.apply(gone)); got[0] != mirror.Dropped {
		t.Errorf("deleted: %v", got)
	}
	if got := outcomes(h.apply(created)); got[0] != mirror.Overlapped {
		t.Errorf("late news of its creation: %v", got)
	}
	if _, err := h.find(vendorID("2")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("shown: %v", err)
	}
}

func TestAHintWithinTheReadLagIsLookedAtTwice(t *testing.T) {
	h := newHouse(t, func(k *mirror.Kind[*psav1.Ticket]) { k.ReadLag = time.Minute })
	ref := mirror.Ref{Kind: "ticket", VendorID: "1"}
	at := h.now()
	h.tx(func(tx pgx.Tx) error { return h.store.Hint(h.ctx, tx, acme, ref, at) })
	h.tx(func(tx pgx.Tx) error { return mirror.QueueFetch(h.ctx, tx, acme, ref, at.At.Add(2*time.Minute)) })
	h.tx(func(tx pgx.Tx) error { return mirror.QueueFetch(h.ctx, tx, acme, ref, time.Time{}) })
	first, last := read[time.Time](h, "select runnable_at from job"), read[time.Time](h, "select again_at from job")
	if !first.Equal(at.At) || !last.Equal(at.At.Add(2*time.Minute)) {
		t.Errorf("from %v, again at %v", first.Sub(at.At), last.Sub(at.At))
	}
	h.claim(read[uuid.UUID](h, "select id from job"))
	h.tx(func(tx pgx.Tx) error { return h.store.Hint(h.ctx, tx, acme, ref, h.now()) })
	if n := read[int](h, "select count(*) from job where state = 1"); n != 1 {
		t.Errorf("a hint joined a fetch that is running: %d queued", n)
	}
}

func TestAChangeCuesLooksAtWhatHangsOnIt(t *testing.T) {
	h := newHouse(t, func(k *mirror.Kind[*psav1.Ticket]) {
		k.Cues = func(id string, was, is *psav1.Ticket) []mirror.Ref {
			if was.GetLastActionTime().AsTime().Equal(is.GetLastActionTime().AsTime()) {
				return nil
			}
			return []mirror.Ref{{Kind: "note", VendorID: id}}
		}
		k.Noise = nil
	})
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}))
	h.looked()
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "b"}))
	if got := h.fetches(); len(got) != 0 {
		t.Errorf("queued %v", got)
	}
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "b", LastActionTime: timestamppb.Now()}))
	if got := h.fetches(); !slices.Equal(got, []string{"note 1"}) {
		t.Errorf("queued %v", got)
	}
}
