package sweep

import (
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// turnPage goes on in the order of ids, and reports whether that was the last page.
func (p *ticketPlace) turnPage(got halo.TicketPage, page *sweep.Page) (read bool, err error) {
	read, err = p.step(listedRows(got))
	if page.Listing != nil {
		page.Listing.Last = read
	}
	p.told(page)
	return read, err
}

func listedRows(got halo.TicketPage) rows {
	r := rows{drifted: len(got.Drifted), count: got.RecordCount}
	for _, t := range got.Tickets {
		r.ids = append(r.ids, t.ID)
	}
	return r
}

// ids are those of all rows of a page.
func ids(got halo.TicketPage) []string {
	var all []string
	for _, t := range got.Tickets {
		all = append(all, translate.TicketRef(t.ID).VendorID)
	}
	for _, d := range got.Drifted {
		all = append(all, drift("ticket", d).VendorID)
	}
	return all
}

// rotate is the place to go on from when the filter was found to be ignored.
func rotate([]byte) []byte { return write(ticketPlace{Rotate: true}) }

// turn reads a few pages of everything, in the order of ids, and goes on there with the next sweep: first the live, then
// the deleted. What it compares and finds unchanged costs nothing but the call. Who is gone is told by the deleted and,
// whatever the version lists there, by being absent from the whole list of the live.
func (p *ticketPlace) turn(got halo.TicketPage, page *sweep.Page) error {
	page.Since = time.Time{}
	if p.Page == 1 && !p.Deleted && len(got.Tickets) > 0 {
		p.Live = []int64{got.Tickets[0].ID}
	}
	if !p.Deleted {
		page.Listing = &sweep.Listing{IDs: ids(got), First: p.first()}
	}
	mixed := p.Deleted && slices.ContainsFunc(got.Tickets, func(t halo.Ticket) bool { return slices.Contains(p.Live, t.ID) })
	p.Calls++
	read, err := p.turnPage(got, page)
	if err != nil {
		return err
	}
	switch {
	case mixed: // this version lists the live among the deleted
		page.Hints = nil
		fallthrough
	case read && p.Deleted:
		*p = ticketPlace{Rotate: true, Turns: p.Turns + 1}
		page.Complete = true // one whole turn
	case read:
		p.Deleted, page.More = true, true
		p.from(time.Time{})
	default:
		page.More = p.Calls%perSweep != 0
	}
	return nil
}
