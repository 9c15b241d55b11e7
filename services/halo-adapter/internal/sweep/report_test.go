package sweep

import (
	"strconv"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// Quotations have no filter: a report on Halo's database says which have changed, where it is run; else everything is gone through.
func TestWhatHasNoFilterIsSweptByReportsWhereTheyAreRun(t *testing.T) {
	for name, rights := range map[string]bool{"reports are run": true, "reports are refused": false} {
		t.Run(name, func(t *testing.T) {
			h, ts := simulated(t, sim.Config{Clients: 2, Users: 1, Quotes: 12, Clock: func() time.Time { return time.Now().Add(-time.Minute) }})
			x := ts["acme"]
			x.Reports = true
			ts["acme"] = x
			s := h.Switches()
			s.ReportRights = rights
			if err := h.SetSwitches(s); err != nil {
				t.Fatal(err)
			}
			next := ts.entities(of("quote", true, (*halo.Client).Quotations, translate.Words.Quote), false)
			var place []byte
			seen := map[string]int{}
			sweep := func() {
				t.Helper()
				for range 200 {
					page, err := next(t.Context(), "acme", place)
					if err != nil {
						t.Fatal(err)
					}
					for _, o := range page.Observations {
						if !o.VendorTime.IsZero() {
							seen[o.VendorID]++
						}
					}
					if place = page.Place; page.Complete {
						return
					}
				}
				t.Fatalf("it never ends: %s", place)
			}
			sweep()
			sweep()
			clear(seen)
			id, err := h.EditKind("quotation", 0, map[string]any{"title": "New", "client_id": 1})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				sweep()
			}
			if seen[strconv.Itoa(id)] == 0 {
				t.Errorf("the new one was not read: %v", seen)
			}
			if p, _ := read[entityPlace](place); rights && len(seen) > 6 {
				t.Errorf("%d were read for one change, at %+v", len(seen), p)
			}
		})
	}
}
