package store

import (
	"strings"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// ChildID is the vendor id of what hangs on a ticket: Halo numbers actions within their ticket only [community: Servosity/msp-skills
// issue 203: keyed on the action's id alone, 8,185 actions became 149 rows].
func ChildID(ticket, child string) string { return ticket + "/" + child }

// NoteName is the resource name of a note with such an id; see ChildID.
func NoteName(connection, id string) string {
	ticket, action, _ := strings.Cut(id, "/")
	return TicketName(connection, ticket) + "/notes/" + escape(action)
}

// Notes is the mirror of the actions on tickets.
func Notes(c Config) mirror.Kind[*psav1.Note] {
	return mirror.Kind[*psav1.Note]{
		Name: "note", Table: "note", Parent: "ticket", Translation: 2, ReadLag: c.ReadLag, SecondLook: c.SecondLook,
		ResourceName: NoteName,
		ColumnNames:  []string{"written_at"},
		Columns:      func(n *psav1.Note) []any { return []any{writtenAt(n)} },
		Order:        "written_at",
	}
}

func writtenAt(n *psav1.Note) time.Time {
	if at := n.GetCreateTime(); at != nil {
		return at.AsTime()
	}
	if w := n.GetMirror().GetPendingWrites(); len(w) > 0 {
		return w[0].GetAcceptTime().AsTime()
	}
	return n.GetMirror().GetRefusal().GetRefuseTime().AsTime()
}
