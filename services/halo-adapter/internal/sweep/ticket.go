package sweep

import (
	"context"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// ticketPlace is where a sweep of tickets stands.
//
// A window is walked by change stamp: pages are asked for in its order, and each begins where the last one's stamps end,
// so that neither an edit (which moves a ticket to the end) nor a deletion (which moves those behind it forward) makes
// one be passed over. Only where one stamp fills more than a page are pages counted, up to a time that has passed:
// tickets can only leave that stretch, and when some have, the next page begins that much earlier. Where the order by
// stamp is not kept, and in a rotation, pages are counted in the order of ids (ids.go).
type ticketPlace struct {
	walk

	Bound    time.Time `json:"bound"`           // all that changed before it is swept; the latest stamp seen, not our clock
	Gone     time.Time `json:"gone"`            // all that was deleted before it is swept; it lags where a window was too large
	From     time.Time `json:"from"`            // of the page under way
	To       time.Time `json:"to"`              // of the stretch whose pages are counted; zero: none is
	Count    int64     `json:"count"`           // of the stretch, as last said
	Calls    int       `json:"calls,omitempty"` // of this rotation
	High     time.Time `json:"high"`            // the latest stamp of this window
	Expected int64     `json:"expected,omitempty"`
	ByID     bool      `json:"by_id,omitempty"`   // the order by stamp was not kept: pages are counted in the order of ids
	Deleted  bool      `json:"deleted,omitempty"` // the second half of the window, over the deleted
	Live     []int64   `json:"live,omitempty"`    // seen in the first half
	Turns    int       `json:"turns,omitempty"`   // of the rotation
	Rotate   bool      `json:"rotate,omitempty"`  // the filter is ignored: a few pages of everything at a time
	Around   *walk     `json:"around,omitempty"`  // of all there are, a page with each window; nil: it begins anew
	Turned   bool      `json:"turned,omitempty"`  // this window's page of that was read
}

const (
	maxLive  = 1000 // a larger window leaves the deleted to a later one
	perSweep = 5    // pages of a rotation that one sweep reads
)

func (ts Tenants) tickets(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
	p, err := read[ticketPlace](raw)
	if err != nil {
		return sweep.Page{}, err
	}
	t := ts[connection]
	if err := p.retry(ctx, t); err != nil {
		return sweep.Page{}, err
	}
	if p.Page == 0 && !p.Turned && !p.Rotate && !p.Bound.IsZero() {
		return ts.ticketsAround(ctx, t, p)
	}
	if p.Page == 0 {
		p.begin()
	}
	q := p.query()
	q.CustomFields = t.CustomFields
	got, err := t.Halo.Tickets(ctx, q)
	switch {
	case p.narrow(err):
		return sweep.Page{More: true, Place: write(p)}, nil
	case err != nil:
		return sweep.Page{}, err
	}
	page := p.page(t.Words, got)
	if p.Rotate {
		err = p.turn(got, &page)
	} else {
		err = p.move(got, &page)
	}
	if p.Around != nil {
		p.Around.told(&page)
	}
	page.Place = write(p)
	return page, err
}

// retry is entityPlace.retry, of tickets.
func (p *ticketPlace) retry(ctx context.Context, t Tenant) error {
	if !p.Rotate || p.Page > 0 || p.Turns == 0 || p.Turns%retryTurns > 0 {
		return nil
	}
	got, err := t.Halo.Tickets(ctx, halo.TicketQuery{Since: time.Now().AddDate(0, 0, 1), PageSize: 1})
	if err == nil && len(got.Tickets)+len(got.Drifted) == 0 {
		*p = ticketPlace{}
	}
	return err
}

func (p *ticketPlace) begin() {
	p.High, p.Expected, p.Deleted, p.Live = p.Bound, 0, false, nil
	p.from(p.start())
	if p.Gone.IsZero() { // what is deleted from now on may have been mirrored before
		p.Gone = time.Now().Add(-ahead)
	}
}

// start is where a window begins; zero in a backfill, which asks for everything.
func (p *ticketPlace) start() time.Time {
	if p.Bound.IsZero() || p.Rotate {
		return time.Time{}
	}
	return p.Bound.Add(-overlap)
}

func (p *ticketPlace) query() halo.TicketQuery {
	q := halo.TicketQuery{Since: p.From, To: p.To, PageNo: p.Page, PageSize: p.Size, Order: "last_update", Deleted: p.Deleted}
	if p.ByID || p.Rotate {
		q.Order = "id"
	}
	return q
}

// page is what the rows tell. The deleted tell nothing themselves, because their rows do not say that they are
// [official: Halo OpenAPI 2024-09, Faults_List has no "deleted"]: they are looked at.
func (p *ticketPlace) page(w translate.Words, got halo.TicketPage) sweep.Page {
	page := sweep.Page{Since: p.From}
	for _, d := range got.Drifted {
		page.Drifted = append(page.Drifted, drift("ticket", d))
	}
	for _, t := range got.Tickets {
		if p.Deleted {
			if !slices.Contains(p.Live, t.ID) { // some versions may list the live among them: unknown
				page.Hints = append(page.Hints, translate.TicketRef(t.ID))
			}
			continue
		}
		o, err := w.Observed(t)
		if err != nil {
			page.Drifted = append(page.Drifted, drifted(o.Ref, t.Raw, err))
			continue
		}
		page.Observations = append(page.Observations, o)
	}
	if p.Expected == 0 && got.RecordCount > 0 && !p.Deleted {
		p.Expected = got.RecordCount
	}
	page.Expected = p.Expected
	return page
}

// move goes on within the window, to its second half, or ends it.
func (p *ticketPlace) move(got halo.TicketPage, page *sweep.Page) error {
	page.More = true
	p.remember(got.Tickets)
	if p.ByID {
		if read, err := p.turnPage(got, page); !read || err != nil {
			return err
		}
		p.end(page)
		return nil
	}
	if p.left(got.RecordCount) {
		return nil
	}
	rows := int64(len(got.Tickets) + len(got.Drifted))
	p.Seen += rows
	switch {
	case !Ordered(got.Tickets): // begin again, counting pages
		p.begin()
		p.ByID = true
		page.Observations, page.Drifted = nil, nil
	case rows > 0 && (got.RecordCount < 0 || p.Seen < got.RecordCount):
		p.next(got.Tickets)
	case rows == 0 && p.Seen < got.RecordCount:
		return missing(got.RecordCount - p.Seen)
	default:
		p.end(page)
	}
	return nil
}

// end ends a stretch, or the first half of a window, or the window.
func (p *ticketPlace) end(page *sweep.Page) {
	switch {
	case !p.To.IsZero():
		p.from(p.To.Add(-time.Second))
	case !p.Deleted && !p.Bound.IsZero() && len(p.Live) <= maxLive:
		p.Deleted = true
		p.from(p.Gone.Add(-overlap))
	default:
		gone := p.Gone
		if p.Deleted {
			gone = p.High
		}
		*p = ticketPlace{Bound: p.High, Gone: gone, Around: p.Around}
		page.More, page.Complete = false, true
	}
}

func (p *ticketPlace) remember(tickets []halo.Ticket) {
	if p.Deleted {
		return
	}
	end := time.Now().Add(ahead)
	for _, t := range tickets {
		if t.LastUpdate.After(p.High) && t.LastUpdate.Before(end) { // one stamp from the future must not blind the next sweeps
			p.High = t.LastUpdate.Time
		}
		if !p.Bound.IsZero() && len(p.Live) <= maxLive {
			p.Live = append(p.Live, t.ID)
		}
	}
}

// next begins the next page at the last stamp of this one, less what the filter may cut or leave out: it takes seconds,
// and whether it includes its boundary is unknown. Where that is no step forward, pages are counted.
func (p *ticketPlace) next(tickets []halo.Ticket) {
	var last time.Time
	if len(tickets) > 0 {
		last = tickets[len(tickets)-1].LastUpdate.Time
	}
	at := last.Truncate(time.Second).Add(-time.Second)
	size := p.Size
	switch {
	case last.IsZero() || !p.To.IsZero() && !last.After(p.To):
		p.Page++
	case at.After(p.From):
		p.from(at)
		p.Size = size
	default:
		p.from(p.From)
		p.To, p.Size = p.From.Add(3*time.Second), size
	}
}

func (p *ticketPlace) from(at time.Time) {
	p.From, p.To, p.Count, p.walk = at, time.Time{}, 0, walk{Page: 1}
}

// left goes back where tickets have left the stretch whose pages are counted since the page before: those behind them
// moved up, to where we have been.
func (p *ticketPlace) left(count int64) bool {
	gone := p.Count - count
	p.Count = count
	if p.To.IsZero() || p.Page == 1 || count < 0 || gone <= 0 {
		return false
	}
	p.Page, p.Size = pageAt(max(p.Seen-gone, 0), max(p.Seen/int64(p.Page-1), 1))
	p.Seen = int64((p.Page - 1) * p.Size)
	return true
}

// Ordered reports whether the order by change stamp, which was asked for, was kept.
func Ordered(tickets []halo.Ticket) bool {
	return slices.IsSortedFunc(tickets, func(a, b halo.Ticket) int { return a.LastUpdate.Compare(b.LastUpdate.Time) })
}
