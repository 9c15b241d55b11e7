package sim

import (
	"cmp"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// sqlRow is one row, by column in lower case: numbers, texts and times.
type sqlRow map[string]any

func (r sqlRow) after(column string, orEqual bool, since time.Time) bool {
	at, _ := r[strings.ToLower(column)].(stamp)
	return at.After(since) || orEqual && at.Equal(since)
}

func (r sqlRow) compare(o sqlRow, order []string) int {
	for _, column := range order {
		column = strings.ToLower(column)
		if at, ok := r[column].(stamp); ok {
			other, _ := o[column].(stamp)
			if c := at.Compare(other.Time); c != 0 {
				return c
			}
			continue
		}
		x, _ := r[column].(int)
		y, _ := o[column].(int)
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
	}
	return 0
}

func shownColumns(rows []sqlRow, names []string) []map[string]any {
	var out []map[string]any
	for _, r := range rows {
		shown := map[string]any{}
		for _, name := range names {
			shown[name] = r[strings.ToLower(name)]
		}
		out = append(out, shown)
	}
	return out
}

// sqlTable is a table's columns, the key first, and its rows.
func (h *Halo) sqlTable(name string) (columns []string, rows []sqlRow) {
	switch name {
	case "FAULTS":
		found, _ := h.tickets.Page(vendorsim.Query[*ticket]{Order: ticketOrder([]sortKey{{field: "id"}}), Limit: -1})
		for _, t := range found {
			rows = append(rows, sqlRow{"faultid": t.ID, "flastupdate": t.Updated, "fdeleted": t.Deleted, "fdeleteddate": t.DeletedAt})
		}
		return []string{"Faultid", "FLastUpdate", "FDeleted", "fdeleteddate"}, rows
	case "ACTIONS":
		found, _ := h.actions.Page(vendorsim.Query[*action]{Order: newestFirst(), Limit: -1})
		for _, a := range found {
			rows = append(rows, sqlRow{"faultid": a.Key.ticket, "actionnumber": a.Key.id, "alastupdated": a.Updated})
		}
		return []string{"Faultid", "actionnumber", "ALastUpdated"}, rows
	case "AREA":
		return sqlKind(h.clients, "Aarea", "ALastUpdate")
	case "SITE":
		return sqlKind(h.sites, "Ssitenum", "SLastUpdate")
	case "USERS":
		return sqlKind(h.users, "Uid", "ULastUpdate")
	case "QUOTATIONHEADER":
		return sqlKind(h.quotes, "QHid", "qhlastupdatetime")
	case "INVOICEHEADER":
		return sqlKind(h.invoices, "IHid", "IHLast_Modified")
	}
	return nil, nil
}

func sqlKind[F any](k *kind[F], id, updated string) (columns []string, rows []sqlRow) {
	for _, r := range everyone(k, nil) {
		rows = append(rows, sqlRow{strings.ToLower(id): r.ID, strings.ToLower(updated): r.Updated})
	}
	return []string{id, updated}, rows
}
