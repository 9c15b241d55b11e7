package sim

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// sortable are the fields a list can be ordered by.
func sortable(field string) bool {
	return slices.Contains([]string{
		"id", "summary", "status_id", "tickettype_id", "priority_id", "client_id", "site_id", "user_id", "agent_id", "team",
		"dateoccurred", "dateclosed", "last_update", "lastactiondate",
	}, field)
}

// compareBy compares two tickets by one field.
func compareBy(field string, a, b *ticket) int {
	x, y := &a.Fields, &b.Fields
	switch field {
	case "id":
		return cmp.Compare(a.ID, b.ID)
	case "summary":
		return strings.Compare(x.Summary, y.Summary)
	case "team":
		return strings.Compare(x.Team, y.Team)
	case "dateoccurred":
		return x.DateOccurred.Compare(y.DateOccurred.Time)
	case "dateclosed":
		return a.Closed.Compare(b.Closed.Time)
	case "last_update":
		return a.Updated.Compare(b.Updated.Time)
	case "lastactiondate":
		return a.LastAction.Compare(b.LastAction.Time)
	default:
		return cmp.Compare(x.reference(field), y.reference(field))
	}
}

func (f *ticketFields) reference(field string) int32 {
	switch field {
	case "status_id":
		return f.StatusID
	case "tickettype_id":
		return f.TicketTypeID
	case "priority_id":
		return f.PriorityID
	case "client_id":
		return f.ClientID
	case "site_id":
		return f.SiteID
	case "user_id":
		return f.UserID
	default:
		return f.AgentID
	}
}

// ticketOrder is the order asked for. Rows that are equal in it, and all rows where none is asked for, come in an order that is
// stable but not that of their ids: the vendor promises none.
func ticketOrder(keys []sortKey) vendorsim.Order[*ticket] {
	var name strings.Builder
	for _, k := range keys {
		name.WriteString(k.field + " " + strconv.FormatBool(k.desc) + ",")
	}
	return vendorsim.Order[*ticket]{Name: name.String(), Compare: func(a, b *ticket) int {
		for _, k := range keys {
			c := compareBy(k.field, a, b)
			if k.desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(scatter(a.ID), scatter(b.ID)), cmp.Compare(a.ID, b.ID))
	}}
}

func scatter(id int) uint32 { return uint32(id) * 2654435761 } //nolint:gosec // a multiplicative hash
