package sim

import (
	"cmp"
	"slices"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// externalLink ties an entity to another system's (schema ExternalLink_List). Which module and table stand for what is unknown, so
// they come back as they were sent.
type externalLink struct {
	ID             int    `json:"id"`
	HaloID         int    `json:"halo_id"`
	ThirdPartyID   string `json:"third_party_id"`
	ThirdPartyType string `json:"third_party_type"`
	ThirdPartyDesc string `json:"third_party_desc"`
	ThirdPartyURL  string `json:"third_party_url"`
	ModuleID       int32  `json:"module_id"`
	TableID        int32  `json:"table_id"`
	DateCreated    stamp  `json:"date_created"`
}

// linked is links with the one that a write brings. Whether it is stored together with the entity is unknown, so a switch.
func (h *Halo) linked(old []externalLink, brought *externalLink, now stamp) []externalLink {
	if brought == nil || h.Switches().NewLinks == "lost" {
		return old
	}
	h.lastLink++
	brought.ID, brought.DateCreated = h.lastLink, now
	return append(slices.Clone(old), *brought)
}

func (h *Halo) externalLinkRoutes() []route {
	params := append(pageParams(), "third_party_id", "third_party_type", "halo_id", "module_id", "table_id")
	return []route{{"GET", "/ExternalLink", params, "read:tickets", h.listExternalLinks}}
}

type externalLinkList struct {
	RecordCount int            `json:"record_count"`
	Links       []externalLink `json:"externallinks"`
}

// listExternalLinks finds links of every kind; its envelope is unknown [unsure].
func (h *Halo) listExternalLinks(c *call) (any, error) {
	all := h.ticketLinks()
	for _, k := range h.kinds() {
		all = append(all, k.links()...)
	}
	all = slices.DeleteFunc(all, func(l externalLink) bool {
		id, wanted := c.number("halo_id")
		module, inModule := c.number("module_id")
		table, inTable := c.number("table_id")
		return wanted && l.HaloID != id || inModule && int(l.ModuleID) != module || inTable && int(l.TableID) != table ||
			c.query.Has("third_party_id") && l.ThirdPartyID != c.query.Get("third_party_id") ||
			c.query.Has("third_party_type") && l.ThirdPartyType != c.query.Get("third_party_type")
	})
	slices.SortFunc(all, func(a, b externalLink) int { return cmp.Compare(a.ID, b.ID) })
	offset, limit := h.window(c)
	total := len(all)
	return externalLinkList{total, listOf(all[min(offset, total):min(offset+limit, total)], h.Switches().NullCollections)}, nil
}

func (h *Halo) ticketLinks() (out []externalLink) {
	found, _ := h.tickets.Page(vendorsim.Query[*ticket]{Order: ticketOrder(nil), Limit: -1, Match: func(t *ticket) bool { return len(t.Links) > 0 }})
	for _, t := range found {
		out = append(out, ofEntity(t.ID, t.Links)...)
	}
	return out
}

// links are those of every row of a kind.
func (k *kind[F]) links() (out []externalLink) {
	for _, r := range everyone(k, func(r *record[F]) bool { return len(r.Links) > 0 }) {
		out = append(out, ofEntity(r.ID, r.Links)...)
	}
	return out
}

func ofEntity(id int, links []externalLink) []externalLink {
	links = slices.Clone(links)
	for n := range links {
		links[n].HaloID = id
	}
	return links
}
