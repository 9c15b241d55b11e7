package sweep

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// entity is a kind whose rows have an id of their own, and whose lists tell less than each row does by itself.
type entity struct {
	kind string
	live bool // lists can be narrowed to what is still expected to change

	table    halo.Table // in Halo's own database; a zero one is not known
	filtered bool       // lists can be narrowed to what has changed, unless this build ignores that
	list     func(ctx context.Context, t Tenant, q halo.Query) (listed, error)
	read     func(ctx context.Context, t Tenant, id int64) ([]mirror.Observation, error)
}

// listed is a page of a list.
type listed struct {
	rows

	told    []mirror.Observation // of rows that can be read, in their order
	drifted []sweep.Drift
}

// of is how the rows of a kind are listed and read.
func of[T halo.Headed](kind string, live bool, all func(*halo.Client) halo.Entities[T], shown func(translate.Words, T, translate.Shape) (mirror.Observation, error)) entity {
	return entity{
		kind: kind, live: live, table: Tables()[kind],
		list: func(ctx context.Context, t Tenant, q halo.Query) (listed, error) {
			page, err := all(t.Halo).List(ctx, q)
			if err != nil {
				return listed{}, err
			}
			got := listed{rows: rows{drifted: len(page.Drifted), count: page.RecordCount}}
			for _, d := range page.Drifted {
				got.drifted = append(got.drifted, drift(kind, d))
			}
			for _, row := range page.Rows {
				got.ids = append(got.ids, row.Head().ID)
				o, err := shown(t.Words, row, translate.Listed)
				if err != nil {
					got.drifted = append(got.drifted, drifted(o.Ref, row.Head().Raw, err))
					continue
				}
				got.told = append(got.told, o)
			}
			return got, nil
		},
		read: func(ctx context.Context, t Tenant, id int64) ([]mirror.Observation, error) {
			row, err := all(t.Halo).Get(ctx, id)
			if err != nil {
				return nil, err
			}
			o, err := shown(t.Words, row, translate.Detail)
			if err != nil {
				return nil, err
			}
			return translate.Answered(translate.EntityRef(kind, id), o, kind == "client" || kind == "user")
		},
	}
}

// pass is one way through the list of a kind.
type pass string

// The passes. The first two are a backfill: what lists tell comes first, because it is most of it and costs a call a page.
const (
	outline pass = ""        // everything, as lists show it
	detail  pass = "details" // everything, each row by itself
	window  pass = "window"  // what the filter says has changed, each row by itself
	whole   pass = "whole"   // everything, as lists show it, to find what is gone; what is new, by itself
	live    pass = "live"    // as whole, but only what is still expected to change, and nothing is found gone
)

// entityPlace is where a sweep of such a kind stands. Windows are walked in the order of ids, because lists are not known to have
// any other; so all that a pass has seen counts, and not only what is before the latest stamp, unless it took long.
type entityPlace struct {
	walk

	Pass    pass      `json:"pass,omitempty"`
	Bound   time.Time `json:"bound"`             // all that changed before it is swept; the latest stamp seen, not our clock
	High    time.Time `json:"high"`              // the latest stamp of this pass
	Began   time.Time `json:"began"`             // the pass, on our clock
	Top     int64     `json:"top,omitempty"`     // the highest id of the last whole list
	Peak    int64     `json:"peak,omitempty"`    // of this one
	Total   int64     `json:"total,omitempty"`   // rows of the last whole list
	Windows int       `json:"windows,omitempty"` // since then
	Quiet   bool      `json:"quiet,omitempty"`   // the last window brought nothing newer
	Pending []int64   `json:"pending,omitempty"` // listed, and to be read by themselves
	Listed  bool      `json:"listed,omitempty"`  // to the end: only those are left
	Calls   int       `json:"calls,omitempty"`   // of this pass
	Rotate  bool      `json:"rotate,omitempty"`  // there is no filter, or it is ignored: a few pages of everything at a time
	Turns   int       `json:"turns,omitempty"`   // of this rotation
	Rest    *walk     `json:"rest,omitempty"`    // of the rotation, while the live ones are listed
	Lived   bool      `json:"lived,omitempty"`   // they were, in this sweep
	Refused bool      `json:"refused,omitempty"` // a report was, in this pass
	Cut     time.Time `json:"cut,omitzero"`      // the last stamp of a report that holds no more

	report bool // windows come from reports
}

const (
	atOnce     = 5  // rows that are read by themselves for one page of a sweep
	perTurn    = 10 // pages after which other kinds have their turn
	perListing = 12 // windows after which everything is listed, where that takes more than a page
	oneIn      = 20 // a turn of a rotation reads one in so many by itself: what only details show changes unseen
)

