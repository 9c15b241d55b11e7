package sim

import (
	"fmt"
	"slices"
)

func (h *Halo) lookupRoutes() []route {
	const read = "read:tickets"
	return []route{
		{"GET", "/Status", nil, read, h.listStatuses},
		{"GET", "/TicketType", nil, read, func(*call) (any, error) { return ticketTypes(), nil }},
		{"GET", "/Priority", nil, read, func(*call) (any, error) { return priorities(), nil }},
		{"GET", "/Agent", []string{"includeunassigned", "includedisabled", "includeapiagents"}, read, h.listAgents},
	}
}

type statusList struct {
	RecordCount int      `json:"record_count"`
	Statuses    []status `json:"statuses"`
}

// listStatuses has two shapes in the wild [client library: panoramicdata/HaloPsa.Api models an object].
func (h *Halo) listStatuses(*call) (any, error) {
	all := statuses()
	if h.Switches().StatusShape == "object" {
		return statusList{len(all), all}, nil
	}
	return all, nil
}

// listAgents leaves out who is not asked for.
func (h *Halo) listAgents(c *call) (any, error) {
	return slices.DeleteFunc(agents(), func(a agent) bool {
		return a.ID == unassignedAgent && !c.flag("includeunassigned") ||
			a.IsDisabled && !c.flag("includedisabled") || a.IsAPIAgent && !c.flag("includeapiagents")
	}), nil
}

func statusName(id int32) string {
	return named(statuses(), func(s status) (int32, string) { return s.ID, s.Name }, id)
}

func ticketTypeName(id int32) string {
	return named(ticketTypes(), func(t ticketType) (int32, string) { return t.ID, t.Name }, id)
}

func agentName(id int32) string {
	return named(agents(), func(a agent) (int32, string) { return a.ID, a.Name }, id)
}

func knownPriority(id int32) bool {
	return slices.ContainsFunc(priorities(), func(p priority) bool { return p.PriorityID == id })
}

func named[T any](rows []T, key func(T) (int32, string), id int32) string {
	for _, row := range rows {
		if n, name := key(row); n == id {
			return name
		}
	}
	return ""
}

func clientName(id int32) string {
	names := []string{"Unknown", "Contoso", "Fabrikam", "Northwind Traders", "Adventure Works", "Litware", "Tailspin Toys", "Woodgrove Bank", "Proseware"}
	if id >= 1 && int(id) <= len(names) {
		return names[id-1]
	}
	return fmt.Sprintf("Client %d", id)
}

func siteName(id int32) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("Site %d", id)
}

func userName(id int32) string {
	if id <= 0 {
		return "General User" // also behind the sentinel -1 [community: CIPP-API Halo extension]
	}
	return fmt.Sprintf("User %d", id)
}

func userEmail(id int32) string {
	if id <= 0 {
		return ""
	}
	return fmt.Sprintf("user%d@client.example", id)
}

// outcome completes an action's outcome: 7 is the stock internal note [community: CIPP-API Halo extension], the others unsure.
func outcome(id int32, name string) (int32, string) {
	stock := []string{"", "Email User", "Phone Call", "On Site", "Assign", "Close", "Reopen", "Internal Note", "Public Note"}
	switch at := slices.Index(stock, name); {
	case id == 0 && at > 0:
		return int32(at), name //nolint:gosec // a short list
	case id == 0:
		return 99, name
	case int(id) < len(stock) && id > 0:
		return id, stock[id]
	case name == "":
		return id, fmt.Sprintf("Outcome %d", id)
	default:
		return id, name
	}
}
