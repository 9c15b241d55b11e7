package store

import (
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// ChildID is the vendor id of what hangs on a ticket: Halo numbers actions within their ticket only [community: Servosity/msp-skills
// issue 203: keyed on the action's id alone, 8,185 actions became 149 rows].
func ChildID(ticket, child string) string { return ticket + "/" + child }

// child is the kind of what hangs on tickets, which is listed by the time in a column.
func child[M mirror.Message](c Config, name, collection string, translation int, column string, at func(M) time.Time) mirror.Kind[M] {
	return mirror.Kind[M]{
		Name: name, Table: name, Parent: "ticket", Translation: translation, ReadLag: c.ReadLag, SecondLook: c.SecondLook,
		ResourceName: func(connection, id string) string { return childName(connection, collection, id) },
		ColumnNames:  []string{column},
		Columns:      func(m M) []any { return []any{at(m)} },
		Order:        column,
	}
}

// childName is the resource name of what has such an id; see ChildID.
func childName(connection, collection, id string) string {
	ticket, own, _ := strings.Cut(id, "/")
	return TicketName(connection, ticket) + "/" + collection + "/" + escape(own)
}
