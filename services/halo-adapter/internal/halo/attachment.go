package halo

import (
	"context"
	"fmt"
	"net/url"
	"slices"
)

// Attachment is a file on a ticket, without what is in it. Lists lack ContentType, TicketID and ActionID. [official: Halo OpenAPI
// 2024-09, Attachment and Attachment_List]
type Attachment struct {
	Entity

	FileName     string `json:"filename"`
	Size         int64  `json:"filesize"`
	ContentType  string `json:"content_type"`
	ShowForUsers bool   `json:"showforusers"`
	DateCreated  Time   `json:"datecreated"`
	TicketID     ID     `json:"ticket_id"`
	ActionID     ID     `json:"action_id"`
	FaultID      ID     `json:"faultid"`   // an old name of the ticket's
	UniqueID     ID     `json:"unique_id"` // of what it hangs on: the ticket, it seems [unsure]
}

// Attachments reads all of a ticket: there are no pages [official: Halo OpenAPI 2024-09, /Attachment]. The envelope is unknown, and so is
// whether other tickets' files may be among them [unsure]: those are left out, and where rows name another ticket, none is believed.
func (c *Client) Attachments(ctx context.Context, ticket int64) (Page[Attachment], error) {
	const op = "halo.ListAttachments"
	page, err := listRows(ctx, c, op, "/Attachment", url.Values{"ticket_id": {itoa(ticket)}}, Read[Attachment], "attachments")
	if err != nil {
		return page, err
	}
	for _, a := range page.Rows {
		if of := or(a.TicketID, a.FaultID); of > 0 && int64(of) != ticket {
			return Page[Attachment]{}, strange(op, fmt.Sprintf("a file of ticket %d among those of %d", of, ticket))
		}
	}
	page.Rows = slices.DeleteFunc(page.Rows, func(a Attachment) bool {
		return a.TicketID+a.FaultID == 0 && a.UniqueID > 0 && int64(a.UniqueID) != ticket
	})
	return page, nil
}
