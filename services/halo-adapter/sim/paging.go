package sim

import "strconv"

// maxPage is the documented maximum; more is clamped in silence [official: Halo OpenAPI 2024-09, /Tickets page_size].
const maxPage = 100

// pageParams are the parameters of paged lists.
func pageParams() []string { return []string{"pageinate", "page_size", "page_no", "count"} }

// orderParams are the parameters of ordered lists.
func orderParams() []string {
	names := []string{"order", "orderdesc"}
	for n := 2; n <= 5; n++ {
		names = append(names, "order"+strconv.Itoa(n), "orderdesc"+strconv.Itoa(n))
	}
	return names
}

// window is which rows of a list are wanted. Without pageinate=true the page parameters mean nothing, and the acting agent's
// page size applies [community: msp-skills #203].
func (h *Halo) window(c *call) (offset, limit int) { return h.windowUpTo(c, maxPage) }

// windowUpTo is the same with another maximum: only that of tickets is documented.
func (h *Halo) windowUpTo(c *call, most int) (offset, limit int) {
	size := h.cfg.PageSize
	if !c.flag("pageinate") {
		if n, ok := c.number("count"); ok && n > 0 {
			size = n
		}
		return 0, size
	}
	if n, ok := c.number("page_size"); ok && n > 0 {
		size = n
	}
	size = min(size, most)
	page, ok := c.number("page_no")
	if !ok || page < 1 {
		page = 1
	}
	return (min(page, 1<<30) - 1) * size, size
}

// sortKey is one of the fields a list is ordered by.
type sortKey struct {
	field string
	desc  bool
}

// sortKeys are the fields asked for that the list knows; others are ignored like any unknown word.
func (c *call) sortKeys(fields func(string) bool) []sortKey {
	var keys []sortKey
	for _, suffix := range []string{"", "2", "3", "4", "5"} {
		if name := c.query.Get("order" + suffix); name != "" && fields(name) {
			keys = append(keys, sortKey{name, c.flag("orderdesc" + suffix)})
		}
	}
	return keys
}

// listOf is rows as a collection: null instead of empty if the tenant is of that sort [community: runZero HaloITSM].
func listOf[T any](rows []T, null bool) []T {
	if len(rows) == 0 && !null {
		return []T{}
	}
	if len(rows) == 0 {
		return nil
	}
	return rows
}
