package sim

import (
	"net/http"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// page is one page of a list. [official: api "Pagination"]
type page struct {
	Object  string `json:"object"`
	Data    []any  `json:"data"`
	HasMore bool   `json:"has_more"`
	URL     string `json:"url"`
}

// lister is the operation that lists a kind; what is deleted is never in a list.
func lister[T object](kind, path string, params []param, match func(*call, T) bool) route {
	return route{method: "GET", path: path, params: paging(params...), read: func(c *call) (any, error) {
		return c.page(c.rows(kind, func(o object) bool {
			t, ok := o.(T)
			return ok && c.in.within("created", o.self().born) && (match == nil || match(c, t))
		}), path)
	}}
}

// rows is what a read sees of a kind, the newest first.
func (c *call) rows(kind string, match func(object) bool) []object {
	rows, _ := c.a.shelves[kind].Page(vendorsim.Query[object]{Order: newest(), AsOf: c.asOf(), Limit: -1, Match: match})
	return rows
}

// page cuts a list: after one object, before one, or from the beginning. The page before a cursor is the one next to it, and
// newest first all the same. [official: api "Pagination"]
func (c *call) page(rows []object, path string) (any, error) {
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	after, before := c.in.text("starting_after"), c.in.text("ending_before")
	if after != "" && before != "" {
		return nil, invalid("parameters_exclusive", "ending_before", "You may only specify one of these parameters: ending_before, starting_after.")
	}
	from, to := 0, min(limit, len(rows))
	switch {
	case after != "":
		at, err := c.cursor(rows, after, "starting_after")
		if err != nil {
			return nil, err
		}
		from, to = at+1, min(at+1+limit, len(rows))
	case before != "":
		at, err := c.cursor(rows, before, "ending_before")
		if err != nil {
			return nil, err
		}
		from, to = max(at-limit, 0), at
	}
	out := page{Object: "list", Data: []any{}, URL: path, HasMore: to < len(rows)}
	if before != "" {
		out.HasMore = from > 0
	}
	for _, row := range rows[from:to] {
		out.Data = append(out.Data, row)
	}
	return out, nil
}

func (c *call) limit() (int, error) {
	if !c.in.has("limit") {
		return 10, nil
	}
	limit := c.in.whole("limit")
	if limit < 1 || limit > 100 {
		return 0, invalid("parameter_invalid_integer", "limit", "This value must be between 1 and 100.")
	}
	return int(limit), nil
}

// cursor is the place of an object in a list. One that exists and does not match the filters has a place too: that of its age.
func (c *call) cursor(rows []object, id, param string) (int, error) {
	for n, row := range rows {
		if row.self().ID == id {
			return n, nil
		}
	}
	for kind, shelf := range c.a.shelves {
		if o, ok := shelf.Get(id, c.asOf()); ok && kind != "event" {
			n := 0
			for n < len(rows) && rows[n].self().serial > o.self().serial {
				n++
			}
			return n - 1, nil
		}
	}
	return 0, missing(http.StatusBadRequest, "object", id, param)
}
