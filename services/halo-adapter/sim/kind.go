package sim

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// record is one row of a kind. A stored record is never changed: a change stores another. F are the fields that a caller may write.
type record[F any] struct {
	ID         int
	GUID       string
	Fields     F
	Custom     []customField
	Links      []externalLink
	By         actor // who made it
	Created    stamp
	Updated    stamp
	MergedInto int
}

// kind is one sort of entity whose rows have an id of their own, and what is particular about it. Tickets and actions, which
// differ most, are written out instead.
type kind[F any] struct {
	name       string   // "client", in the ledger and in refusals
	resource   string   // "/Client"
	key        string   // "clients", in the envelope of a list
	read, edit string   // scopes; without edit it is read only
	params     []string // of lists, beside paging and order
	getParams  []string
	first      int // the first id that is given out

	owner   func(*record[F]) int                                                // the client that it is of
	fresh   func(stamp) F                                                       // what a new one begins with
	orders  map[string]func(a, b *record[F]) int                                // the fields that a list can be ordered by
	filter  func(*call, Switches) func(*record[F]) bool                         // what a list leaves in
	row     func(*call, *record[F], Switches) any                               // as a list shows it
	detail  func(*record[F], bool, Switches) any                                // by itself; true: with everything
	admit   func(old, next *record[F], element json.RawMessage, by actor) error // may refuse, or complete next
	settled func(old, next *record[F], element json.RawMessage, by actor)       // after a change; nil: nothing follows
	merged  func(id, into int, by actor)                                        // moves what hung on id; nil: nothing did
	marks   func(*record[F]) map[string]string                                  // what an integration can find its own rows by
	remove  func(*record[F]) (*record[F], error)                                // what a DELETE leaves; nil: nothing

	shelf *vendorsim.Shelf[int, *record[F]]
	next  int
}

// anyKind is a kind whose fields are not of interest.
type anyKind interface {
	called() string
	routes(h *Halo) []route
	reset()
	write(h *Halo, element json.RawMessage, by actor) (int, error)
	drop(h *Halo, id int, by actor) error
	truth(id int) (any, bool)
	links() []externalLink
	mergeInto(h *Halo, id, into int, by actor) error
}

// kinds are all of them, in the order in which one may refer to another.
func (h *Halo) kinds() []anyKind {
	return []anyKind{h.clients, h.sites, h.users, h.quotes, h.invoices, h.recurring}
}

func (k *kind[F]) called() string { return k.name }

// reset forgets all rows.
func (k *kind[F]) reset() {
	if k.shelf == nil {
		k.shelf = vendorsim.NewShelf[int, *record[F]](historyDepth, historyHorizon)
	}
	k.shelf.Reset()
	k.next = k.first
}

// get is the row as it is now, whoever asks.
func (k *kind[F]) get(id int) (*record[F], bool) { return k.shelf.Get(id, time.Time{}) }

// truth is the row as a read with everything shows it.
func (k *kind[F]) truth(id int) (any, bool) {
	r, ok := k.get(id)
	if !ok {
		return nil, false
	}
	return k.detail(r, true, DefaultSwitches()), true
}

// put stores a row and records the change.
func (k *kind[F]) put(h *Halo, r *record[F], by actor, op string, fields map[string]any) {
	k.shelf.Put(r.ID, r, r.Updated.Time)
	k.log(h, r, by, op, fields)
}

func (k *kind[F]) log(h *Halo, r *record[F], by actor, op string, fields map[string]any) {
	marks := map[string]string{}
	if k.marks != nil {
		marks = k.marks(r)
	}
	for _, l := range r.Links {
		marks["external_link"] = l.ThirdPartyID
	}
	h.ledger.Append(vendorsim.Entry{
		At: h.now(), Kind: k.name, ID: strconv.Itoa(r.ID), Op: op, By: by.name, Application: by.application, Fields: fields, Marks: marks,
	})
	h.announceKind(k.name, r.ID, func(s Switches) any { return k.detail(r, s.WebhookPayload == "full", s) }, by, op)
}

// order is the order asked for; rows that are equal in it come in an order that is stable but not that of their ids.
func (k *kind[F]) order(c *call) vendorsim.Order[*record[F]] {
	keys := c.sortKeys(func(field string) bool { return k.orders[field] != nil || field == "id" })
	var name strings.Builder
	for _, key := range keys {
		name.WriteString(key.field + " " + strconv.FormatBool(key.desc) + ",")
	}
	return vendorsim.Order[*record[F]]{Name: name.String(), Compare: func(a, b *record[F]) int {
		for _, key := range keys {
			by := cmp.Compare(a.ID, b.ID)
			if compare := k.orders[key.field]; compare != nil {
				by = compare(a, b)
			}
			if key.desc {
				by = -by
			}
			if by != 0 {
				return by
			}
		}
		return cmp.Or(cmp.Compare(scatter(a.ID), scatter(b.ID)), cmp.Compare(a.ID, b.ID))
	}}
}
