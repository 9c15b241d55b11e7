package sweep

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// filePlace is where a sweep of attachments stands. They are listed by ticket only, and nothing tells which have changed [official: Halo
// OpenAPI 2024-09, /Attachment]: so the files are listed of each ticket that has changed and has any; that attaching and deleting one
// moves its ticket's stamp is inferred [unsure]. Tickets are walked in the order of ids.
type filePlace struct {
	walk

	Bound   time.Time `json:"bound"` // the files of all tickets that changed before it are swept; the latest stamp seen, not our clock
	High    time.Time `json:"high"`
	Began   time.Time `json:"began"`
	Pending []int64   `json:"pending,omitempty"` // tickets whose files are to be listed
	Listed  bool      `json:"listed,omitempty"`  // the tickets, to the end
	Calls   int       `json:"calls,omitempty"`
	Ignored bool      `json:"ignored,omitempty"` // the filter is: a few pages of everything at a time
}

func (ts Tenants) attachments(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
	p, err := read[filePlace](raw)
	if err != nil {
		return sweep.Page{}, err
	}
	if p.Page == 0 {
		p = filePlace{walk: walk{Page: 1}, Bound: p.Bound, High: p.Bound, Began: time.Now()}
	}
	var page sweep.Page
	if len(p.Pending) > 0 {
		page, err = p.files(ctx, ts[connection])
	} else {
		page, err = p.changed(ctx, ts[connection])
	}
	if err != nil {
		return sweep.Page{}, err
	}
	p.Calls++
	switch {
	case p.Listed && len(p.Pending) == 0:
		p = filePlace{Bound: bound(p.Bound, p.High, p.Began)}
		page.Complete = true
	case p.Ignored:
		page.More = p.Calls%perSweep != 0
	default:
		page.More = p.Calls%perTurn != 0
		page.Yield = !page.More
	}
	page.Place = write(p)
	return page, nil
}

// since is where the window begins; zero at first, which asks for everything.
func (p *filePlace) since() time.Time {
	if p.Bound.IsZero() {
		return time.Time{}
	}
	return p.Bound.Add(-overlap)
}

// changed lists a page of tickets, and remembers those whose files are to be listed. Of one without any, what is held is gone.
func (p *filePlace) changed(ctx context.Context, t Tenant) (page sweep.Page, err error) {
	got, err := t.Halo.Tickets(ctx, halo.TicketQuery{Since: p.since(), PageNo: p.Page, PageSize: p.Size})
	if err != nil {
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
		case !x.Has("attachment_count") || x.AttachmentCount > 0:
			p.Pending = append(p.Pending, x.ID)
		case !p.Bound.IsZero():
			page.Children = append(page.Children, sweep.Children{Parent: translate.TicketRef(x.ID)})
		}
	}
	p.Listed, err = p.step(r)
	return page, err
}

// files lists those of some tickets. What has been read meanwhile counts when the rest has to wait.
func (p *filePlace) files(ctx context.Context, t Tenant) (page sweep.Page, err error) {
	for i, id := range p.Pending[:min(atOnce, len(p.Pending))] {
		got, err := t.Halo.Attachments(ctx, id)
		switch f := fault.Of(err); {
		case err == nil:
			take(&page, t, id, got)
		case f.Kind == fault.NotFound || f.Kind == fault.Hidden: // the sweep of tickets says whether it is gone
		case f.Kind == fault.Drift:
			page.Drifted = append(page.Drifted, sweep.Drift{Ref: translate.AttachmentRef(id, 0), Field: f.Field, Message: f.Error()})
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

// take takes in all files of one ticket.
func take(page *sweep.Page, t Tenant, ticket int64, got halo.Page[halo.Attachment]) {
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
}
