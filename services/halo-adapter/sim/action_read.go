package sim

import (
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

func (h *Halo) actionRoutes() []route {
	const read, edit = "read:tickets", "edit:tickets"
	list := []string{"ticket_id", "count", "excludesys", "excludeprivate", "importantonly", "timeentriesonly", "includehtmlnote", "startdate", "enddate"}
	return []route{
		{"GET", "/Actions", list, read, h.listActions},
		{"GET", "/Actions/{id}", []string{"ticket_id", "includedetails"}, read, h.getAction},
		{"POST", "/Actions", nil, edit, h.postActions},
		{"DELETE", "/Actions/{id}", []string{"ticket_id"}, edit, h.deleteAction},
	}
}

type actionList struct {
	RecordCount int          `json:"record_count"`
	Actions     []actionView `json:"actions"`
}

// listActions knows no paging, only a count [official: Halo OpenAPI 2024-09, /Actions].
func (h *Halo) listActions(c *call) (any, error) {
	limit := -1
	if n, ok := c.number("count"); ok && n > 0 {
		limit = n
	}
	var found []*action
	var total int
	if ticket, ok := c.number("ticket_id"); ok && ticket > 0 {
		found, total = h.actionsOf(c, ticket, limit)
	} else {
		found, total = h.actionsOfAll(c, limit)
	}
	out, null := actionList{RecordCount: total}, h.Switches().NullCollections
	for _, a := range found {
		out.Actions = append(out.Actions, a.view(c.flag("includehtmlnote"), null))
	}
	out.Actions = listOf(out.Actions, null)
	return out, nil
}

// actionsOf walks one ticket's actions, the newest first.
func (h *Halo) actionsOf(c *call, ticket, limit int) (found []*action, total int) {
	if !h.seesTicket(ticket) {
		return nil, 0
	}
	match, asOf := actionFilter(c, h.Switches()), h.asOf(c)
	for id := h.lastActionOf(ticket); id > 0; id-- {
		a, ok := h.actions.Get(actionKey{ticket, id}, asOf)
		if !ok || !match(a) {
			continue
		}
		if limit < 0 || len(found) < limit {
			found = append(found, a)
		}
		total++
	}
	return found, total
}

// actionsOfAll spans the tickets. With neither dates nor a count the agent's page size ends it [unsure].
func (h *Halo) actionsOfAll(c *call, limit int) ([]*action, int) {
	if limit < 0 && !c.query.Has("startdate") && !c.query.Has("enddate") {
		limit = h.cfg.PageSize
	}
	return h.actions.Page(vendorsim.Query[*action]{Order: newestFirst(), AsOf: h.asOf(c), Match: actionFilter(c, h.Switches()), Limit: limit})
}

func actionFilter(c *call, s Switches) func(*action) bool {
	from, since := c.moment("startdate")
	to, until := c.moment("enddate")
	since, until = since && s.ActionDates != "ignored", until && s.ActionDates != "ignored"
	worked := c.flag("timeentriesonly")
	system, private, important := c.flag("excludesys"), c.flag("excludeprivate"), c.flag("importantonly")
	return func(a *action) bool {
		switch {
		case since && a.Fields.DateTime.Before(from), until && a.Fields.DateTime.After(to):
			return false
		case worked && a.Fields.TimeTaken == 0:
			return false
		case system && a.System, private && a.Fields.HiddenFromUser, important && !a.Fields.Important:
			return false
		}
		return true
	}
}

// getAction needs the ticket's id: the action's alone names nothing.
func (h *Halo) getAction(c *call) (any, error) {
	key, err := c.actionKey()
	if err != nil {
		return nil, err
	}
	a, ok := h.actions.Get(key, h.asOf(c))
	if !ok || c.hidden(h.actions.Born(key)) || !h.seesTicket(key.ticket) {
		return nil, absent("action")
	}
	return a.view(true, h.Switches().NullCollections), nil
}

// seesTicket says whether the acting agent may see a ticket.
func (h *Halo) seesTicket(id int) bool {
	t, ok := h.tickets.Get(id, time.Time{})
	return !ok || h.Switches().sees(int(t.Fields.ClientID))
}

func (c *call) actionKey() (actionKey, error) {
	id, err := c.id()
	if err != nil {
		return actionKey{}, err
	}
	ticket, ok := c.number("ticket_id")
	if !ok {
		return actionKey{}, invalid("Please supply a ticket_id.")
	}
	return actionKey{ticket, id}, nil
}

func (h *Halo) lastActionOf(ticket int) int {
	h.writing.Lock()
	defer h.writing.Unlock()
	return h.lastNote[ticket]
}
