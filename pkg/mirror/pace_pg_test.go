package mirror_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// wait is how long the queued look at the ticket still has to wait.
func (h *house) wait() time.Duration {
	h.t.Helper()
	seconds := read[float64](h, `select extract(epoch from runnable_at - clock_timestamp())::float8 from job where class = 1 and state = 1`)
	return time.Duration(seconds * float64(time.Second))
}

func TestLooksAtWhatKeepsChangingAreSpacedFurtherApart(t *testing.T) {
	h := newHouse(t)
	ref := mirror.Ref{Kind: "ticket", VendorID: "1"}
	state := 0
	found := func() {
		state++
		o := h.ticket(mirror.Fetch, ref.VendorID, &psav1.Ticket{Summary: fmt.Sprint("state ", state)})
		h.tx(func(tx pgx.Tx) error {
			return h.store.Fetched(h.ctx, tx, acme, ref, []mirror.Observation{o}, func([]mirror.Result) time.Time { return time.Time{} })
		})
	}
	hint := func() {
		if err := h.store.Hint(h.ctx, h.db, acme, ref, h.now()); err != nil {
			t.Fatal(err)
		}
	}
	hint()
	if w := h.wait(); w > 0 {
		t.Errorf("the first look waits %v", w)
	}
	var waits []time.Duration
	for range 8 { // hints keep coming while looks are made and find something new each time
		h.looked()
		hint()
		found()
		hint()
		waits = append(waits, h.wait())
	}
	if !slices.IsSorted(waits[:6]) || waits[0] > 300*time.Millisecond || waits[7] < 10*time.Second || waits[7] > 16*time.Second {
		t.Errorf("waits %v", waits)
	}
	h.exec(`update pace set until = until - interval '1 minute'`)
	h.looked()
	hint()
	if w := h.wait(); w > 0 {
		t.Errorf("after a rest a look waits %v", w)
	}
	found()
	if w := h.wait(); w > 300*time.Millisecond {
		t.Errorf("after a rest and one change a look waits %v", w)
	}
	h.exec(`update pace set until = until - interval '1 hour'`)
	ref.VendorID = "2"
	found()
	if n := read[int](h, `select count(*) from pace`); n != 1 {
		t.Errorf("%d entities are remembered, want the one that changes", n)
	}
}
