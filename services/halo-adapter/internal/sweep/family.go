package sweep

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// family is what hangs on tickets and is listed by ticket.
type family struct {
	kind string
	has  func(t halo.Ticket) bool // it may have some, as its row tells
	// take takes in all of one ticket.
	take func(ctx context.Context, t Tenant, ticket int64, page *sweep.Page) error
}

// familyPlace is where a sweep of such a kind stands: the tickets that have changed are walked in the order of ids, and what hangs on each
// is listed. That a change of that moves its ticket's stamp is inferred [unsure].
type familyPlace struct {
	walk

	Bound   time.Time `json:"bound"` // what hangs on all tickets that changed before it is swept; the latest stamp seen, not our clock
	High    time.Time `json:"high"`
	Began   time.Time `json:"began"`
	Pending []int64   `json:"pending,omitempty"` // tickets whose own are to be listed
	Listed  bool      `json:"listed,omitempty"`  // the tickets, to the end
	Calls   int       `json:"calls,omitempty"`
	Ignored bool      `json:"ignored,omitempty"` // the filter is: a few pages of everything at a time
}

// files are listed by ticket only, and nothing tells which have changed [official: Halo OpenAPI 2024-09, /Attachment].
func files() family {
	return family{
		kind: "attachment", take: takeFiles,
		has: func(t halo.Ticket) bool { return !t.Has("attachment_count") || t.AttachmentCount > 0 },
	}
}

func (ts Tenants) attachments(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
	p, err := read[familyPlace](raw)
	if err != nil {
		return sweep.Page{}, err
	}
	page, err := p.next(ctx, ts[connection], files())
	page.Place = write(p)
	return page, err
}

// next lists a page of tickets, or what hangs on some of them.
func (p *familyPlace) next(ctx context.Context, t Tenant, f family) (page sweep.Page, err error) {
	if p.Page == 0 {
		*p = familyPlace{walk: walk{Page: 1}, Bound: p.Bound, High: p.Bound, Began: time.Now()}
	}
	if len(p.Pending) > 0 {
		page, err = p.own(ctx, t, f)
	} else {
		page, err = p.changed(ctx, t, f)
	}
	if err != nil {
		return sweep.Page{}, err
	}
	p.Calls++
	p.told(&page)
	switch {
	case p.Listed && len(p.Pending) == 0:
		*p = familyPlace{Bound: bound(p.Bound, p.High, p.Began)}
		page.Complete = true
	case p.Ignored:
		page.More = p.Calls%perSweep != 0
	default:
		page.More = p.Calls%perTurn != 0
		page.Yield = !page.More
	}
	return page, nil
}

// since is where the window begins; zero at first, which asks for everything.
func (p *familyPlace) since() time.Time {
	if p.Bound.IsZero() {
		return time.Time{}
	}
	return p.Bound.Add(-overlap)
}

// changed lists a page of tickets, and remembers those whose own are to be listed. Of one without any, what is held is gone.
func (p *familyPlace) changed(ctx context.Context, t Tenant, f family) (page sweep.Page, err error) {
	got, err := t.Halo.Tickets(ctx, halo.TicketQuery{Since: p.since(), PageNo: p.Page, PageSize: p.Size})
	switch {
	case p.narrow(err):
		return page, nil
	case err != nil:
		return page, err
	}
	r := rows{drifted: len(got.Drifted), count: got.RecordCount} // what cannot be read, the sweep of tickets tells of
	for _, x := range got.Tickets {
		r.ids = append(r.ids, x.ID)
		if !x.LastUpdate.IsZero() && x.LastUpdate.Before(p.since().Add(-slack)) {
			p.Ignored = true
			continue
		}
		p.High = highest(p.High, x.LastUpdate.Time)
		switch {
		case x.MergedIntoID > 0:
		case f.has(x):
			p.Pending = append(p.Pending, x.ID)
		case !p.Bound.IsZero():
			page.Children = append(page.Children, sweep.Children{Parent: translate.TicketRef(x.ID)})
		}
	}
	p.Listed, err = p.step(r)
	return page, err
}

// own lists what hangs on some tickets. What has been read meanwhile counts when the rest has to wait.
func (p *familyPlace) own(ctx context.Context, t Tenant, f family) (page sweep.Page, err error) {
	for i, id := range p.Pending[:min(atOnce, len(p.Pending))] {
		err := f.take(ctx, t, id, &page)
		switch x := fault.Of(err); {
		case err == nil:
		case x.Kind == fault.NotFound || x.Kind == fault.Hidden: // the sweep of tickets says whether it is gone
		case x.Kind == fault.Drift:
			page.Drifted = append(page.Drifted, sweep.Drift{
				Ref: mirror.Ref{Kind: f.kind, VendorID: translate.TicketRef(id).VendorID + "/0"}, Field: x.Field, Message: x.Error(),
			})
		case i == 0:
			return page, err
		default:
			p.Pending = p.Pending[i:]
			return page, nil
		}
	}
	p.Pending = p.Pending[min(atOnce, len(p.Pending)):]
	return page, nil
}

// takeFiles takes in all files of one ticket.
func takeFiles(ctx context.Context, t Tenant, ticket int64, page *sweep.Page) error {
	got, err := t.Halo.Attachments(ctx, ticket)
	if err != nil {
		return err
	}
	all := sweep.Children{Parent: translate.TicketRef(ticket)}
	for _, d := range got.Drifted {
		page.Drifted = append(page.Drifted, drift("attachment", d))
	}
	for _, a := range got.Rows {
		o, err := t.Words.Attachment(ticket, a)
		all.IDs = append(all.IDs, o.VendorID)
		if err != nil {
			page.Drifted = append(page.Drifted, drifted(o.Ref, a.Raw, err))
			continue
		}
		page.Observations = append(page.Observations, o)
	}
	if len(got.Drifted) == 0 { // what cannot be read may be any of them
		page.Children = append(page.Children, all)
	}
	return nil
}

// actions are a ticket's notes, where Halo ignores the window that all actions are asked for in.
func actions() family {
	return family{kind: "note", take: takeActions, has: func(halo.Ticket) bool { return true }}
}

// takeActions takes in all notes of one ticket.
func takeActions(ctx context.Context, t Tenant, ticket int64, page *sweep.Page) error {
	got, err := t.Halo.Actions(ctx, ticket, 0)
	if err != nil {
		return err
	}
	all := sweep.Children{Parent: translate.TicketRef(ticket)}
	for _, d := range got.Drifted {
		page.Drifted = append(page.Drifted, drift("note", d))
	}
	takeNotes(page, got.Actions)
	for _, a := range got.Actions {
		all.IDs = append(all.IDs, translate.NoteRef(a.TicketID, a.ID).VendorID)
	}
	if len(got.Drifted) == 0 && got.RecordCount <= int64(len(got.Actions)) { // what is not there may be among those that were cut off
		page.Children = append(page.Children, all)
	}
	return nil
}
