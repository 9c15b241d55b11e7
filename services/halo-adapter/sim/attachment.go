package sim

import (
	"cmp"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// attachment is a file on a ticket, without what is in it (schema Attachment_List).
type attachment struct {
	ID           int    `json:"id"`
	FileName     string `json:"filename"`
	DateCreated  stamp  `json:"datecreated"`
	Note         string `json:"note"`
	FileSize     int32  `json:"filesize"`
	Type         int32  `json:"type"`
	UniqueID     int32  `json:"unique_id"` // the ticket, or what else the file hangs on [unsure]
	Desc         string `json:"desc"`
	IsImage      bool   `json:"isimage"`
	ShowForUsers bool   `json:"showforusers"`

	Ticket int `json:"-"`
	Action int `json:"-"`
}

// attachmentDetail is one by itself (schema Attachment).
type attachmentDetail struct {
	attachment
	TicketID    int    `json:"ticket_id"`
	ActionID    int    `json:"action_id"`
	ContentType string `json:"content_type"`
}

type attachmentList struct {
	RecordCount int          `json:"record_count"`
	Attachments []attachment `json:"attachments"`
}

func (h *Halo) attachmentRoutes() []route {
	const read = "read:tickets"
	return []route{
		{"GET", "/Attachment", []string{"ticket_id", "action_id", "unique_id", "idonly"}, read, h.listAttachments},
		{"GET", "/Attachment/{id}", []string{"includedetails"}, read, h.getAttachment},
	}
}

// listAttachments knows no paging [official: Halo OpenAPI 2024-09, /Attachment]; its envelope is unknown [unsure]. A number says of
// which ticket, and with it of which action.
func (h *Halo) listAttachments(c *call) (any, error) {
	ticket, byTicket := c.number("ticket_id")
	action, byAction := c.number("action_id")
	found, total := h.files.Page(vendorsim.Query[*attachment]{Order: byNumber(), AsOf: h.asOf(c), Limit: -1, Match: func(a *attachment) bool {
		return (!byTicket || a.Ticket == ticket) && (!byAction || a.Action == action)
	}})
	out := attachmentList{RecordCount: total}
	for _, a := range found {
		out.Attachments = append(out.Attachments, *a)
	}
	out.Attachments = listOf(out.Attachments, h.Switches().NullCollections)
	return out, nil
}

func byNumber() vendorsim.Order[*attachment] {
	return vendorsim.Order[*attachment]{Name: "number", Compare: func(a, b *attachment) int { return cmp.Compare(a.ID, b.ID) }}
}

func (h *Halo) getAttachment(c *call) (any, error) {
	id, err := c.id()
	if err != nil {
		return nil, err
	}
	a, ok := h.files.Get(id, h.asOf(c))
	if !ok {
		return nil, absent("attachment")
	}
	return attachmentDetail{*a, a.Ticket, a.Action, "application/octet-stream"}, nil
}

// Attach is a person attaching a file to a ticket, and with an action's number to that.
func (h *Halo) Attach(ticketID, action int, name string, size int32) (int, error) {
	h.writing.Lock()
	defer h.writing.Unlock()
	t, err := h.liveTicket(ticketID)
	if err != nil {
		return 0, err
	}
	now := h.stampNow()
	h.lastFile++
	h.files.Put(h.lastFile, &attachment{
		ID: h.lastFile, FileName: name, DateCreated: now, FileSize: size, UniqueID: int32(ticketID), ShowForUsers: true, Ticket: ticketID, Action: action, //nolint:gosec // a small id
	}, now.Time)
	h.announce(h.touch(t, now, func(t *ticket) { t.Attachments++ }), nil, person(), "ticket updated")
	return h.lastFile, nil
}

// Detach is a person deleting a file.
func (h *Halo) Detach(id int) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	a, ok := h.files.Get(id, time.Time{})
	if !ok {
		return absent("attachment")
	}
	now := h.stampNow()
	h.files.Remove(id, now.Time)
	if t, err := h.liveTicket(a.Ticket); err == nil {
		h.announce(h.touch(t, now, func(t *ticket) { t.Attachments-- }), nil, person(), "ticket updated")
	}
	return nil
}

// File is a file on a ticket as it really is.
type File struct {
	ID, Ticket, Action int
	Name               string
	Size               int32
	Shown              bool // to the client's people
	At                 time.Time
}

// Files is every file on a ticket that is not deleted.
func (h *Halo) Files() []File {
	found, _ := h.files.Page(vendorsim.Query[*attachment]{Order: byNumber(), Limit: -1})
	all := make([]File, 0, len(found))
	for _, a := range found {
		if _, err := h.liveTicket(a.Ticket); err == nil {
			all = append(all, File{a.ID, a.Ticket, a.Action, a.FileName, a.FileSize, a.ShowForUsers, a.DateCreated.Time})
		}
	}
	return all
}
