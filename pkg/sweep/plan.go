package sweep

import (
	"context"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Plan is how one kind is swept, or a feed that tells of several.
type Plan struct {
	// Kind is the kind or, of a feed of several, a name that no kind has: then pages hold what is Told and nothing else.
	Kind string
	// Feeds are the kinds that such a feed tells of: once swept to the end by themselves, they are as fresh as it is.
	Feeds []string
	// Lag is how far a feed stays behind, because what is newest in it is not complete yet.
	Lag time.Duration
	// After is the kind that must have been swept to the end once before this one starts; empty: none. A child's rows
	// need their parents.
	After string
	// Every is the pause between two sweeps.
	Every time.Duration
	// Next reads one page. The place is the adapter's own words, empty at first; what Next returns as Page.Place is
	// given to the next call, of this sweep or a later one, here or in another replica.
	Next func(ctx context.Context, connection string, place []byte) (Page, error)
	// Unfiltered is the place to go on from when the vendor was found to ignore the filter; nil: the sweep stops there
	// and alerts.
	Unfiltered func(place []byte) []byte
}

// Page is one page of a feed.
type Page struct {
	Observations []mirror.Observation // Opened and Source are the kernel's to set
	Hints        []mirror.Ref         // named as deleted: looked at where the mirror holds them alive
	Merged       []Merged             // looked at where the mirror does not know yet that they live on as others
	Drifted      []Drift
	Told         []Told // by a feed, oldest first
	// Whole says of an observation whether it tells all that a fetch would: a look that was asked for before the page was is not needed
	// any more. Nil: none does.
	Whole func(mirror.Observation) bool
	// Gap says that a feed has forgotten, or cannot tell, a part of what it should have told before this page: the kinds that it
	// feeds are swept anew from the beginning, and none of them is taken for fresh before.
	Gap bool
	// Children are all of this kind that hang on some parents: what the mirror holds besides is looked at.
	Children []Children
	// Listing says that the page is one of a listing of everything that there is; nil: it is not.
	Listing *Listing
	Place   []byte
	// More: the window was not read to its end. Otherwise Place's bound has moved past it.
	More bool
	// Yield lets other kinds have their turn before the window, which was not read to its end, goes on at once; More is false then.
	Yield bool
	// Complete says, at a window's end, that all that changed before the sweep began is in the mirror. A capped rotation
	// knows that when it has come around: until then what has begun goes on with the next sweep.
	Complete bool
	// Since guards the filter: a row with a vendor time before it should not have come. Zero: no guard.
	Since time.Time
	// Alert is, for a person, what the vendor does not keep of what sweeps rely on, though they go on; empty: nothing. It is the
	// cursor's error until a page comes without one.
	Alert string
	// Expected is how many rows the vendor says the window has; 0: it did not say.
	Expected int64

	rows int // observed
}

// Listing is a page of a listing of everything of a kind, from which absences are read: what the mirror held before the
// first page was asked for, and nothing has shown since, is suspected to be gone when no page has named it. A suspicion
// is looked at; it buries nothing by itself.
type Listing struct {
	IDs         []string // of every row of the page, whether it can be read or not
	First, Last bool
}

// Merged is what lives on as another, as something on the page tells in passing, and where to look for the whole of it.
type Merged struct {
	From, Look mirror.Ref
}

// Children are all that hang on one parent.
type Children struct {
	Parent mirror.Ref
	IDs    []string
}

// Drift is a row that breaks the shape that its kind relies on. It is kept for a person, never stored as null.
type Drift struct {
	mirror.Ref
	Field   string // a name of the adapter's, not any that a vendor may think of
	Missing bool   // the field is not there; otherwise it is of another type
	Message string
	Payload []byte
}

// maxDriftShare is the share of a page from which drifted rows stop the sweep instead of being kept one by one.
const maxDriftShare = 0.2

func (p Page) drowning() bool {
	odd, rows := p.odd()
	return odd > 5 && float64(odd) > maxDriftShare*float64(rows)
}

// odd is how many rows of the page break the shape, and how many there are.
func (p Page) odd() (odd, rows int) {
	odd, rows = len(p.Drifted), len(p.Observations)+len(p.Told)+len(p.Drifted)
	for _, t := range p.Told {
		if t.Odd != "" {
			odd++
		}
	}
	return odd, rows
}

// sift takes out what names an id that nothing can have: a row like that has drifted.
func (p *Page) sift() {
	invalid := func(r mirror.Ref) bool { return !r.Valid() || r.VendorID == "" }
	p.Observations = slices.DeleteFunc(p.Observations, func(o mirror.Observation) bool {
		if invalid(o.Ref) {
			p.Drifted = append(p.Drifted, Drift{Ref: mirror.Ref{Kind: o.Kind}, Field: "id", Message: "it has an id that nothing can have", Payload: o.Payload})
		}
		return invalid(o.Ref)
	})
	p.Hints = slices.DeleteFunc(p.Hints, invalid)
	p.Merged = slices.DeleteFunc(p.Merged, func(m Merged) bool { return invalid(m.From) || invalid(m.Look) })
	named := func(id string) bool { return invalid(mirror.Ref{VendorID: id}) }
	if p.Listing != nil {
		p.Listing.IDs = slices.DeleteFunc(p.Listing.IDs, named)
	}
	p.Children = slices.DeleteFunc(p.Children, func(c Children) bool { return invalid(c.Parent) || slices.ContainsFunc(c.IDs, named) })
	for i := range p.Drifted {
		if d := &p.Drifted[i]; !d.Valid() {
			d.VendorID = ""
		}
	}
}

// field is that of the first row that breaks the shape.
func (p Page) field() string {
	if len(p.Drifted) > 0 {
		return p.Drifted[0].Field
	}
	return ""
}

// guardSlack forgives a vendor that cuts its filter's fractions of a second.
const guardSlack = 2 * time.Second

// Unfiltered reports whether a row came that the filter should have kept out.
func (p Page) Unfiltered() bool {
	if p.Since.IsZero() {
		return false
	}
	for _, o := range p.Observations {
		if !o.VendorTime.IsZero() && o.VendorTime.Before(p.Since.Add(-guardSlack)) {
			return true
		}
	}
	return false
}
