package store

import (
	"strings"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// AttachmentName is the resource name of a file with such an id; see ChildID.
func AttachmentName(connection, id string) string {
	ticket, file, _ := strings.Cut(id, "/")
	return TicketName(connection, ticket) + "/attachments/" + escape(file)
}

// Attachments is the mirror of what is attached to tickets, without what is in it.
func Attachments(c Config) mirror.Kind[*psav1.Attachment] {
	return mirror.Kind[*psav1.Attachment]{
		Name: "attachment", Table: "attachment", Parent: "ticket", Translation: 1, ReadLag: c.ReadLag, SecondLook: c.SecondLook,
		ResourceName: AttachmentName,
		ColumnNames:  []string{"attached_at"},
		Columns:      func(a *psav1.Attachment) []any { return []any{attachedAt(a)} },
		Order:        "attached_at",
	}
}

// attachedAt is what files are sorted by: one without a time is older than any other.
func attachedAt(a *psav1.Attachment) time.Time {
	if at := a.GetCreateTime(); at != nil {
		return at.AsTime()
	}
	return time.Unix(0, 0).UTC()
}
