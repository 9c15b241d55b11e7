package sweep

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// once sweeps to the end of a window, and gives what it listed of everything.
func once(t *testing.T, next func(context.Context, string, []byte) (sweep.Page, error), place []byte) (listed []sweep.Listing, after []byte) {
	t.Helper()
	for range 200 {
		page, err := next(t.Context(), "acme", place)
		if err != nil {
			t.Fatal(err)
		}
		if page.Listing != nil {
			listed = append(listed, *page.Listing)
		}
		if place = page.Place; page.Complete {
			return listed, place
		}
	}
	t.Fatalf("it never ends: %s", place)
	return nil, nil
}

// around sweeps until all has been listed once, and gives what was named.
func around(t *testing.T, next func(context.Context, string, []byte) (sweep.Page, error)) (named []string, sweeps int) {
	t.Helper()
	_, place := once(t, next, nil)
	for begun := false; ; sweeps++ {
		var listed []sweep.Listing
		if listed, place = once(t, next, place); len(listed) > 1 || sweeps > 50 {
			t.Fatalf("%d lists of everything in sweep %d", len(listed), sweeps)
		}
		for _, l := range listed {
			begun = begun || l.First
			named = append(named, l.IDs...)
			if begun && l.Last {
				return named, sweeps
			}
		}
	}
}

// Windows do not tell of what is gone without a word: a page of everything with each of them does.
func TestEverythingIsListedBesideTheWindowsAPageAtATime(t *testing.T) {
	h, ts := simulated(t, sim.Config{Tickets: 230})
	if err := h.Purge(10105); err != nil {
		t.Fatal(err)
	}
	named, sweeps := around(t, ts.tickets)
	if slices.Contains(named, "10105") || !slices.Contains(named, "10001") || !slices.Contains(named, "10230") {
		t.Errorf("%d are named", len(named))
	}
	slices.Sort(named)
	if n := len(slices.Compact(named)); n != 229 || sweeps < 2 {
		t.Errorf("%d are named after %d sweeps", n, sweeps)
	}
}

func TestAllActionsAreListedBesideTheWindowsAStretchAtATime(t *testing.T) {
	h, ts := simulated(t, sim.Config{Tickets: 8})
	var notes []string
	var erased string
	for i := range 5 {
		a, err := h.Note(10001, map[string]any{"note": "x", "outcome_id": 7})
		if err != nil {
			t.Fatal(err)
		}
		if i == 3 {
			if err := h.Erase(10001, a.ID); err != nil {
				t.Fatal(err)
			}
			erased = "10001/" + strconv.Itoa(a.ID)
			continue
		}
		notes = append(notes, "10001/"+strconv.Itoa(a.ID))
	}
	named, _ := around(t, ts.notes)
	for _, id := range notes {
		if !slices.Contains(named, id) {
			t.Errorf("%s is not named by %v", id, named)
		}
	}
	if slices.Contains(named, erased) {
		t.Errorf("%s is named, which was deleted", erased)
	}
}

func TestNotesAreAskedForByTheirWindowAgainNowAndThen(t *testing.T) {
	h, ts := simulated(t, sim.Config{Tickets: 6, Seed: 2})
	turns := func() notePlace {
		place := byTicket(nil)
		for range retryTurns + 1 {
			_, place = once(t, ts.notes, place)
		}
		p, _ := read[notePlace](place)
		return p
	}
	if p := turns(); p.Tickets != nil {
		t.Error("it goes by ticket, though the window is honoured")
	}
	s := h.Switches()
	s.ActionDates = "ignored"
	if err := h.SetSwitches(s); err != nil {
		t.Fatal(err)
	}
	if p := turns(); p.Tickets == nil {
		t.Error("it relies on a window that is ignored")
	}
}
