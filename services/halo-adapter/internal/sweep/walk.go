package sweep

import (
	"fmt"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// walk is a place in a list that is read page by page in the order of ids. Pages overlap by one row, so that rows which leave
// the list meanwhile are noticed: those behind them move up, to where we have been. Where that order is not kept, see loose.go.
type walk struct {
	Page    int   `json:"page"`              // of the list; 0: it has not begun
	Size    int   `json:"size"`              // of a page; 0: the largest
	Seen    int64 `json:"seen"`              // rows before the page under way
	Largest int64 `json:"largest,omitempty"` // page that came
	Last    int64 `json:"last,omitempty"`    // highest id seen
	Backs   int   `json:"backs,omitempty"`   // how often it had to go back
	Loose   bool  `json:"loose,omitempty"`   // the order by id is not kept
	All     int64 `json:"all,omitempty"`     // rows of a loose list, as last said
	Again   int   `json:"again,omitempty"`   // how often a loose list was begun anew
}

// rows are what a page comes to, as far as a walk cares.
type rows struct {
	ids     []int64 // of those that can be read
	drifted int     // that cannot
	count   int64   // of all pages; -1: not said
}

// step goes on behind a page, and reports whether that was the last.
func (w *walk) step(got rows) (read bool, err error) {
	n := int64(len(got.ids) + got.drifted)
	if w.Loose {
		return w.count(got)
	}
	if w.first() {
		w.Largest = max(n, 1)
	}
	if w.unordered(got) {
		return w.loosen(got)
	}
	if w.skipped(got) {
		w.Backs++
		w.goTo(w.Seen - w.Largest)
		return false, nil
	}
	for _, id := range got.ids {
		w.Last = max(w.Last, id)
	}
	w.Seen = w.begins() + n
	switch {
	case got.count >= 0 && w.Seen >= got.count, got.count < 0 && (n == 0 || n < int64(w.Size)):
		return true, nil
	case n == 0:
		return false, missing(got.count - w.Seen)
	}
	w.goTo(w.Seen)
	return false, nil
}

// first reports whether the page under way is the first of the list.
func (w *walk) first() bool { return w.Page == 1 && w.Seen == 0 && w.Last == 0 }

// begins is the number of rows before the page under way.
func (w *walk) begins() int64 {
	if w.Size == 0 {
		return int64(w.Page-1) * w.Largest
	}
	return int64(w.Page-1) * int64(w.Size)
}

// skipped reports whether a page does not go on where the last one ended: the last row seen is not on it.
func (w *walk) skipped(got rows) bool {
	if w.Page == 1 || w.Last == 0 || len(got.ids) == 0 && got.drifted > 0 {
		return false
	}
	return len(got.ids) == 0 || got.ids[0] > w.Last
}

// goTo asks for the page that begins a row before this one, or no page so small that it would lead no further.
func (w *walk) goTo(row int64) {
	row = max(row, 0)
	w.Page, w.Size = pageAt(max(row-1, 0), w.Largest)
	if int64(w.Page)*int64(w.Size) <= row && row > 0 { // nothing but the row seen last
		w.Page, w.Size = pageAt(row, w.Largest)
		w.Last = 0
	}
	w.Seen = row
}

// pageAt is the page, and its size, that begins before the row at or there and leads farthest beyond it: with one size
// alone, a stretch that rows keep leaving would never be passed.
func pageAt(at, largest int64) (page, size int) {
	best := int64(-1)
	for s := largest; s > largest/2; s-- {
		if beyond := s - at%s; beyond > best {
			best, page, size = beyond, int(at/s)+1, int(s)
		}
	}
	return page, size
}

// missing says that a page without rows came where there should be some: the cursor stays where it is.
func missing(n int64) error {
	return &fault.Error{
		Kind: fault.Drift, Reason: "ROWS_MISSING", Message: fmt.Sprintf("an empty page, and Halo says that there are %d more rows", n),
	}
}
