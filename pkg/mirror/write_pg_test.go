package mirror_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func TestAWriteIsShownAtOnceAndStaysUntilTheVendorHasIt(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "printer", Client: "7"}))

	job := h.patch(vendorID("1"), &psav1.Ticket{Summary: "the printer"}, "summary")
	got := h.get("1")
	if got.GetSummary() != "the printer" || got.GetClient() != "7" || len(got.GetMirror().GetPendingWrites()) != 1 {
		t.Errorf("accepted: %v", got)
	}
	if state := got.GetMirror().GetPendingWrites()[0].GetState(); state != typev1.PendingWrite_STATE_QUEUED {
		t.Errorf("accepted: %v", state)
	}

	if h.settle(job, "", nil) {
		t.Error("settled without a state, and called done")
	}
	got = h.get("1")
	if got.GetSummary() != "the printer" || got.GetMirror().GetPendingWrites()[0].GetState() != typev1.PendingWrite_STATE_SETTLED {
		t.Errorf("settled: %v", got)
	}
	if got := h.fetches(); !slices.Equal(got, []string{"ticket 1"}) {
		t.Errorf("a look is needed, and queued is %v", got)
	}

	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "the printer", Client: "8"}))
	got = h.get("1")
	if got.GetSummary() != "the printer" || got.GetClient() != "8" || len(got.GetMirror().GetPendingWrites()) != 0 {
		t.Errorf("seen: %v", got)
	}
	if state := read[int16](h, "select state from job where id = $1", job); state != 4 {
		t.Errorf("the job of a write that was seen is in state %d, want done", state)
	}
}

func TestAnAnswerWithAStateEndsAWriteAtOnce(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}))
	job := h.patch(vendorID("1"), &psav1.Ticket{Summary: "b"}, "summary")
	if !h.settle(job, "", h.answer(job, "1", &psav1.Ticket{Summary: "b", Agent: "3"})) {
		t.Error("not done")
	}
	got := h.get("1")
	if got.GetSummary() != "b" || got.GetAgent() != "3" || len(got.GetMirror().GetPendingWrites()) != 0 {
		t.Errorf("got %v", got)
	}
	if got := h.fetches(); len(got) != 0 {
		t.Errorf("queued %v for nothing", got)
	}
}

func TestAnAnswerThatOverlappedWithOtherNewsLeavesTheWriteFolded(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}))
	job := h.patch(vendorID("1"), &psav1.Ticket{Summary: "b"}, "summary")
	answer := h.answer(job, "1", &psav1.Ticket{Summary: "b"})
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "c"}))
	if h.settle(job, "", answer) {
		t.Error("called done")
	}
	if got := h.get("1"); got.GetSummary() != "b" {
		t.Errorf("the write is out of sight: %v", got)
	}
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "c"}))
	if got := h.get("1"); got.GetSummary() != "c" || len(got.GetMirror().GetPendingWrites()) != 0 {
		t.Errorf("the vendor has c: %v", got)
	}
}

func TestALookThatCannotShowAWriteIsRepeatedFurtherAndFurtherApart(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a", Agent: "1"}))
	h.settle(h.patch(vendorID("1"), &psav1.Ticket{Agent: "3"}, "agent"), "", nil)
	h.exec("update job set settled_at = settled_at - interval '1 minute' where class = 0")
	h.looked()
	part := h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "b"})
	part.Covers = mirror.Fields("summary")
	h.apply(part)
	if soon := read[int](h, "select count(*) from job where class = 1 and runnable_at < now() + interval '30 s'"); soon > 0 || len(h.fetches()) != 1 {
		t.Errorf("looks %v, of which soon %d", h.fetches(), soon)
	}
	if got := h.get("1"); got.GetAgent() != "3" {
		t.Errorf("the write is out of sight: %v", got)
	}
}

func TestWhatIsNamedAndAbsentInAPatchIsNull(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a", Agent: "3", Team: "red"}))
	h.patch(vendorID("1"), &psav1.Ticket{Summary: "b"}, "summary", "agent")
	if got := h.get("1"); got.GetSummary() != "b" || got.GetAgent() != "" || got.GetTeam() != "red" {
		t.Errorf("got %v", got)
	}
}

func TestARefusedWriteIsTakenBackAndSaysWhy(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}))
	first := h.patch(vendorID("1"), &psav1.Ticket{Summary: "b"}, "summary")
	h.patch(vendorID("1"), &psav1.Ticket{Agent: "3"}, "agent")
	h.refuse(first, "REFUSED")
	got := h.get("1")
	if got.GetSummary() != "a" || got.GetAgent() != "3" || got.GetMirror().GetRefusal().GetReason() != "REFUSED" {
		t.Errorf("refused: %v", got)
	}
	h.patch(vendorID("1"), &psav1.Ticket{Summary: "c"}, "summary")
	if got := h.get("1"); got.GetMirror().GetRefusal() != nil {
		t.Errorf("written over, and the refusal stays: %v", got)
	}
}

