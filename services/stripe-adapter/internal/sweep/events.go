package sweep

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

const (
	overlap  = 10 * time.Minute    // by which a window reaches back: events become visible late and out of order [community]
	reach    = 29 * 24 * time.Hour // how far back the feed is trusted to go: 30 days [official: OpenAPI]
	alarm    = 25 * 24 * time.Hour // from which somebody should look
	maxPages = 20                  // of one window
	minWidth = time.Second         // Stripe's times have no parts of a second
)

// feeder reads the feed of events, whole windows at a time: pages come newest first, and are taken in oldest first.
type feeder struct {
	accounts Accounts
	lag      time.Duration
	pages    int // of one window at most; a window with more is halved
	log      *slog.Logger
	now      func() time.Time
}

// eventPlace is where a sweep of the feed stands.
type eventPlace struct {
	Bound time.Time     `json:"bound"`           // all that happened before it is taken in
	From  time.Time     `json:"from,omitzero"`   // of the next window of the sweep under way; zero: an overlap before the bound
	Width time.Duration `json:"width,omitempty"` // of the next window; 0: all that there is
}

func (f feeder) next(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
	p, err := read[eventPlace](raw)
	if err != nil {
		return sweep.Page{}, err
	}
	end := f.now().Add(-f.lag).Truncate(time.Second)
	from, to := f.window(ctx, connection, p, end)
	events, whole, err := f.accounts[connection].window(ctx, from, to, f.pages)
	switch {
	case err != nil:
		return sweep.Page{}, err
	case !whole && to.Sub(from) <= minWidth:
		return sweep.Page{}, &fault.Error{Kind: fault.Drift, Reason: "FEED_TOO_DENSE", Message: "more events in a second than are read at once"}
	case !whole:
		p.From, p.Width = from, max(to.Sub(from)/2, minWidth).Truncate(time.Second)
		return sweep.Page{More: true, Place: write(p)}, nil
	}
	page, err := f.told(connection, events)
	if err != nil {
		return page, err
	}
	if to.Before(end) {
		page.More, page.Place = true, write(eventPlace{Bound: p.Bound, From: to, Width: 2 * p.Width})
		return page, nil
	}
	page.Complete, page.Place = true, write(eventPlace{Bound: to})
	return page, nil
}

// window is what to read next. At first it is what has just happened: what was before, the lists bring. What the feed does not
// reach any more, they bring too, a page at a time.
func (f feeder) window(ctx context.Context, connection string, p eventPlace, end time.Time) (from, to time.Time) {
	switch from, to = p.From, end; {
	case p.Bound.IsZero() && from.IsZero():
		from = end.Add(-overlap)
	case from.IsZero():
		from = p.Bound.Add(-overlap)
	}
	if age := f.now().Sub(from); age > alarm {
		f.log.ErrorContext(ctx, "the feed of events was not read for long, and forgets", "connection", connection, "behind", age.String(),
			"lost", age > reach)
		from = later(from, f.now().Add(-reach))
	}
	if p.Width > 0 && from.Add(p.Width).Before(to) {
		to = from.Add(p.Width)
	}
	return from, to
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// window reads all events of a window, oldest first; whole is false if they are more than are read at once.
func (a Account) window(ctx context.Context, from, to time.Time, pages int) (events []stripe.Event, whole bool, err error) {
	q := stripe.EventQuery{From: from, To: to}
	for range pages {
		page, err := a.Stripe.Events(ctx, q)
		if err != nil {
			return nil, false, err
		}
		events = append(events, page.Events...)
		if !page.More {
			slices.Reverse(events)
			slices.SortStableFunc(events, func(x, y stripe.Event) int { return x.Created.Compare(y.Created.Time) })
			return events, true, nil
		}
		q.After = page.Last
	}
	return nil, false, nil
}

// told is what events tell. One that names no object is kept for a person.
func (f feeder) told(connection string, events []stripe.Event) (sweep.Page, error) {
	a := f.accounts[connection]
	page := sweep.Page{Told: make([]sweep.Told, 0, len(events))}
	for i := range events {
		n, err := a.Words.Event(&events[i])
		if err != nil {
			return page, &fault.Error{Kind: fault.Drift, Reason: stripe.ReasonDrift, Field: "data", Message: "event " + events[i].ID + ": " + err.Error()}
		}
		page.Told = append(page.Told, sweep.Told{Key: events[i].ID, Ref: n.Ref, Snapshot: n.Snapshot})
	}
	return page, nil
}
