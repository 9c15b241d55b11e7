package halo

import (
	"context"
	"strconv"

	"github.com/breakwater-acl/breakwater/deploy/chaos/vendor"
)

// screens are the vendor's own, where people change tickets.
type screens struct{ *vendor.Control }

// edit changes a ticket's fields.
func (s screens) edit(ctx context.Context, id int, fields map[string]any) error {
	return s.Post(ctx, "/halo/edit", map[string]any{"id": id, "fields": fields}, nil)
}

// create logs a ticket.
func (s screens) create(ctx context.Context, fields map[string]any) error {
	return s.Post(ctx, "/halo/create", map[string]any{"fields": fields}, nil)
}

// note writes an action on a ticket.
func (s screens) note(ctx context.Context, id int, text string) error {
	fields := map[string]any{"note": text, "outcome_id": 7}
	return s.Post(ctx, "/halo/note", map[string]any{"id": id, "fields": fields}, nil)
}

func (s screens) remove(ctx context.Context, id int) error {
	return s.Post(ctx, "/halo/delete", map[string]any{"id": id, "reason": "by hand"}, nil)
}

// merge merges a ticket into another.
func (s screens) merge(ctx context.Context, id, into int) error {
	return s.Post(ctx, "/halo/merge", map[string]any{"kind": "ticket", "id": id, "into": into}, nil)
}

// ticket is a ticket as the vendor really has it.
type ticket struct {
	ID         int    `json:"id"`
	Summary    string `json:"summary"`
	Details    string `json:"details"`
	StatusID   int    `json:"status_id"`
	TypeID     int    `json:"tickettype_id"`
	PriorityID int    `json:"priority_id"`
	ClientID   int    `json:"client_id"`
	SiteID     int    `json:"site_id"`
	UserID     int    `json:"user_id"`
	AgentID    int    `json:"agent_id"`
	Team       string `json:"team"`
	Deleted    bool   `json:"deleted"`
	MergedInto int    `json:"merged_into_id"` // 0: it lives
}

// note is an action as the vendor really has it.
type note struct {
	ID      int    `json:"id"`
	Text    string `json:"note"`
	Private bool   `json:"hiddenfromuser"`
	Outcome string `json:"outcome"`
	From    int    `json:"merged_from_ticketid"` // the ticket from which a merge copied it; 0: none did
}

// truth is a ticket with its notes.
type truth struct {
	Ticket ticket `json:"ticket"`
	Notes  []note `json:"actions"`
}

// truth is what the vendor has under an id.
func (s screens) truth(ctx context.Context, id int) (out truth, err error) {
	return out, s.Get(ctx, "/halo/tickets/"+strconv.Itoa(id), &out)
}
