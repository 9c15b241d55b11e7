package sweep

import (
	"context"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// notePlace is where a sweep of actions stands. Halo pages no actions, it only counts them off [official: Halo OpenAPI
// 2024-09, /Actions], so windows of time are walked that are small enough to be told whole.
type notePlace struct {
	Bound time.Time     `json:"bound"` // all actions made before it are swept; the latest seen, not our clock
	From  time.Time     `json:"from"`  // of the window under way; zero: none is
	Width time.Duration `json:"width"`
	High  time.Time     `json:"high"`

	Around *stretch `json:"around,omitempty"` // of all there are, a window with each sweep; nil: it begins anew
	Turned bool     `json:"turned,omitempty"` // this sweep's window of that was read

	Tickets *familyPlace `json:"tickets,omitempty"` // windows are ignored: the notes of each ticket that changes are listed
	Turns   int          `json:"turns,omitempty"`   // so many times
}

const (
	firstWidth = 30 * 24 * time.Hour
	maxWidth   = 10 * 365 * 24 * time.Hour
	minWidth   = time.Second
	maxActions = 1000 // asked for at once
	slack      = 2 * time.Second
)

// earliest is before the oldest action of any tenant.
func earliest() time.Time { return time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC) }

func (ts Tenants) notes(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
	p, err := read[notePlace](raw)
	if err != nil {
		return sweep.Page{}, err
	}
	if p.Tickets != nil {
		return ts.notesByTicket(ctx, ts[connection], p)
	}
	if p.From.IsZero() && !p.Turned && !p.Bound.IsZero() {
		return ts.notesAround(ctx, ts[connection], p)
	}
	if p.From.IsZero() {
		p.begin()
	}
	to, end := p.From.Add(p.Width), time.Now().Add(ahead)
	got, cut, err := between(ctx, ts[connection], stretch{p.From, p.Width})
	page := sweep.Page{More: true}
	switch {
	case err != nil:
		return sweep.Page{}, err
	case cut:
		p.Width /= 4
		page.Place = write(p)
		return page, nil
	}
	for _, d := range got.Drifted {
		page.Drifted = append(page.Drifted, drift("note", d))
	}
	takeNotes(&page, got.Actions)
	for _, a := range got.Actions {
		if at := a.DateTime.Time; at.After(p.High) && at.Before(end) {
			p.High = at
		}
	}
	p.From, p.Width = to, min(p.Width*2, maxWidth)
	if to.After(end) {
		p = notePlace{Bound: p.High, Around: p.Around}
		page.More, page.Complete = false, true
	}
	page.Place = write(p)
	return page, nil
}

// takeNotes takes in actions. One that was copied here when its ticket was merged tells of the merge, which nothing else may do any
// more: a ticket that is deleted after it is listed as deleted, and a copy keeps the time of what it is a copy of [unsure].
func takeNotes(page *sweep.Page, actions []halo.Action) {
	for _, a := range actions {
		if o, err := translate.ObservedNote(a); err != nil {
			page.Drifted = append(page.Drifted, drifted(o.Ref, a.Raw, err))
		} else {
			page.Observations = append(page.Observations, o)
		}
		if from := a.MergedFromTicketID; from > 0 && from != a.TicketID {
			m := sweep.Merged{From: translate.TicketRef(from), Look: translate.NotesRef(a.TicketID)}
			if !slices.Contains(page.Merged, m) {
				page.Merged = append(page.Merged, m)
			}
		}
	}
}

// byTicket is the place to go on from when windows were found to be ignored.
func byTicket([]byte) []byte { return write(notePlace{Tickets: &familyPlace{}}) }

// notesByTicket lists the notes of tickets that have changed. Now and then windows are tried again, as entityPlace.retry does.
func (ts Tenants) notesByTicket(ctx context.Context, t Tenant, p notePlace) (sweep.Page, error) {
	if p.Tickets.Page == 0 && p.Turns >= retryTurns {
		tomorrow := time.Now().AddDate(0, 0, 1)
		got, err := t.Halo.ActionsBetween(ctx, tomorrow, tomorrow.AddDate(0, 0, 1), 1)
		if err != nil {
			return sweep.Page{}, err
		}
		if p.Turns = 0; len(got.Actions)+len(got.Drifted) == 0 {
			return sweep.Page{Place: write(notePlace{}), More: true}, nil
		}
	}
	page, err := p.Tickets.next(ctx, t, actions())
	if page.Complete {
		p.Turns++
	}
	page.Place = write(p)
	return page, err
}

// stretch is a window of time.
type stretch struct {
	From  time.Time     `json:"from"`
	Width time.Duration `json:"width"`
}

// between are all actions of a stretch; cut says that not all of them came: the same start again, and less of it.
func between(ctx context.Context, t Tenant, s stretch) (got halo.ActionPage, cut bool, err error) {
	to := s.From.Add(s.Width)
	got, err = t.Halo.ActionsBetween(ctx, s.From, to, counted(s.Width))
	switch {
	case err == nil && strays(got.Actions, s.From, to):
		err = &fault.Error{Kind: fault.Drift, Reason: sweep.FilterIgnored, Message: "actions came from outside the window"}
	case s.Width > minWidth && tooMuch(got, err):
		return got, true, nil
	}
	return got, false, err
}

// tooMuch reports a window that was cut off, or whose answer is beyond the bound.
func tooMuch(got halo.ActionPage, err error) bool {
	if f := fault.Of(err); f != nil {
		return f.Reason == upstream.ReasonTooLarge
	}
	return len(got.Actions)+len(got.Drifted) >= maxActions
}

// strays reports actions that the window should have kept out: Halo ignores parameters that it does not know.
func strays(actions []halo.Action, from, to time.Time) bool {
	return slices.ContainsFunc(actions, func(a halo.Action) bool {
		at := a.DateTime.Time
		return !at.IsZero() && (at.Before(from.Add(-slack)) || at.After(to.Add(slack)))
	})
}

// begin starts at the last bound, or at the beginning of everything with the widest window: it finds out by itself how
// much of it can be told at once.
func (p *notePlace) begin() {
	p.High, p.From, p.Width = p.Bound, p.Bound.Add(-overlap), firstWidth
	if p.Bound.IsZero() {
		p.From, p.Width = earliest(), maxWidth
	}
}

// counted is how many of a window are asked for: one stamp that fills more than that is told whole.
func counted(width time.Duration) int {
	if width <= minWidth {
		return 0
	}
	return maxActions
}
