package halo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Entities are the rows of one kind: a file per kind says where they are and what a list of them can be narrowed by.
type Entities[T Headed] struct {
	kind kind[T]
	c    *Client
}

// kind is what is particular about the rows of one kind.
type kind[T Headed] struct {
	name string   // "client", for the journal and the breaker
	noun string   // "Client", for the names of calls
	path string   // "/Client"
	keys []string // under which lists have their rows
	list func(q Query, v url.Values)
	read func(json.RawMessage) (T, error)
}

// Query says which rows, and which page of them, in the order of ids. A zero field asks for nothing; what a kind has no filter
// for is not sent. Halo ignores what it does not know: check that the rows are what was asked for.
type Query struct {
	Since    time.Time // by last change; widened to whole seconds
	Search   string    // text in whatever Halo searches
	ClientID int64
	TicketID int64
	Live     bool // only those that are still expected to change

	PageNo   int // from 1; 0: the first
	PageSize int // 0: MaxPage; at most MaxPage
	Desc     bool
}

// values asks for paging, without which Halo ignores page and size [community: msp-skills #203].
func (q Query) values() url.Values {
	size := q.PageSize
	if size <= 0 {
		size = MaxPage
	}
	return url.Values{
		"pageinate": {"true"}, "page_no": {strconv.Itoa(max(q.PageNo, 1))}, "page_size": {strconv.Itoa(min(size, MaxPage))},
		"order": {"id"}, "orderdesc": {strconv.FormatBool(q.Desc)},
	}
}

// Page is one page of a list.
type Page[T any] struct {
	Rows        []T
	Drifted     []Drifted // rows that cannot be read
	RecordCount int64     // of all pages; -1: Halo did not say
}

// List reads one page. Its rows lack fields that Get has.
func (e Entities[T]) List(ctx context.Context, q Query) (Page[T], error) {
	v := q.values()
	e.kind.list(q, v)
	return listRows(ctx, e.c, "halo.List"+e.kind.noun+"s", e.kind.path, v, e.kind.read, e.kind.keys...)
}

func listRows[T any](ctx context.Context, c *Client, op, path string, query url.Values, read func(json.RawMessage) (T, error), keys ...string) (Page[T], error) {
	resp, err := c.do(ctx, upstream.Call{Op: op, URL: path, Route: path, Query: query})
	if err != nil {
		return Page[T]{}, err
	}
	raw, count, err := collection(resp.Body, keys...)
	if err != nil {
		return Page[T]{}, drifted(op, resp, err)
	}
	page := Page[T]{RecordCount: count}
	page.Rows, page.Drifted = rows(op, resp, raw, read)
	return page, nil
}

// Get reads one row with all its fields. The row may have another id: that of what it was merged into [unsure].
func (e Entities[T]) Get(ctx context.Context, id int64) (T, error) {
	op := "halo.Get" + e.kind.noun
	var none T
	resp, err := e.c.do(ctx, upstream.Call{
		Op: op, URL: e.kind.path + "/" + itoa(id), Route: e.kind.path + "/{id}", Entity: e.entity(id), Query: url.Values{"includedetails": {"true"}},
	})
	if err != nil {
		return none, err
	}
	row, err := single(resp.Body)
	if err != nil {
		return none, drifted(op, resp, err)
	}
	t, err := e.kind.read(row)
	if err != nil {
		return none, drifted(op, resp, err)
	}
	return t, nil
}

// Create makes a row, and returns it as Halo sent it; of an answer that cannot be read, only its id. Nothing makes a repeat
// safe: what it carries as a mark has to be looked for.
func (e Entities[T]) Create(ctx context.Context, p Patch) (t T, id int64, err error) {
	return e.write(ctx, "halo.Create"+e.kind.noun, e.kind.path, 0, p)
}

// Update changes the fields in p and no others; what it returns is as of Create. The last write wins.
func (e Entities[T]) Update(ctx context.Context, id int64, p Patch) (t T, is int64, err error) {
	return e.write(ctx, "halo.Update"+e.kind.noun, e.kind.path, id, p.with(id))
}

// write posts one element; of an answer that cannot be read, t is zero and only id is known.
func (e Entities[T]) write(ctx context.Context, op, path string, id int64, p Patch) (t T, is int64, err error) {
	var none T
	row, resp, err := e.c.upsert(ctx, op, path, e.entity(id), p)
	if err != nil {
		return none, 0, err
	}
	t, err = e.kind.read(row)
	is = t.Head().ID
	if err != nil { // taken all the same: what came of it has to be looked at
		t = none
		is, err = readID(row, err)
	}
	if err == nil && id != 0 && is != id {
		err = &fieldError{"id", fmt.Errorf("%s %d in answer to %d", e.kind.name, is, id)}
	}
	if err != nil {
		return none, 0, drifted(op, resp, err)
	}
	return t, is, nil
}

// entity is empty for a row that has no id yet.
func (e Entities[T]) entity(id int64) string {
	if id == 0 {
		return ""
	}
	return e.kind.name + "/" + itoa(id)
}

// changed narrows clients, sites and users to what has changed, those out of use among them, which lists hide otherwise. Their
// rows carry no change stamp, and whether the filter is honoured is not certain [official: Halo OpenAPI 2024-09, which types it
// as a switch].
func changed(q Query, v url.Values) {
	v.Set("includeactive", "true")
	v.Set("includeinactive", "true")
	set(v, "lastupdatefromdate", seconds(q.Since))
	set(v, "search", q.Search)
}

func set(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}
