package sweep

import (
	"slices"

	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// Halo documents an order for its lists [official: Halo OpenAPI 2024-09, order], and ignores in silence what it does not know. Where the
// order by id is not kept, no page tells where it begins: pages are counted then, from the first, and begun anew where rows have left
// meanwhile. What such a list does not name is not taken for gone.

const (
	maxBacks = 100 // no list loses so many rows while it is read: it is not in the order in which its pages seemed to be
	maxAgain = 3   // then what is passed over is left to the next time around
)

const orderIgnored = sweep.OrderIgnored + ": lists come in another order than by id: what changes while one is read may be seen a round later, and nothing is found gone by it"

// unordered reports whether a page is one of a list that is not in the order of ids. One that is the whole list needs none.
func (w *walk) unordered(got rows) bool {
	n := int64(len(got.ids) + got.drifted)
	if w.first() && got.count >= 0 && got.count <= n {
		return false
	}
	return w.Backs > maxBacks || !slices.IsSorted(got.ids)
}

// loosen goes on by counting pages, from the first.
func (w *walk) loosen(got rows) (read bool, err error) {
	at, size := w.first(), 0
	if w.Size > 0 { // no larger ones are to be asked for
		size = int(w.Largest)
	}
	*w = walk{Page: 1, Size: size, Loose: true}
	if !at {
		return false, nil
	}
	return w.count(got)
}

// count goes on behind a page of a loose list, and reports whether that was the last.
func (w *walk) count(got rows) (read bool, err error) {
	n := int64(len(got.ids) + got.drifted)
	if w.Page > 1 && got.count >= 0 && got.count < w.All && w.Again < maxAgain {
		*w = walk{Page: 1, Size: w.Size, Loose: true, Again: w.Again + 1}
		return false, nil
	}
	w.All = got.count
	w.Seen += n
	switch {
	case got.count >= 0 && w.Seen >= got.count, got.count < 0 && n == 0:
		return true, nil
	case n == 0:
		return false, missing(got.count - w.Seen)
	}
	w.Page++
	return false, nil
}

// told puts on a page what it is to tell of the walk that it was read on: an alert, and no listing, where the order is not kept.
func (w walk) told(page *sweep.Page) {
	if w.Loose {
		page.Alert, page.Listing = orderIgnored, nil
	}
}
