package api

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// maxNote bounds the text of a note, in characters.
const maxNote = 100_000

// AddNote accepts a note on a ticket.
func (s *Tickets) AddNote(ctx context.Context, r *psav1.AddNoteRequest) (*psav1.Note, error) {
	w, err := s.addition(r)
	if err != nil {
		return nil, err
	}
	return accept[*psav1.Note](ctx, s, w)
}

func (s *Tickets) addition(r *psav1.AddNoteRequest) (w write, err error) {
	w.Kind, w.Operation, w.Effect, w.resource = noteKind, "AddNote", mirror.Creates, r.GetParent()
	if w.Connection, w.Parent, err = s.ticket("parent", r.GetParent()); err != nil {
		return w, err
	}
	if w.Patch, w.Paths, err = note(r.GetNote()); err != nil {
		return w, err
	}
	if w.request, err = requestID(r.GetRequestId(), true); err != nil {
		return w, err
	}
	w.digest, err = digest(r)
	return w, err
}

// note is the patch of a new note, and its paths.
func note(n *psav1.Note) (*psav1.Note, []string, error) {
	switch {
	case n == nil:
		return nil, nil, fault.Field("note", "is required")
	case n.GetName() != "":
		return nil, nil, fault.Field("note.name", "must be empty: the name is given by the service")
	}
	paths := []string{"text"}
	if n.GetPrivate() {
		paths = append(paths, "private")
	}
	return &psav1.Note{Text: n.GetText(), Private: n.GetPrivate()}, paths, rpc.Text("note.text", n.GetText(), 1, maxNote)
}

// ListNotes returns a page of a ticket's notes, newest first.
func (s *Tickets) ListNotes(ctx context.Context, r *psav1.ListNotesRequest) (*psav1.ListNotesResponse, error) {
	connection, target, err := s.ticket("parent", r.GetParent())
	if err != nil {
		return nil, err
	}
	tickets, err := s.many(ctx, connection, []mirror.Target{target})
	if err != nil {
		return nil, err
	}
	ticket, ok := tickets[target]
	if !ok {
		return nil, rpc.About(r.GetParent(), &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such ticket"})
	}
	l := listing{
		kind: noteKind, connection: connection, size: r.GetPageSize(), token: r.GetPageToken(),
		scope: []string{"ListNotes", rpc.Caller(ctx), r.GetParent()},
	}
	l.query.Where("parent = ?", ticket.UID)
	rows, next, err := s.list(ctx, l)
	if err != nil {
		return nil, err
	}
	answer := &psav1.ListNotesResponse{NextPageToken: next, Notes: make([]*psav1.Note, 0, len(rows))}
	for _, row := range rows {
		n := &psav1.Note{}
		row.Into(n, s.Swept(connection, noteKind))
		answer.Notes = append(answer.GetNotes(), n)
	}
	return answer, nil
}
