package sim

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

func (h *Halo) ticketRoutes() []route {
	const read, edit = "read:tickets", "edit:tickets"
	list := slices.Concat(pageParams(), orderParams(), []string{
		"lastupdatefromdate", "lastupdatetodate", "third_party_id_string", "deleted", "open_only", "closed_only", "status_id",
		"client_id", "agent_id", "team", "domain", "status", "advanced_search", "search", "search_summary", "search_id", "ticketidonly", "idonly", "include_custom_fields", "includeagent",
		"includestatus", "includetickettype",
	})
	return []route{
		{"GET", "/Tickets", list, read, h.listTickets},
		{"GET", "/Tickets/{id}", []string{"includedetails", "nocache", "ticketidonly"}, read, h.getTicket},
		{"POST", "/Tickets", []string{"returnall"}, edit, h.postTickets},
		{"DELETE", "/Tickets/{id}", []string{"reason"}, edit, h.deleteTicket},
	}
}

type ticketList struct {
	RecordCount int         `json:"record_count"`
	Tickets     []ticketRow `json:"tickets"`
}

type idOnly struct {
	ID int `json:"id"`
}

type ticketIDs struct {
	RecordCount int      `json:"record_count"`
	Tickets     []idOnly `json:"tickets"`
}

func (h *Halo) listTickets(c *call) (any, error) {
	s := h.Switches()
	searched, err := advancedSearch(c, s)
	if err != nil {
		return nil, err
	}
	filtered := ticketFilter(c, s)
	query := vendorsim.Query[*ticket]{Order: ticketOrder(c.sortKeys(sortable)), AsOf: h.asOf(c), Match: func(t *ticket) bool { return filtered(t) && searched(t) }}
	query.Offset, query.Limit = h.window(c)
	idsOnly := c.flag("ticketidonly") || c.flag("idonly")
	if idsOnly { // not to be combined with paging [official: Halo OpenAPI 2024-09]
		query.Offset, query.Limit = 0, -1
	}
	found, total := h.tickets.Page(query)
	if idsOnly {
		ids := ticketIDs{RecordCount: total}
		for _, t := range found {
			ids.Tickets = append(ids.Tickets, idOnly{t.ID})
		}
		ids.Tickets = listOf(ids.Tickets, s.NullCollections)
		return ids, nil
	}
	out := ticketList{RecordCount: total}
	for _, t := range found {
		out.Tickets = append(out.Tickets, t.row(c, s.NullCollections))
	}
	out.Tickets = listOf(out.Tickets, s.NullCollections)
	return out, nil
}

// ticketFilter is what a list leaves in. A value that cannot be read filters nothing, like a name that is not known.
func ticketFilter(c *call, s Switches) func(*ticket) bool {
	checks := []func(*ticket) bool{deletedFilter(c.flag("deleted"), s.DeletedLists)}
	add := func(wanted bool, check func(*ticket) bool) {
		if wanted {
			checks = append(checks, check)
		}
	}
	if from, ok := c.moment("lastupdatefromdate"); ok && s.SinceFilter != "ignored" {
		add(true, func(t *ticket) bool {
			return t.Updated.After(from) || s.SinceFilter == "inclusive" && t.Updated.Equal(from)
		})
	}
	if to, ok := c.moment("lastupdatetodate"); ok && s.SinceFilter != "ignored" {
		add(true, func(t *ticket) bool {
			return t.Updated.Before(to) || s.SinceFilter == "inclusive" && t.Updated.Equal(to)
		})
	}
	mark := c.query.Get("third_party_id_string")
	add(mark != "" && s.ThirdPartyFilter == "honoured", func(t *ticket) bool { return t.Fields.ThirdPartyIDString == mark })
	add(c.flag("open_only"), func(t *ticket) bool { return !t.closed() })
	add(c.flag("closed_only"), (*ticket).closed)
	for _, name := range []string{"status_id", "client_id", "agent_id"} {
		if n, ok := c.number(name); ok {
			add(true, func(t *ticket) bool { return int(t.Fields.reference(name)) == n })
		}
	}
	statuses := c.query.Get("status") // a list, unlike status_id
	add(statuses != "", func(t *ticket) bool { return listed(statuses, t.Fields.StatusID) })
	add(true, func(t *ticket) bool { return s.sees(int(t.Fields.ClientID)) })
	if n, ok := c.number("search_id"); ok && s.IDFilter == "honoured" {
		add(true, func(t *ticket) bool { return t.ID == n })
	}
	team, domain := c.query.Get("team"), c.query.Get("domain")
	add(team != "", func(t *ticket) bool { return listed(team, teamID(t.Fields.Team)) }) // by ids, though tickets hold the name
	add(domain != "", func(t *ticket) bool { return (t.Fields.TicketTypeID == opportunityType) == (domain == "opps") })
	add(s.MergedGet != "body", func(t *ticket) bool { return t.MergedInto == 0 })
	summary, text := strings.ToLower(c.query.Get("search_summary")), strings.ToLower(c.query.Get("search"))
	add(summary != "", func(t *ticket) bool { return strings.Contains(strings.ToLower(t.Fields.Summary), summary) })
	add(text != "", func(t *ticket) bool { return t.mentions(text) })
	return func(t *ticket) bool {
		for _, check := range checks {
			if !check(t) {
				return false
			}
		}
		return true
	}
}

func deletedFilter(asked bool, lists string) func(*ticket) bool {
	return func(t *ticket) bool { return t.Deleted == asked || asked && lists == "also" }
}

func (t *ticket) mentions(text string) bool {
	return strconv.Itoa(t.ID) == text || strings.Contains(strings.ToLower(t.Fields.Summary+"\n"+t.Details), text)
}

func listed(ids string, id int32) bool {
	return slices.Contains(strings.Split(ids, ","), strconv.Itoa(int(id)))
}

func (h *Halo) getTicket(c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	t, ok := h.tickets.Get(id, h.asOf(c))
	s := h.Switches()
	if ok && t.MergedInto != 0 {
		t, ok = h.mergedTicket(t, s.MergedGet)
	}
	if !ok || c.hidden(h.tickets.Born(id)) || !s.sees(int(t.Fields.ClientID)) || t.Deleted && s.DeletedGet == "notfound" {
		return nil, absent("ticket")
	}
	if c.flag("ticketidonly") {
		return idOnly{t.ID}, nil
	}
	return t.detail(c.flag("includedetails"), false, s.NullCollections), nil
}

// mergedTicket is what the number of a merged ticket answers with [unsure: all three are possible].
func (h *Halo) mergedTicket(t *ticket, how string) (*ticket, bool) {
	switch how {
	case "survivor":
		return h.tickets.Get(t.MergedInto, time.Time{})
	case "body":
		return t, true
	default:
		return nil, false
	}
}

func teamID(name string) int32 {
	for n, team := range teamNames() {
		if team == name {
			return int32(n + 1) //nolint:gosec // a short list
		}
	}
	return 0
}
