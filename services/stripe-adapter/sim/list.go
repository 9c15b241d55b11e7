package sim

import (
	"net/http"
	"slices"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// page is one page of a list. [official: api "Pagination"]
type page struct {
	Object  string `json:"object"`
	Data    []any  `json:"data"`
	HasMore bool   `json:"has_more"`
	URL     string `json:"url"`
}

func pageOf(url string, rows []object, more bool) page {
	out := page{Object: "list", Data: make([]any, 0, len(rows)), URL: url, HasMore: more}
	for _, row := range rows {
		out.Data = append(out.Data, row)
	}
	return out
}

// lister is the operation that lists a kind; what is deleted is never in a list.
func lister[T object](kind, path string, params []param, match func(*call, T) bool) route {
	return route{method: "GET", path: path, params: paging(params...), read: func(c *call) (any, error) {
		if err := c.named(); err != nil {
			return nil, err
		}
		return c.list(kind, path, func(o object) bool {
			t, ok := o.(T)
			return ok && c.in.within("created", o.self().born) && (match == nil || match(c, t))
		})
	}}
}

// named refuses a list of what belongs to nothing. [community: issue threads for customer; unsure: for the others]
func (c *call) named() error {
	if c.s.Switches().UnknownOwner != "refused" {
		return nil
	}
	for _, kind := range []string{"customer", "payment_intent", "charge", "invoice", "subscription", "product"} {
		if id := c.in.text(kind); id != "" {
			if _, ok := c.a.shelves[kind].Get(id, c.asOf()); !ok {
				return missing(http.StatusBadRequest, kind, id, kind)
			}
		}
	}
	return nil
}

// list is a page of a kind, the newest first: after one object, before one, or from the beginning. The page before a cursor is
// the one next to it, and newest first all the same. [official: api "Pagination"]
func (c *call) list(kind, path string, match func(object) bool) (any, error) {
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	if before := c.in.text("ending_before"); before != "" {
		cursor, err := c.cursor(kind, before, "ending_before")
		if err != nil {
			return nil, err
		}
		rows := c.rows(kind, -1, func(o object) bool { return o.self().serial > cursor && match(o) })
		return pageOf(path, rows[max(len(rows)-limit, 0):], len(rows) > limit), nil
	}
	cursor, err := c.cursor(kind, c.in.text("starting_after"), "starting_after")
	if err != nil {
		return nil, err
	}
	rows := c.rows(kind, limit+1, func(o object) bool { return (cursor == 0 || o.self().serial < cursor) && match(o) })
	return pageOf(path, rows[:min(limit, len(rows))], len(rows) > limit), nil
}

// rows is what a read sees of a kind, the newest first; at most so many, or all.
func (c *call) rows(kind string, most int, match func(object) bool) []object {
	past, found := c.asOf(), 0
	enough := func(o object) bool {
		if most >= 0 && found >= most || !match(o) { // the rest is not looked at
			return false
		}
		found++
		return true
	}
	if !past.IsZero() { // of the past, rows are matched before they are in order
		enough = match
	}
	rows, _ := c.a.shelves[kind].Page(vendorsim.Query[object]{Order: newest(), AsOf: past, Limit: most, Match: enough})
	return rows
}

// cursor is the place of an object in the order of its kind; 0 for none.
func (c *call) cursor(kind, id, param string) (int64, error) {
	if id == "" {
		return 0, nil
	}
	if o, ok := c.a.shelves[kind].Get(id, c.asOf()); ok {
		return o.self().serial, nil
	}
	return 0, missing(http.StatusBadRequest, kind, id, param)
}

func (c *call) limit() (int, error) {
	if c.in.has("starting_after") && c.in.has("ending_before") {
		return 0, invalid("parameters_exclusive", "ending_before", "You may only specify one of these parameters: ending_before, starting_after.")
	}
	if !c.in.has("limit") {
		return 10, nil
	}
	limit := c.in.whole("limit")
	if limit < 1 || limit > 100 {
		return 0, invalid("parameter_invalid_integer", "limit", "This value must be between 1 and 100.")
	}
	return int(limit), nil
}

// cut is a page of rows that are in an order of their own.
func (c *call) cut(rows []object, path string) (any, error) {
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	place := func(param string) (int, error) {
		at := slices.IndexFunc(rows, func(o object) bool { return o.self().ID == c.in.text(param) })
		if at < 0 {
			return 0, missing(http.StatusBadRequest, "object", c.in.text(param), param)
		}
		return at, nil
	}
	switch {
	case c.in.has("ending_before"):
		at, err := place("ending_before")
		if err != nil {
			return nil, err
		}
		return pageOf(path, rows[max(at-limit, 0):at], at > limit), nil
	case c.in.has("starting_after"):
		at, err := place("starting_after")
		if err != nil {
			return nil, err
		}
		rows = rows[at+1:]
	}
	return pageOf(path, rows[:min(limit, len(rows))], len(rows) > limit), nil
}
