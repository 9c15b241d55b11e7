package store

import (
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Attachments is the mirror of what is attached to tickets, without what is in it.
func Attachments(c Config) mirror.Kind[*psav1.Attachment] {
	return child(c, "attachment", "attachments", 1, "attached_at", attachedAt)
}

// attachedAt is what files are sorted by: one without a time is older than any other.
func attachedAt(a *psav1.Attachment) time.Time {
	if at := a.GetCreateTime(); at != nil {
		return at.AsTime()
	}
	return time.Unix(0, 0).UTC()
}