func (ts Tenants) entities(e entity, filtered bool) func(context.Context, string, []byte) (sweep.Page, error) {
	e.filtered = filtered
	return func(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
		p, err := read[entityPlace](raw)
		if err != nil {
			return sweep.Page{}, err
		}
		p.Rotate = p.Rotate || !filtered
		p.report = p.Rotate && !p.Refused && ts[connection].Reports && e.table.Name != ""
		if err := p.retry(ctx, ts[connection], e); err != nil {
			return sweep.Page{}, err
		}
		page, err := p.next(ctx, ts[connection], e)
		page.Place = write(p)
		return page, err
	}
}

// retryTurns is after how many rotations the filter is tried again: the vendor may have been upgraded.
const retryTurns = 50

// retry begins anew, with the filter, where a rotation went on without it for long and it is honoured by now: it lets nothing through
// that changes from tomorrow on.
func (p *entityPlace) retry(ctx context.Context, t Tenant, e entity) error {
	if !e.filtered || !p.rotating() || p.Page > 0 || p.Lived || p.Total == 0 || p.Turns == 0 || p.Turns%retryTurns > 0 {
		return nil
	}
	got, err := e.list(ctx, t, halo.Query{Since: time.Now().AddDate(0, 0, 1), PageNo: 1, PageSize: 1})
	if err == nil && len(got.ids)+got.rows.drifted == 0 {
		*p = entityPlace{}
	}
	return err
}

// next lists a page, or reads some of those that were listed.
func (p *entityPlace) next(ctx context.Context, t Tenant, e entity) (page sweep.Page, err error) {
	p.begin(e)
	if len(p.Pending) > 0 {
		page, err = p.details(ctx, t, e)
	} else {
		page, err = p.page(ctx, t, e)
	}
	if err != nil {
		return sweep.Page{}, err
	}
	p.Calls++
	p.told(&page)
	page.Expected = p.Total
	if p.Listed && len(p.Pending) == 0 {
		p.end(&page)
		return page, nil
	}
	page.More = p.Calls%perTurn != 0
	page.Yield = !page.More && !p.rotating()
	p.Lived = p.Lived && (page.More || page.Yield)
	return page, nil
}

// rotating reports a pass that goes on with the next sweep: a few pages of everything at a time.
func (p *entityPlace) rotating() bool { return p.Rotate && !p.report && p.Pass == whole }

// begin begins a pass, if none is under way, and lists those that are still expected to change before a rotation goes on.
func (p *entityPlace) begin(e entity) {
	if p.rotating() && e.live && !p.Lived && p.Rest == nil && len(p.Pending) == 0 {
		rest := p.walk
		p.Rest, p.Pass, p.Page = &rest, live, 0
	}
	if p.Page > 0 {
		return
	}
	p.walk, p.Listed = walk{Page: 1}, false
	if p.Pass != live {
		p.Calls, p.Began, p.High, p.Peak = 0, time.Now(), p.Bound, 0
	}
}

// since is where a window begins; zero in every other pass. Windows overlap, because a change may become visible late; what the
// last one read again and found as it was is not read for ever.
func (p *entityPlace) since() time.Time {
	switch {
	case p.Pass != window:
		return time.Time{}
	case p.Quiet:
		return p.Bound.Add(-time.Second)
	}
	return p.Bound.Add(-overlap)
}

// guard is before any stamp that a row of a window may have: what a list shows may be newer than what Halo's caches have of a row,
// and a filter that is ignored lets rows through that are much older.
func (p *entityPlace) guard() time.Time {
	if p.Pass != window {
		return time.Time{}
	}
	return p.since().Add(-ahead)
}

func (p *entityPlace) page(ctx context.Context, t Tenant, e entity) (sweep.Page, error) {
	got, err := p.list(ctx, t, e)
	switch {
	case p.narrow(err):
		return sweep.Page{}, nil
	case err != nil:
		return sweep.Page{}, err
	}
	page := sweep.Page{Drifted: got.drifted}
	if p.Pass == outline || p.Pass == whole {
		page.Listing = &sweep.Listing{IDs: got.names(e.kind), First: p.first()}
	}
	if p.Listed, err = p.step(got.rows); err != nil {
		return sweep.Page{}, err
	}
	if page.Listing != nil {
		page.Listing.Last = p.Listed
		p.Peak = max(p.Peak, slices.Max(append(slices.Clone(got.ids), 0)))
	}
	p.take(got, &page)
	return page, nil
}

