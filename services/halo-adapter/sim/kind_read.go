package sim

import (
	"slices"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// routes are a kind's own operations; those that it can be changed by are missing where it is read only.
func (k *kind[F]) routes(h *Halo) []route {
	list := slices.Concat(pageParams(), orderParams(), k.params)
	out := []route{
		{"GET", k.resource, list, k.read, func(c *call) (any, error) { return k.list(h, c), nil }},
		{"GET", k.resource + "/{id}", append([]string{"includedetails"}, k.getParams...), k.read, func(c *call) (any, error) { return k.one(h, c) }},
	}
	if k.edit == "" {
		return out
	}
	return append(out,
		route{"POST", k.resource, nil, k.edit, func(c *call) (any, error) { return k.post(h, c) }},
		route{"DELETE", k.resource + "/{id}", k.deleteParams(), k.edit, func(c *call) (any, error) { return k.delete(h, c) }},
	)
}

func (k *kind[F]) deleteParams() []string {
	if k.name == "invoice" {
		return []string{"bypass_accounts_sync"}
	}
	return nil
}

// list is an envelope with the count of all and a page of rows. Ids only come all at once, not to be combined with paging
// [official: Halo OpenAPI 2024-09, /Tickets; assumed of the others].
func (k *kind[F]) list(h *Halo, c *call) any {
	s := h.Switches()
	keep := k.filter(c, s)
	query := vendorsim.Query[*record[F]]{Order: k.order(c), AsOf: h.asOf(c), Match: func(r *record[F]) bool {
		return (r.MergedInto == 0 || s.MergedGet == "body") && s.sees(k.owner(r)) && keep(r)
	}}
	query.Offset, query.Limit = h.windowUpTo(c, s.otherPages())
	if c.flag("idonly") {
		query.Offset, query.Limit = 0, -1
	}
	found, total := k.shelf.Page(query)
	rows := make([]any, 0, len(found))
	for _, r := range found {
		if c.flag("idonly") {
			rows = append(rows, idOnly{r.ID})
		} else {
			rows = append(rows, k.row(c, r, s))
		}
	}
	return map[string]any{"record_count": total, k.envelope(s): listOf(rows, s.NullCollections)}
}

func (k *kind[F]) envelope(s Switches) string {
	if k.name == "recurring_invoice" {
		return s.RecurringKey
	}
	return k.key
}

func (k *kind[F]) one(h *Halo, c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	s := h.Switches()
	r, ok := k.shelf.Get(id, h.asOf(c))
	if ok && r.MergedInto != 0 {
		r, ok = k.survivor(r, s)
	}
	if !ok || c.hidden(k.shelf.Born(id)) || !s.sees(k.owner(r)) {
		return nil, absent(k.name)
	}
	return k.detail(r, c.flag("includedetails"), s), nil
}

// survivor is what the id of a merged row answers with: itself, what it was merged into, or nothing [unsure: all three are
// possible].
func (k *kind[F]) survivor(r *record[F], s Switches) (*record[F], bool) {
	switch s.MergedGet {
	case "survivor":
		return k.get(r.MergedInto)
	case "body":
		return r, true
	default:
		return nil, false
	}
}
