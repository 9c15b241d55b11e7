package sweep

import (
	"context"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// What is gone without a word is in no window: a ticket that was removed for good, or that our agent may not see any more, and a note
// that somebody deleted. So each sweep first lists a part of everything, and goes on there the next time; what a whole way around has
// not named is looked at. Halo lists ids alone only all at once [official: Halo OpenAPI 2024-09, ticketidonly], which nothing bounds:
// pages are read instead, and what they show besides is taken in.

// ticketsAround lists the next page of all living tickets, in the order of ids.
func (ts Tenants) ticketsAround(ctx context.Context, t Tenant, p ticketPlace) (sweep.Page, error) {
	w := walk{Page: 1}
	if p.Around != nil {
		w = *p.Around
	}
	got, err := t.Halo.Tickets(ctx, halo.TicketQuery{PageNo: w.Page, PageSize: w.Size, CustomFields: t.CustomFields})
	switch {
	case w.narrow(err):
		p.Around = &w
		return sweep.Page{More: true, Place: write(p)}, nil
	case err != nil:
		return sweep.Page{}, err
	}
	page := p.page(t.Words, got)
	page.Expected = 0 // of the window, not of this
	page.Listing = &sweep.Listing{IDs: ids(got), First: w.first()}
	read, err := w.step(listedRows(got))
	p.Around, p.Expected, p.Turned, page.Listing.Last = &w, 0, true, read
	switch {
	case err != nil, nameless(page.Drifted): // it cannot be gone through to its end: nobody is missed, and the next one begins anew
		p.Around, page.Listing = nil, nil
	case read:
		p.Around = nil
	}
	w.told(&page)
	page.Drifted = nil // what cannot be read was told of when it changed, and stops no window now
	page.More, page.Place = true, write(p)
	return page, nil
}

func nameless(drifted []sweep.Drift) bool {
	return slices.ContainsFunc(drifted, func(d sweep.Drift) bool { return d.VendorID == "" })
}

// notesAround lists the next window of all actions, from the oldest on. So edits of old ones come to light too, which Halo lists nowhere.
func (ts Tenants) notesAround(ctx context.Context, t Tenant, p notePlace) (sweep.Page, error) {
	s := stretch{earliest(), maxWidth}
	if p.Around != nil {
		s = *p.Around
	}
	to, end := s.From.Add(s.Width), time.Now().Add(ahead)
	got, cut, err := between(ctx, t, s)
	page := sweep.Page{More: true}
	switch {
	case err != nil:
		return sweep.Page{}, err
	case cut:
		s.Width /= 4
		p.Around = &s
		page.Place = write(p)
		return page, nil
	}
	page.Listing = &sweep.Listing{First: s.From.Equal(earliest()), Last: to.After(end)}
	takeNotes(&page, got.Actions)
	page.Drifted = nil // as above
	for _, a := range got.Actions {
		page.Listing.IDs = append(page.Listing.IDs, translate.NoteRef(a.TicketID, a.ID).VendorID)
	}
	p.Around, p.Turned = &stretch{to, min(s.Width*2, maxWidth)}, true
	if page.Listing.Last {
		p.Around = nil
	}
	page.Place = write(p)
	return page, nil
}
