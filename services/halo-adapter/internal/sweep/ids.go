package sweep

import (
	"fmt"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// turnPage goes on in the order of ids, and reports whether that was the last page. Pages overlap by one row: where the
// last row seen is not on the next page, some before it are gone, and those behind moved up to where we have been.
func (p *ticketPlace) turnPage(got halo.TicketPage) (read bool, err error) {
	rows := int64(len(got.Tickets) + len(got.Drifted))
	if p.Page == 1 && p.Size == 0 {
		p.Largest = max(rows, 1)
	}
	if p.skipped(got) {
		p.goTo(p.Seen - p.Largest)
		return false, nil
	}
	for _, t := range got.Tickets {
		p.Last = max(p.Last, t.ID)
	}
	p.Seen = p.begins() + rows
	switch {
	case got.RecordCount >= 0 && p.Seen >= got.RecordCount, got.RecordCount < 0 && (rows == 0 || rows < int64(p.Size)):
		return true, nil
	case rows == 0:
		return false, missing(got.RecordCount - p.Seen)
	}
	p.goTo(p.Seen)
	return false, nil
}

// begins is the number of rows before the page under way.
func (p *ticketPlace) begins() int64 {
	if p.Size == 0 {
		return int64(p.Page-1) * p.Largest
	}
	return int64(p.Page-1) * int64(p.Size)
}

// skipped reports whether a page does not go on where the last one ended.
func (p *ticketPlace) skipped(got halo.TicketPage) bool {
	if p.Page == 1 || p.Last == 0 || len(got.Tickets) == 0 && len(got.Drifted) > 0 {
		return false
	}
	return len(got.Tickets) == 0 || got.Tickets[0].ID > p.Last
}

// goTo asks for the page that begins a row before this one, or no page so small that it would lead no further.
func (p *ticketPlace) goTo(row int64) {
	row = max(row, 0)
	p.Page, p.Size = pageAt(max(row-1, 0), p.Largest)
	if int64(p.Page)*int64(p.Size) <= row && row > 0 { // nothing but the row seen last
		p.Page, p.Size = pageAt(row, p.Largest)
		p.Last = 0
	}
	p.Seen = row
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

// missing says that a page without rows came where there should be some: the cursor stays where it is.
func missing(rows int64) error {
	return &fault.Error{
		Kind: fault.Drift, Reason: "ROWS_MISSING", Message: fmt.Sprintf("an empty page, and Halo says that there are %d more tickets", rows),
	}
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
		page.Listing = &sweep.Listing{IDs: ids(got), First: p.Page == 1 && p.Size == 0}
	}
	mixed := p.Deleted && slices.ContainsFunc(got.Tickets, func(t halo.Ticket) bool { return slices.Contains(p.Live, t.ID) })
	p.Calls++
	read, err := p.turnPage(got)
	if err != nil {
		return err
	}
	switch {
	case mixed: // this version lists the live among the deleted
		page.Hints = nil
		fallthrough
	case read && p.Deleted:
		*p = ticketPlace{Rotate: true}
		page.Complete = true // one whole turn
	case read:
		p.Deleted, page.More, page.Listing.Last = true, true, true
		p.from(time.Time{})
	default:
		page.More = p.Calls%perSweep != 0
	}
	return nil
}