func TestADeletionIsShownAtOnceAndTakenBackWhenRefused(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}))
	job, _ := h.accepted(mirror.Proposal{Target: vendorID("1"), Operation: "DeleteTicket", Effect: mirror.Deletes})
	if h.get("1").GetMirror().GetDeleteTime() == nil {
		t.Error("accepted, and not shown as deleted")
	}
	_, err := h.propose(mirror.Proposal{Job: uuid.New(), Target: vendorID("1"), Patch: &psav1.Ticket{}, Paths: []string{"summary"}})
	if f := fault.Of(err); f == nil || f.Reason != "DELETED" {
		t.Errorf("written to though it is deleted: %v", err)
	}
	h.refuse(job, "REFUSED")
	if got := h.get("1"); got.GetMirror().GetDeleteTime() != nil || got.GetSummary() != "a" {
		t.Errorf("refused: %v", got)
	}
	job, _ = h.accepted(mirror.Proposal{Target: vendorID("1"), Operation: "DeleteTicket", Effect: mirror.Deletes})
	gone := h.answer(job, "1", nil)
	gone.Presence, gone.State = mirror.Deleted, nil
	if !h.settle(job, "", gone) {
		t.Error("the vendor said that it deleted it, and it is not done")
	}
	if got := h.get("1"); got.GetMirror().GetDeleteTime() == nil || len(got.GetMirror().GetPendingWrites()) > 0 {
		t.Errorf("deleted: %v", got)
	}
}

func TestACreateKeepsItsFirstNameAndGetsTheVendors(t *testing.T) {
	h := newHouse(t)
	job, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
	got := h.show(byUID(uid))
	if got.GetName() != "connections/acme/tickets/~"+uid.String() || got.GetUid() != uid.String() || got.GetSummary() != "a" {
		t.Errorf("accepted: %v", got)
	}
	if got.GetMirror().GetSyncTime() != nil {
		t.Errorf("never at the vendor, and in step with it at %v", got.GetMirror().GetSyncTime())
	}
	if !h.settle(job, "10421", h.answer(job, "10421", &psav1.Ticket{Summary: "a", Status: "1"})) {
		t.Error("not done")
	}
	for _, target := range []mirror.Target{byUID(uid), vendorID("10421")} {
		got := h.show(target)
		if got.GetName() != "connections/acme/tickets/10421" || got.GetUid() != uid.String() || got.GetStatus() != "1" {
			t.Errorf("created: %v", got)
		}
	}
	if got := h.fetches(); len(got) != 0 {
		t.Errorf("queued %v for nothing", got)
	}
}

func TestARefusedCreateIsReadableButNotListed(t *testing.T) {
	h := newHouse(t)
	job, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
	follower := h.patch(byUID(uid), &psav1.Ticket{Agent: "3"}, "agent")
	h.refuse(job, "REFUSED")
	h.refuse(follower, "PREDECESSOR")
	got := h.show(byUID(uid))
	if got.GetSummary() != "a" || got.GetMirror().GetRefusal().GetReason() != "PREDECESSOR" || len(got.GetMirror().GetPendingWrites()) != 0 {
		t.Errorf("refused: %v", got)
	}
	var all mirror.Query
	all.WithRefused()
	for query, want := range map[*mirror.Query]int{{}: 0, &all: 1} {
		rows, err := h.store.List(h.ctx, h.db, "ticket", acme, *query, mirror.Place{}, 10)
		if err != nil || len(rows) != want {
			t.Errorf("listed %d, want %d: %v", len(rows), want, err)
		}
	}
	_, err := h.propose(mirror.Proposal{Job: uuid.New(), Target: byUID(uid), Patch: &psav1.Ticket{}, Paths: []string{"summary"}})
	if f := fault.Of(err); f == nil || f.Reason != "CREATE_REFUSED" {
		t.Errorf("written to: %v", err)
	}
}

func TestAReplayedCreateIsShownAgain(t *testing.T) {
	h := newHouse(t)
	job, uid := h.create(&psav1.Ticket{Summary: "a"}, "summary")
	h.refuse(job, "REFUSED")
	h.tx(func(tx pgx.Tx) error {
		if _, err := tx.Exec(h.ctx, `update job set state = 1, folded = true where id = $1`, job); err != nil {
			return err
		}
		e, err := h.store.Lock(h.ctx, tx, h.store.Table("ticket"), acme, uid)
		if err != nil {
			return err
		}
		e.Refusal = nil
		return h.store.Refold(h.ctx, tx, "ticket", e)
	})
	if got := h.show(byUID(uid)); len(got.GetMirror().GetPendingWrites()) != 1 || got.GetMirror().GetRefusal() != nil {
		t.Errorf("got %v", got)
	}
}

