package store

import (
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Notes is the mirror of the actions on tickets.
func Notes(c Config) mirror.Kind[*psav1.Note] {
	return child(c, "note", "notes", 2, "written_at", writtenAt)
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
