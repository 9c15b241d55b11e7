package sweep

import (
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// A page of rows with long texts may be more than is read of one answer. It is asked for again with fewer rows; where a single row is
// too much, the sweep stops there and says so.

// fewer is half as many rows as a page of that size was asked for, if err says that they were too much and there are any fewer.
func fewer(err error, size int) (int, bool) {
	f := fault.Of(err)
	if f == nil || f.Reason != upstream.ReasonTooLarge || size <= 1 {
		return 0, false
	}
	return size / 2, true
}

// narrow goes on at the same row with smaller pages, if err says that this one was too much.
func (w *walk) narrow(err error) bool {
	size := w.Size
	if size == 0 {
		size = halo.MaxPage
	}
	size, ok := fewer(err, size)
	switch {
	case !ok:
		return false
	case w.Loose:
		*w = walk{Page: 1, Size: size, Loose: true}
	default:
		w.Largest = int64(size)
		w.goTo(w.Seen)
	}
	return true
}

// narrow is walk's, in whichever order pages are asked for: a stretch whose pages are counted begins anew.
func (p *ticketPlace) narrow(err error) bool {
	if p.ByID || p.Rotate {
		return p.walk.narrow(err)
	}
	size := p.Size
	if size == 0 {
		size = halo.MaxPage
	}
	size, ok := fewer(err, size)
	if ok {
		p.walk, p.Count = walk{Page: 1, Size: size}, 0
	}
	return ok
}
