package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	kernel "github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/sweep"
)

const rotates = "this build ignores it: the sweep goes through everything by itself, a few pages at a time, and news is so much older"

// filter asks whether the since-filter of a kind's lists keeps rows out. Nobody can do anything about it, so whichever it is.
func (x *examination) filter(kind string) func(context.Context) ([]doctor.Finding, error) {
	if kind == "ticket" {
		return x.ticketFilter
	}
	return func(ctx context.Context) ([]doctor.Finding, error) {
		if x.rows[kind] == 0 {
			return found("cannot be told: no rows came without it"), nil
		}
		rows, known, err := x.since(ctx, kind, time.Now().AddDate(0, 0, 1))
		switch {
		case err != nil:
			return nil, err
		case !known:
			return found("not looked at"), nil
		case rows > 0:
			return found("asked for what changes from tomorrow on, rows came: %s", rotates), nil
		}
		return found("honoured: asked for what changes from tomorrow on, nothing came"), nil
	}
}

// since is how many rows of a kind come that changed since a time. Their lists show no change stamps that could be held
// against it [official: Halo OpenAPI 2024-09, Site_List, Users_List].
func (x *examination) since(ctx context.Context, kind string, at time.Time) (rows int, known bool, err error) {
	q := halo.Query{Since: at, PageSize: 1}
	switch kind {
	case "client":
		rows, err = came(ctx, x.Halo.Areas(), q)
	case "site":
		rows, err = came(ctx, x.Halo.Sites(), q)
	case "user":
		rows, err = came(ctx, x.Halo.Users(), q)
	case "invoice":
		rows, err = came(ctx, x.Halo.Invoices(), q)
	case "recurring_invoice":
		rows, err = came(ctx, x.Halo.RecurringInvoices(), q)
	default:
		return 0, false, nil
	}
	return rows, true, err
}

func came[T halo.Headed](ctx context.Context, e halo.Entities[T], q halo.Query) (int, error) {
	page, err := e.List(ctx, q)
	return len(page.Rows) + len(page.Drifted), err
}

// ticketFilter holds a window against the guard of the sweeps: one that begins right before the latest change, where there are
// earlier ones.
func (x *examination) ticketFilter(ctx context.Context) ([]doctor.Finding, error) {
	oldest, err := x.Halo.Tickets(ctx, halo.TicketQuery{Order: "last_update"})
	if err != nil {
		return nil, err
	}
	newest, err := x.Halo.Tickets(ctx, halo.TicketQuery{Order: "last_update", Desc: true, PageSize: 1})
	if err != nil {
		return nil, err
	}
	findings := one(doctor.Finding{About: "order", Found: order(oldest.Tickets)})
	low, high := between(append(newest.Tickets, oldest.Tickets...))
	since := high.Add(-time.Second)
	if !guarded(since, []time.Time{low}) {
		return append(findings, doctor.Finding{About: "since", Found: "cannot be told: no two tickets changed at different times"}), nil
	}
	window, err := x.Halo.Tickets(ctx, halo.TicketQuery{Since: since, Order: "last_update"})
	if err != nil {
		return findings, err
	}
	return append(findings, doctor.Finding{About: "since", Found: held(since, window, oldest.RecordCount)}), nil
}

func order(tickets []halo.Ticket) string {
	switch {
	case len(tickets) < 2:
		return "cannot be told: fewer than two tickets"
	case !sweep.Ordered(tickets):
		return "the order by last_update is not kept: the sweep reads by id instead"
	}
	return "the order by last_update is kept"
}

func between(tickets []halo.Ticket) (low, high time.Time) {
	for _, t := range tickets {
		at := t.LastUpdate.Time
		if at.IsZero() {
			continue
		}
		if low.IsZero() || at.Before(low) {
			low = at
		}
		if at.After(high) {
			high = at
		}
	}
	return low, high
}

func held(since time.Time, window halo.TicketPage, all int64) string {
	var stamps []time.Time
	for _, t := range window.Tickets {
		stamps = append(stamps, t.LastUpdate.Time)
	}
	if guarded(since, stamps) {
		return "asked for what changed since the latest change, older rows came: " + rotates
	}
	return fmt.Sprintf("honoured: asked for the latest changes, %d of %d tickets came", len(window.Tickets), all)
}

// guarded reports whether a sweep would find the filter ignored by rows of these stamps.
func guarded(since time.Time, stamps []time.Time) bool {
	page := kernel.Page{Since: since}
	for _, at := range stamps {
		page.Observations = append(page.Observations, mirror.Observation{VendorTime: at})
	}
	return page.Unfiltered()
}

// pages says which lists gave fewer rows than were asked for though there are more.
func (x *examination) pages(context.Context) ([]doctor.Finding, error) {
	var short []doctor.Finding
	told := map[string]bool{}
	for _, l := range x.Seen.lists() {
		if l.rows < l.asked && l.rows < l.said && !told[l.path] {
			told[l.path] = true
			short = append(short, doctor.Finding{About: l.path, Found: fmt.Sprintf(
				"%d rows came where %d were asked for and there are %d: sweeps go by what comes, and need more calls", l.rows, l.asked, l.said)})
		}
	}
	if len(short) == 0 {
		return found("every list gave as many rows as were asked for, or all there are"), nil
	}
	return short, nil
}
