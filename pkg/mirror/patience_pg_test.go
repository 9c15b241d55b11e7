package mirror_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// A look that only news asks for waits while the budget runs low, and what comes meanwhile joins it; one that something of ours asks for
// does not, and takes the one that waits along.
func TestLooksThatOnlyNewsAsksForWaitWhileTheBudgetRunsLow(t *testing.T) {
	at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	pushed := func(h *house, summary string, at time.Time) {
		o := h.ticket(mirror.Snapshot, "1", &psav1.Ticket{Summary: summary})
		o.Opened, o.VendorTime = mirror.Moment{}, at
		h.apply(o)
	}
	hinted := func(h *house) {
		h.tx(func(tx pgx.Tx) error {
			_, err := h.store.Apply(h.ctx, tx, acme, nil, h.store.Hinted(mirror.Ref{Kind: "ticket", VendorID: "1"}, time.Now()))
			return err
		})
	}
	for name, ask := range map[string]func(h *house){
		"a hint": hinted,
		"two states of one second": func(h *house) {
			pushed(h, "one", at)
			pushed(h, "other", at)
		},
		"several of them": func(h *house) {
			pushed(h, "one", at)
			for range 5 {
				pushed(h, "other", at)
				hinted(h)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			var patience time.Duration
			h.store.Patience = func(string) time.Duration { return patience }
			ask(h)
			if w, n := h.wait(), h.queued(); w > 0 || n != 1 {
				t.Errorf("while there is enough, %d looks wait %v", n, w)
			}
			h.looked()
			h.exec("delete from ticket")
			patience = time.Hour
			ask(h)
			if w, n := h.wait(), h.queued(); w < 59*time.Minute || n != 1 {
				t.Errorf("%d looks wait %v, want one for an hour", n, w)
			}
			if err := mirror.QueueFetch(h.ctx, h.db, acme, mirror.Ref{Kind: "ticket", VendorID: "1"}, time.Time{}); err != nil {
				t.Fatal(err)
			}
			if w, n := h.wait(), h.queued(); w > 0 || n != 1 {
				t.Errorf("%d looks wait %v, and something of ours asks for one", n, w)
			}
		})
	}
}

func (h *house) queued() int {
	return read[int](h, `select count(*) from job where class = 1 and state = 1`)
}
