package translate

import (
	"strconv"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// AttachmentRef names a file by the ticket that it is on: only there it is listed.
func AttachmentRef(ticket, id int64) mirror.Ref {
	return mirror.Ref{Kind: "attachment", VendorID: strconv.FormatInt(ticket, 10) + "/" + strconv.FormatInt(id, 10)}
}

// Attachment is what a tells of its file on a ticket.
func (w Words) Attachment(ticket int64, a halo.Attachment) (mirror.Observation, error) {
	o, err := told{
		ref: AttachmentRef(ticket, a.ID), row: a.Row, required: []string{"filename"},
		fields: map[string]string{
			"file_name": "filename", "size_bytes": "filesize", "content_type": "content_type", "note": "action_id", "private": "showforusers",
			"create_time": "datecreated",
		},
		state: &psav1.Attachment{
			FileName: a.FileName, SizeBytes: a.Size, ContentType: a.ContentType, Note: ref(int64(a.ActionID)), Private: !a.ShowForUsers,
			CreateTime: stamp(a.DateCreated.Time),
		},
	}.observed()
	o.Parent = TicketRef(ticket)
	return o, err
}
