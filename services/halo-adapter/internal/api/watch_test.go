package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// watching is a stream of changes, and what its reader has.
type watching struct {
	t *testing.T
	w interface {
		Recv() (*psav1.WatchTicketsResponse, error)
	}
	token string
}

func (h *house) watch(t *testing.T, token string) *watching {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	w, err := h.WatchTickets(ctx, &psav1.WatchTicketsRequest{Parent: acme, ResumeToken: token})
	must(t, err)
	return &watching{t: t, w: w, token: token}
}

func (w *watching) next() *psav1.WatchTicketsResponse {
	w.t.Helper()
	r, err := w.w.Recv()
	must(w.t, err)
	if r.GetResumeToken() == "" {
		w.t.Error("no token")
	}
	w.token = r.GetResumeToken()
	return r
}

func TestAWatchBeginsWithASignOfLife(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "old"})
	w := h.watch(t, "")
	if r := w.next(); r.GetTicket() != nil || r.GetChangeTime() != nil {
		t.Errorf("got %v", r)
	}
	h.ticket("other", "7", 1, &psav1.Ticket{Summary: "other's"})
	h.note("acme", "7", "1", 1)
	h.ticket("acme", "8", 1, &psav1.Ticket{Summary: "new"})
	if r := w.next(); r.GetTicket().GetSummary() != "new" || r.GetTicket().GetName() != ticketName("acme", "8") ||
		r.GetTicket().GetMirror().GetSyncTime() == nil || r.GetChangeTime() == nil {
		t.Errorf("got %v", r)
	}
}

func TestAWatcherSeesAWriteFromItsAcceptanceOn(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	w := h.watch(t, "")
	w.next()
	_, err := h.UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: ticketName("acme", "7"), Summary: "screen"}})
	must(t, err)
	if r := w.next().GetTicket(); r.GetSummary() != "screen" || len(r.GetMirror().GetPendingWrites()) != 1 || r.GetMirror().GetVersion() != 2 {
		t.Errorf("got %v", r)
	}
	_, err = h.DeleteTicket(t.Context(), &psav1.DeleteTicketRequest{Name: ticketName("acme", "7"), RequestId: id()})
	must(t, err)
	if r := w.next().GetTicket(); r.GetMirror().GetDeleteTime() == nil {
		t.Errorf("got %v", r)
	}
}

func TestAWatcherGoesOnFromAnyToken(t *testing.T) {
	h := open(t)
	w := h.watch(t, "")
	w.next()
	const changes = 50 // more than are read at once
	for i := range changes {
		h.ticket("acme", fmt.Sprint(i), i, &psav1.Ticket{Summary: fmt.Sprint(i)})
	}
	for i := range changes {
		if i%7 == 0 {
			w = h.watch(t, w.token)
		}
		r := w.next()
		for r.GetTicket() == nil {
			r = w.next()
		}
		if r.GetTicket().GetSummary() != fmt.Sprint(i) {
			t.Fatalf("change %d is of %v", i, r.GetTicket())
		}
	}
}

func TestATokenThatIsTooOldAsksForAResync(t *testing.T) {
	h := open(t)
	w := h.watch(t, "")
	w.next()
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	_, err := change.Forget(t.Context(), h.db, time.Now().Add(time.Hour), 100)
	must(t, err)
	err = watch(acme, w.token)(t.Context(), h)
	want(t, err, codes.OutOfRange, "RESYNC", "")
	must(t, watch(acme, "")(t.Context(), h))
}

func TestADeletedTicketIsToldOf(t *testing.T) {
	h := open(t)
	w := h.watch(t, "")
	w.next()
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	h.learn("acme", mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: "7"}, Presence: mirror.Deleted})
	var gone bool
	for !gone {
		gone = w.next().GetTicket().GetMirror().GetDeleteTime() != nil
	}
}

// A reader that does not read is cut off, holds back nobody, and loses nothing: it goes on from its last token.
func TestAReaderThatDoesNotReadIsCutOffWithItsToken(t *testing.T) {
	h := open(t)
	w, other := h.watch(t, ""), h.watch(t, "")
	w.next()
	other.next()
	const changes = 60
	for i := range changes { // more than the wire takes in without a reader
		h.ticket("acme", fmt.Sprint(i), i, &psav1.Ticket{Summary: fmt.Sprint(i), Details: strings.Repeat("x", 50_000)})
		for other.next().GetTicket().GetSummary() != fmt.Sprint(i) { // it may be a sign of life
		}
	}
	seen, cuts := 0, 0
	for seen < changes {
		if cuts == 0 && seen == 0 {
			time.Sleep(1500 * time.Millisecond) // it does not read
		}
		r, err := w.w.Recv()
		if err != nil {
			want(t, err, codes.ResourceExhausted, "SLOW_READER", "")
			cuts++
			w = h.watch(t, w.token)
			continue
		}
		if w.token = r.GetResumeToken(); r.GetTicket() == nil {
			continue
		}
		if r.GetTicket().GetSummary() != fmt.Sprint(seen) {
			t.Fatalf("change %d is of %q", seen, r.GetTicket().GetSummary())
		}
		seen++
	}
	if cuts != 1 {
		t.Errorf("cut off %d times", cuts)
	}
}