// take applies what a page tells, and remembers which rows are to be read by themselves. What is new is only read: where we made
// it ourselves, only details have the mark that says so.
func (p *entityPlace) take(got listed, page *sweep.Page) {
	for _, o := range got.told {
		p.remember(o)
		id, _ := strconv.ParseInt(o.VendorID, 10, 64) // as it was spelled from a number
		switch {
		case p.Pass == outline:
			page.Observations = append(page.Observations, o)
		case p.Pass == detail || p.Pass == window || id > p.Top:
			p.Pending = append(p.Pending, id)
		default:
			page.Observations = append(page.Observations, o)
			if p.rotating() && id%oneIn == int64(p.Turns%oneIn) {
				p.Pending = append(p.Pending, id)
			}
		}
	}
}

// details reads some of those that were listed. What has been read meanwhile counts when the rest has to wait.
func (p *entityPlace) details(ctx context.Context, t Tenant, e entity) (sweep.Page, error) {
	page := sweep.Page{Since: p.guard()}
	for i, id := range p.Pending[:min(atOnce, len(p.Pending))] {
		seen, err := e.read(ctx, t, id)
		switch f := fault.Of(err); {
		case err == nil:
		case f.Kind == fault.NotFound || f.Kind == fault.Hidden: // a whole list says whether it is gone
		case f.Kind == fault.Drift:
			page.Drifted = append(page.Drifted, sweep.Drift{
				Ref: translate.EntityRef(e.kind, id), Field: f.Field, Message: f.Error(),
			})
		case i == 0:
			return page, err
		default:
			p.Pending = p.Pending[i:]
			return page, nil
		}
		for _, o := range seen {
			p.remember(o)
		}
		page.Observations = append(page.Observations, seen...)
	}
	p.Pending = p.Pending[min(atOnce, len(p.Pending)):]
	return page, nil
}

func (p *entityPlace) remember(o mirror.Observation) {
	p.High = highest(p.High, o.VendorTime)
}

// highest is the later of two stamps, but that one from the future must not blind the next sweeps.
func highest(high, at time.Time) time.Time {
	if at.After(high) && at.Before(time.Now().Add(ahead)) {
		return at
	}
	return high
}

// end ends a pass and chooses the next.
func (p *entityPlace) end(page *sweep.Page) {
	was := *p
	if was.Pass == live {
		p.Pass, p.walk, p.Rest, p.Listed, p.Lived = whole, *p.Rest, nil, false, true
		page.More = true
		return
	}
	*p = entityPlace{Bound: was.bound(), Top: was.Top, Total: was.Total, Windows: was.Windows, Quiet: was.Quiet, Rotate: was.Rotate, Turns: was.Turns, report: was.report}
	if was.Pass == outline || was.Pass == whole {
		p.Top, p.Total, p.Windows, p.Turns = max(was.Top, was.Peak), was.Seen, 0, was.Turns+1
	}
	p.Quiet = (was.Quiet || was.Pass == window) && p.Bound.Equal(was.Bound) // a whole list may bring a newer stamp, too
	if was.Pass == window {
		p.Windows++
	}
	p.Pass = p.following(was.Pass)
	page.Complete, page.More = was.Pass != outline, was.Pass == outline
	if !was.Cut.IsZero() { // there is more behind it
		p.Bound, p.Pass, page.Complete, page.More = was.Cut, window, false, true
	}
}

// following is the pass after another: windows, and now and then everything; where that is one page, every time.
func (p *entityPlace) following(was pass) pass {
	switch {
	case was == outline:
		return detail
	case p.Rotate && !p.report || p.Bound.IsZero() || was == window && (p.Windows >= perListing || p.Total <= halo.MaxPage):
		return whole
	}
	return window
}

// bound is up to when all is swept. In a pass that took longer than windows overlap, a row may have changed behind us, and another
// before us later: then the time counts at which the pass began.
func (p *entityPlace) bound() time.Time { return bound(p.Bound, p.High, p.Began) }

func bound(last, high, began time.Time) time.Time {
	if time.Since(began) > overlap/2 && began.Before(high) {
		return later(last, began)
	}
	return later(last, high)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// names are the ids of all rows of a page, as far as they have one.
func (l listed) names(kind string) []string {
	all := make([]string, 0, len(l.ids)+len(l.drifted))
	for _, id := range l.ids {
		all = append(all, translate.EntityRef(kind, id).VendorID)
	}
	for _, d := range l.drifted {
		all = append(all, d.VendorID)
	}
	return all
}

// rotateEntities is the place to go on from when the filter was found to be ignored.
func rotateEntities(raw []byte) []byte {
	was, _ := read[entityPlace](raw)
	return write(entityPlace{Rotate: true, Pass: whole, Top: was.Top, Total: was.Total})
}