func TestWhatAProposalIsRefusedFor(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a"}))
	stale := h.get("1").GetEtag()
	for range mirror.MaxPending {
		h.patch(vendorID("1"), &psav1.Ticket{Summary: "b"}, "summary")
	}
	h.apply(h.ticket(mirror.Fetch, "2", &psav1.Ticket{Summary: "a"}))
	patch := mirror.Proposal{Patch: &psav1.Ticket{Summary: "c"}, Paths: []string{"summary"}}
	with := func(target mirror.Target, etag string) mirror.Proposal {
		p := patch
		p.Target, p.Etag = target, etag
		return p
	}
	child := mirror.Proposal{Kind: "note", Effect: mirror.Creates}
	orphan := mirror.Proposal{Kind: "note", Effect: mirror.Creates, Parent: vendorID("9"), Patch: &psav1.Note{}}
	for name, c := range map[string]struct {
		p    mirror.Proposal
		want string
	}{
		"what is not known":          {with(vendorID("9"), ""), "NOT_FOUND"},
		"a uid that is not known":    {with(byUID(uuid.New()), ""), "NOT_FOUND"},
		"a stale etag":               {with(vendorID("1"), stale), "ETAG_STALE"},
		"too many waiting":           {with(vendorID("1"), ""), "TOO_MANY_PENDING"},
		"a child of what is unknown": {orphan, "NOT_FOUND"},
		"a child of nothing":         {child, "NOT_FOUND"},
		"the right etag":             {with(vendorID("2"), h.get("2").GetEtag()), ""},
	} {
		c.p.Job = uuid.Must(uuid.NewV7())
		_, err := h.propose(c.p)
		var f *fault.Error
		if errors.As(err, &f) != (c.want != "") || f != nil && f.Reason != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestWhatAPatchWasMadeUponIsKept(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a", Agent: "1", Team: "red"}))
	h.patch(vendorID("1"), &psav1.Ticket{Summary: "b"}, "summary")
	_, a := h.accepted(mirror.Proposal{Target: vendorID("1"), Patch: &psav1.Ticket{Summary: "c"}, Paths: []string{"summary", "agent"}})
	base, confirmed := a.Base.(*psav1.Ticket), a.BaseConfirmed.(*psav1.Ticket)
	if base.GetSummary() != "b" || confirmed.GetSummary() != "a" || base.GetAgent() != "1" || base.GetTeam() != "" {
		t.Errorf("base %v, confirmed %v", base, confirmed)
	}
	if a.Lane != "ticket/"+a.Entity.UID.String() {
		t.Errorf("lane %s", a.Lane)
	}
	e, parent, err := h.store.Peek(h.ctx, h.db, h.store.Table("ticket"), acme, a.Entity.UID)
	if err != nil || parent.VendorID != "" || e.VendorID != "1" {
		t.Errorf("peeked %v %v %v", e, parent, err)
	}
	if got := mirror.Differing(e.Confirmed, base, []string{"summary", "agent"}); !slices.Equal(got, []string{"summary"}) {
		t.Errorf("differing: %v", got)
	}
}

func TestARepeatedRefoldChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "a", CreateTime: timestamppb.New(time.Unix(1, 2000))}))
	h.patch(vendorID("1"), &psav1.Ticket{Summary: "b"}, "summary")
	version := h.get("1").GetMirror().GetVersion()
	uid, err := h.store.Locate(h.ctx, h.db, acme, mirror.Ref{Kind: "ticket", VendorID: "1"})
	if err != nil {
		t.Fatal(err)
	}
	h.tx(func(tx pgx.Tx) error {
		e, err := h.store.Lock(h.ctx, tx, h.store.Table("ticket"), acme, uid)
		if err != nil {
			return err
		}
		return h.store.Refold(h.ctx, tx, "ticket", e)
	})
	if got := h.get("1").GetMirror().GetVersion(); got != version {
		t.Errorf("version went from %d to %d: the job, read again, is folded another way", version, got)
	}
}

// What is deleted before it was created looks like what was merged away, and is neither gone nor another.
func TestWhatIsToBeDeletedBeforeItIsCreatedCanBePeekedAt(t *testing.T) {
	h := newHouse(t)
	_, a := h.accepted(mirror.Proposal{Effect: mirror.Creates, Patch: &psav1.Ticket{Summary: "a"}, Paths: []string{"summary"}})
	h.accepted(mirror.Proposal{Effect: mirror.Deletes, Target: byUID(a.Entity.UID)})
	e, _, err := h.store.Peek(h.ctx, h.db, h.store.Table("ticket"), acme, a.Entity.UID)
	if err != nil || e == nil || e.UID != a.Entity.UID {
		t.Errorf("peeked %v, %v", e, err)
	}
}
