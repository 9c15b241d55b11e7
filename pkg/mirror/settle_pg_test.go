package mirror_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func TestAnAnswerAboutAnotherIsNoState(t *testing.T) {
	for name, row := range map[string]struct {
		given string // vendor id
		seen  func(h *house) (job uuid.UUID, o *mirror.Observation)
		id    string // of what is held
		holds string
		look  string
	}{
		"what was merged meanwhile": {"", func(h *house) (uuid.UUID, *mirror.Observation) {
			h.see("1", "one")
			h.see("2", "two")
			job := h.patch(vendorID("2"), &psav1.Ticket{Summary: "new"}, "summary")
			defer h.apply(h.became(mirror.Fetch, "2", "1"))
			return job, h.answer(job, "2", &psav1.Ticket{Summary: "new"})
		}, "1", "one", "ticket 1"},
		"what was given another id meanwhile": {"5", func(h *house) (uuid.UUID, *mirror.Observation) {
			h.see("5", "one")
			job := h.patch(vendorID("5"), &psav1.Ticket{Summary: "new"}, "summary")
			defer h.apply(h.became(mirror.Fetch, "5", "9"))
			return job, h.answer(job, "5", &psav1.Ticket{Summary: "new"})
		}, "9", "one", "ticket 9"},
		"what the answer says was merged": {"", func(h *house) (uuid.UUID, *mirror.Observation) {
			h.see("2", "two")
			job := h.patch(vendorID("2"), &psav1.Ticket{Summary: "new"}, "summary")
			o := h.answer(job, "2", &psav1.Ticket{Summary: "new"})
			o.Became = "1"
			return job, o
		}, "2", "two", "ticket 2"},
		"a double of what was seen with its mark": {"101", func(h *house) (uuid.UUID, *mirror.Observation) {
			job, _ := h.create(&psav1.Ticket{Summary: "a"}, "summary")
			o := h.answer(job, "101", &psav1.Ticket{Summary: "double"})
			first := h.ticket(mirror.Fetch, "100", &psav1.Ticket{Summary: "a"})
			first.Mark = job
			h.apply(first)
			return job, o
		}, "100", "a", "ticket 101"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			job, o := row.seen(h)
			h.looked()
			done := h.settle(job, row.given, o)
			e, _, err := h.store.Peek(h.ctx, h.db, h.store.Table("ticket"), acme, uuid.MustParse(h.get(row.id).GetUid()))
			if err != nil {
				t.Fatal(err)
			}
			if is, _ := e.Confirmed.(*psav1.Ticket); is.GetSummary() != row.holds || e.VendorID != row.id {
				t.Errorf("%s holds %v, want %q", e.VendorID, is, row.holds)
			}
			if pending := len(h.get(row.id).GetMirror().GetPendingWrites()); done != (pending == 0) || done != (row.given == "101") {
				t.Errorf("done %v with %d pending: want it folded until a look", done, pending)
			}
			if got := h.fetches(); !slices.Contains(got, row.look) {
				t.Errorf("queued %v, want %s", got, row.look)
			}
		})
	}
}
