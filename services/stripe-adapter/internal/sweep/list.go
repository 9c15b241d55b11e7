package sweep

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// list walks the list of one kind, newest first: once from end to end, and from then on a page at a time, round and round. That
// repairs what the feed has forgotten, and shows what it never tells, as that a payment was edited: a hundred for one read. Where the
// budget has no call left for what a page brings along, the page counts alone.
type list[T any] struct {
	accounts Accounts
	kind     string
	page     func(*stripe.Client, context.Context, stripe.Query) (stripe.Page[T], error)
	read     func(translate.Words, stripe.Seen[T]) (mirror.Observation, error)
	names    bool // what a whole walk does not name is suspected to be deleted
	newest   bool // every page of a later walk brings a page of the newest along: they change most
	// unended finds what may still move: every page of a later walk brings a page along that begins with one of those, in turn; nil:
	// nothing is known of that.
	unended Unended
	scarce  func(connection string) bool // the budget runs low; nil: it never does
}

// Unended is when the latest was made that may still move, of those made before a time; false: there is none.
type Unended func(ctx context.Context, connection string, before time.Time) (at time.Time, ok bool, err error)

func lister[T any](as Accounts, c Config, kind string, page func(*stripe.Client, context.Context, stripe.Query) (stripe.Page[T], error),
	read func(translate.Words, stripe.Seen[T]) (mirror.Observation, error),
) *list[T] {
	return &list[T]{accounts: as, kind: kind, page: page, read: read, scarce: c.Scarce}
}

// listPlace is where a walk stands.
type listPlace struct {
	After  string `json:"after,omitempty"`  // the row that the next page begins behind; empty: the newest comes first
	Loaded bool   `json:"loaded,omitempty"` // it was walked to the end once

	Unended time.Time `json:"unended,omitzero"` // what may still move was looked at down to here; zero: begin with the newest
	Spared  int       `json:"spared,omitempty"` // passes since the last that was made in full
}

// sparing is how many passes come to one that is made in full, while the budget runs low.
const sparing = 4

// spares is whether this pass is to spare reads. The first walk is not: what it brings, nothing else does.
func (p *listPlace) spares(connection string, scarce func(string) bool) bool {
	if p.Spared++; p.Loaded && p.Spared < sparing && scarce != nil && scarce(connection) {
		return true
	}
	p.Spared = 0
	return false
}

func (l *list[T]) next(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
	p, err := read[listPlace](raw)
	if err != nil {
		return sweep.Page{}, err
	}
	a := l.accounts[connection]
	if p.spares(connection, l.scarce) {
		return l.spared(ctx, a, p)
	}
	got, err := l.page(a.Stripe, ctx, stripe.Query{After: p.After})
	if p.After != "" && lost(err) {
		return sweep.Page{Place: write(listPlace{Loaded: p.Loaded, Unended: p.Unended}), More: !p.Loaded}, nil
	}
	if err != nil {
		return sweep.Page{}, err
	}
	page := sweep.Page{More: !p.Loaded && got.More, Complete: !got.More, Whole: whole}
	l.take(a, &page, got)
	if l.names {
		page.Listing = &sweep.Listing{IDs: ids(page), First: p.After == "", Last: !got.More}
	}
	if p.After != "" && p.Loaded && l.newest {
		recent, err := l.page(a.Stripe, ctx, stripe.Query{})
		if err != nil && !sweep.Later(err) {
			return sweep.Page{}, err
		}
		l.take(a, &page, recent)
	}
	if p.Loaded && l.unended != nil {
		if p.Unended, err = l.moving(ctx, connection, &page, p.Unended); err != nil && !sweep.Later(err) {
			return sweep.Page{}, err
		}
	}
	if p.After = got.Last; !got.More {
		p = listPlace{Loaded: true, Unended: p.Unended}
	}
	page.Place = write(p)
	return page, nil
}

// spared is a pass that spares reads: of what changes most it brings the newest, a hundred in one, and of the rest nothing.
func (l *list[T]) spared(ctx context.Context, a Account, p listPlace) (sweep.Page, error) {
	page := sweep.Page{Place: write(p), Whole: whole}
	if !l.newest {
		return page, nil
	}
	recent, err := l.page(a.Stripe, ctx, stripe.Query{})
	if err != nil {
		return sweep.Page{}, err
	}
	l.take(a, &page, recent)
	return page, nil
}

// moving brings a page that begins with the latest that may still move, of those made before a time, and says how far it goes.
func (l *list[T]) moving(ctx context.Context, connection string, page *sweep.Page, before time.Time) (down time.Time, err error) {
	if before.IsZero() {
		before = time.Now().Add(time.Hour) // whatever the clocks say
	}
	at, ok, err := l.unended(ctx, connection, before)
	if err != nil || !ok {
		return time.Time{}, err
	}
	a := l.accounts[connection]
	got, err := l.page(a.Stripe, ctx, stripe.Query{To: at})
	if err != nil {
		return before, err
	}
	l.take(a, page, got)
	down = at
	if n := len(page.Observations); n > 0 && len(got.Rows) > 0 {
		if last, ok := page.Observations[n-1].State.(interface{ GetCreateTime() *timestamppb.Timestamp }); ok && last.GetCreateTime().AsTime().Before(at) {
			down = last.GetCreateTime().AsTime()
		}
	}
	return down, nil
}

// take adds a page of the list to what the sweep brings.
func (l *list[T]) take(a Account, page *sweep.Page, got stripe.Page[T]) {
	for _, s := range got.Rows {
		o, err := l.read(a.Words, s)
		if err != nil {
			page.Drifted = append(page.Drifted, drifted(mirror.Ref{Kind: l.kind, VendorID: s.ID}, s.Raw, err))
			continue
		}
		page.Observations = append(page.Observations, o)
	}
	for _, d := range got.Drifted {
		page.Drifted = append(page.Drifted, drift(l.kind, d.ID, "", d.Message, d.Raw))
	}
}

// whole is whether a row came with what a fetch of it would bring: a list cuts short what hangs on a row, and then the fetch reads on.
func whole(o mirror.Observation) bool {
	last := map[string]string{"subscription": "items", "invoice": "payments", "payment": "latest_charge"}[o.Kind]
	return last == "" || slices.Contains(o.Covers.Paths, last)
}

// lost is whether the row that a page was to begin behind is gone: then the walk begins anew.
func lost(err error) bool {
	f := fault.Of(err)
	return f != nil && (f.Kind == fault.Invalid || f.Kind == fault.NotFound) && f.Field == "starting_after"
}

// gone is whether what was asked for is there no more.
func gone(err error) bool { return err != nil && fault.KindOf(err) == fault.NotFound }

// ids are those of all rows of a page.
func ids(page sweep.Page) []string {
	all := make([]string, 0, len(page.Observations)+len(page.Drifted))
	for _, o := range page.Observations {
		all = append(all, o.VendorID)
	}
	for _, d := range page.Drifted {
		all = append(all, d.VendorID)
	}
	return all
}
