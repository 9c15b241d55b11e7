package store

import (
	"net/url"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// TicketName is the resource name of a ticket, by Halo's id or by "~" and our uid.
func TicketName(connection, id string) string {
	return resourceName(connection, "tickets", id)
}

func resourceName(connection, collection, id string) string {
	return "connections/" + connection + "/" + collection + "/" + escape(id)
}

// escape percent-encodes an id for a name, all but the "~" of our own uids.
func escape(id string) string {
	if id != "" && id[0] == '~' {
		return id
	}
	return url.PathEscape(id)
}

// Tickets is the mirror of Halo's tickets. derive sets a ticket's state from its status, per connection.
func Tickets(c Config, derive func(connection string, t *psav1.Ticket)) mirror.Kind[*psav1.Ticket] {
	return mirror.Kind[*psav1.Ticket]{
		Name: "ticket", Table: "ticket", Translation: 2, ReadLag: c.ReadLag, SecondLook: c.SecondLook,
		RefreshAfter: c.RefreshAfter, AnnounceWithin: c.AnnounceWithin,
		ResourceName: TicketName, Derive: derive,
		Merge: map[string]func(dst, src *psav1.Ticket){"custom_fields": func(dst, src *psav1.Ticket) {
			dst.CustomFields = MergeCustomFields(dst.GetCustomFields(), src.GetCustomFields())
		}},
		ColumnNames: []string{"state", "client", "agent", "status", "pending", "changed_at"},
		Columns: func(t *psav1.Ticket) []any {
			return []any{
				int16(t.GetState()), t.GetClient(), t.GetAgent(), t.GetStatus(), //nolint:gosec // few states
				len(t.GetMirror().GetPendingWrites()) > 0, changedAt(t),
			}
		},
		Order: "changed_at",
		Cues:  noteCues,
	}
}

// changedAt is what tickets are sorted by: Halo's last change or, of a create on its way, when it was accepted.
func changedAt(t *psav1.Ticket) time.Time {
	if u := t.GetUpdateTime(); u != nil {
		return u.AsTime()
	}
	if w := t.GetMirror().GetPendingWrites(); len(w) > 0 {
		return w[0].GetAcceptTime().AsTime()
	}
	return t.GetMirror().GetRefusal().GetRefuseTime().AsTime()
}

// noteCues asks for a ticket's notes when its last action moved: Halo lists edits of old actions nowhere else. A ticket
// seen for the first time asks for none: the sweep of notes brings them.
func noteCues(vendorID string, was, is *psav1.Ticket) []mirror.Ref {
	if was == nil || was.GetLastActionTime().AsTime().Equal(is.GetLastActionTime().AsTime()) {
		return nil
	}
	return []mirror.Ref{{Kind: "note", VendorID: vendorID}}
}
