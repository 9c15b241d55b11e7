package sweep

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

const (
	reach    = 29 * 24 * time.Hour // how far back the feed is trusted to go: 30 days [official: OpenAPI]
	margin   = time.Hour           // by which less is read of what it is about to forget
	alarm    = 25 * 24 * time.Hour // from which somebody should look
	maxPages = 20                  // of one window
	minWidth = time.Second         // Stripe's times have no parts of a second
)

// feeder reads the feed of events, whole windows at a time: pages come newest first, and are taken in oldest first.
type feeder struct {
	accounts Accounts
	lag      time.Duration
	overlap  time.Duration // by which a window reaches back: events become visible late and out of order [community]
	pages    int           // of one window at most; a window with more is halved
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
	from, to, gap := f.window(ctx, connection, p)
	told, end, whole, err := f.take(ctx, connection, from, to)
	if err != nil && (end.IsZero() || !sweep.Later(err)) {
		return sweep.Page{}, err
	}
	if to.IsZero() || to.After(end) {
		to = end
	}
	if !whole && to.Sub(from) > minWidth {
		p.From, p.Width = from, max(to.Sub(from)/2, minWidth).Truncate(time.Second)
		return sweep.Page{More: true, Place: write(p), Gap: gap}, nil
	}
	if err != nil {
		return sweep.Page{}, err
	}
	page := sweep.Page{Told: told}
	page.Gap = gap || !whole // more events in a second than are read at once
	if to.Before(end) {
		page.More, page.Place = true, write(eventPlace{Bound: p.Bound, From: to, Width: 2 * p.Width})
		return page, nil
	}
	page.Complete, page.Place = true, write(eventPlace{Bound: to})
	return page, nil
}

// window is what to read next. At first it is what has just happened: what was before, the lists bring. What the feed does not
// reach any more is a gap: the lists bring that, too, from the beginning. What is newest has no end: how late it is at Stripe, only
// Stripe can say.
func (f feeder) window(ctx context.Context, connection string, p eventPlace) (from, to time.Time, gap bool) {
	switch from = p.From; {
	case p.Bound.IsZero() && from.IsZero():
		from = f.now().Add(-f.lag - f.overlap)
	case from.IsZero():
		from = p.Bound.Add(-f.overlap)
	}
	age := f.now().Sub(from)
	if gap = age > reach; gap {
		from = f.now().Add(margin - reach) // it forgets while it is read
	}
	if age > alarm {
		f.log.ErrorContext(ctx, "the feed of events was not read for long, and forgets", "connection", connection, "behind", age.String(), "lost", gap)
	}
	if p.Width > 0 {
		to = from.Add(p.Width)
	}
	return from, to, gap
}

// take reads what the events of a window tell, oldest first; whole is false if they are more than are read at once, or than the
// budget has calls for, which err tells then: who goes on with less of it gets through. Those after end, a
// lag behind Stripe's own clock, are left for later: our clock may be minutes from it.
func (f feeder) take(ctx context.Context, connection string, from, to time.Time) (told []sweep.Told, end time.Time, whole bool, err error) {
	a, q := f.accounts[connection], stripe.EventQuery{From: from, To: to}
	var events []stripe.Event
	var odd []stripe.OddEvent
	for range f.pages {
		page, err := a.Stripe.Events(ctx, q)
		if err != nil {
			return nil, end, false, err // with the end, once a page was read
		}
		if end.IsZero() {
			end = f.clock(page).Add(-f.lag).Truncate(time.Second)
		}
		events, odd = append(events, page.Events...), append(odd, page.Odd...)
		if whole = !page.More; whole {
			break
		}
		q.After = page.Last
	}
	events = slices.DeleteFunc(events, func(e stripe.Event) bool { return e.Created.After(end) })
	slices.Reverse(events)
	slices.SortStableFunc(events, func(x, y stripe.Event) int { return x.Created.Compare(y.Created.Time) })
	return a.told(events, odd), end, whole, nil
}

// nameless tells events without an id apart.
func nameless(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "?/" + hex.EncodeToString(sum[:])
}

// clock is Stripe's when it showed a page; ours, where it did not say.
func (f feeder) clock(page stripe.EventPage) time.Time {
	if page.At.IsZero() {
		return f.now()
	}
	return page.At
}

// told is what events tell. One that cannot be read, or names no object, is kept for a person.
func (a Account) told(events []stripe.Event, odd []stripe.OddEvent) []sweep.Told {
	told := make([]sweep.Told, 0, len(events)+len(odd))
	for i := range events {
		e := &events[i]
		n, err := a.Words.Event(e)
		if err != nil {
			odd = append(odd, stripe.OddEvent{ID: e.ID, Message: "event " + e.ID + ": " + err.Error(), Raw: e.Outline()})
			continue
		}
		told = append(told, sweep.Told{Key: e.ID, Ref: n.Ref, Snapshot: n.Snapshot})
		for _, i := range a.Words.Items(e) {
			told = append(told, sweep.Told{Key: stripe.PartKey(e.ID, i.Ref.VendorID), Delivery: e.ID, Ref: i.Ref, Snapshot: i.Snapshot})
		}
	}
	for _, x := range odd {
		told = append(told, sweep.Told{Key: cmp.Or(x.ID, nameless(x.Raw)), Odd: x.Message, Kept: x.Raw})
	}
	return told
}
