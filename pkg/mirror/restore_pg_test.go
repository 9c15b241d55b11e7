package mirror_test

import (
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// restore is a write that brings an entity back.
func (h *house) restore(target mirror.Target) (mirror.Accepted, error) {
	h.t.Helper()
	return h.propose(mirror.Proposal{Job: uuid.Must(uuid.NewV7()), Target: target, Operation: "RestoreTicket", Effect: mirror.Restores})
}

func TestWhatIsRestoredIsThereAtOnceAndStays(t *testing.T) {
	h := newHouse(t)
	h.see("1", "printer")
	h.apply(mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: "1"}, Source: mirror.Fetch, Opened: h.now(), Presence: mirror.Deleted})
	if h.get("1").GetMirror().GetDeleteTime() == nil {
		t.Fatal("it is not deleted")
	}
	a, err := h.restore(vendorID("1"))
	if err != nil {
		t.Fatal(err)
	}
	job := a.Entity.Writes[0].ID
	alive := func(when string) {
		t.Helper()
		if got := h.get("1"); got.GetMirror().GetDeleteTime() != nil || got.GetSummary() != "printer" {
			t.Errorf("%s: %v", when, got)
		}
	}
	alive("accepted")
	if _, err := h.restore(vendorID("1")); err == nil {
		t.Error("what is there was restored")
	}
	if h.settle(job, "", nil) {
		t.Error("settled without a state, and called done")
	}
	alive("settled")
	if len(h.get("1").GetMirror().GetPendingWrites()) != 1 {
		t.Error("it does not wait for a look")
	}
	h.apply(h.ticket(mirror.Fetch, "1", &psav1.Ticket{Summary: "printer"}))
	alive("seen")
	if n := len(h.get("1").GetMirror().GetPendingWrites()); n != 0 {
		t.Errorf("%d writes are pending", n)
	}
}

func TestARefusedRestoreLeavesItDeleted(t *testing.T) {
	h := newHouse(t)
	h.see("1", "printer")
	h.apply(mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: "1"}, Source: mirror.Fetch, Opened: h.now(), Presence: mirror.Deleted})
	a, err := h.restore(vendorID("1"))
	if err != nil {
		t.Fatal(err)
	}
	h.refuse(a.Entity.Writes[0].ID, "REFUSED")
	if got := h.get("1"); got.GetMirror().GetDeleteTime() == nil || got.GetMirror().GetRefusal().GetReason() != "REFUSED" {
		t.Errorf("got %v", got)
	}
}
