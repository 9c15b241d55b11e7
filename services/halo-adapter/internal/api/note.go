package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/store"
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
	case n.GetWork() != nil:
		return nil, nil, unserved("note.work")
	}
	paths := []string{"text"}
	if n.GetPrivate() {
		paths = append(paths, "private")
	}
	return &psav1.Note{Text: n.GetText(), Private: n.GetPrivate()}, paths, rpc.Text("note.text", n.GetText(), 1, maxNote)
}

const oneNote = `
select effective, as_of from note where connection = $1 and parent = $2 and version > 0
	and case when $3 = '' then uid = $4 else vendor_id = $3 end`

// GetNote returns one note of a ticket, refused and deleted ones too.
func (s *Tickets) GetNote(ctx context.Context, r *psav1.GetNoteRequest) (*psav1.Note, error) {
	connection, ids, err := name.Parse("name", r.GetName(), "tickets", "notes")
	if err != nil {
		return nil, err
	}
	if err := s.configured(connection); err != nil {
		return nil, err
	}
	ticket, id, err := s.one(ctx, connection, mirror.Target(ids[0]), r.GetName())
	if err != nil {
		return nil, err
	}
	if ids[1].VendorID != "" { // a merged ticket's notes keep their numbers, which the other's have too
		id = store.NoteID(cmp.Or(ids[0].VendorID, id), ids[1].VendorID)
	} else {
		id = ""
	}
	var row mirror.Row
	var asOf *time.Time
	err = s.Reads.QueryRow(ctx, oneNote, connection, ticket.UID, id, ids[1].UID).Scan(&row.Effective, &asOf)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, rpc.About(r.GetName(), &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such note"})
	case err != nil:
		return nil, fmt.Errorf("read a note: %w", err)
	case asOf != nil:
		row.AsOf = *asOf
	}
	n := &psav1.Note{}
	row.Into(n, s.Swept(connection, noteKind))
	return n, nil
}

// one is the ticket that hangs together with what resource names, and the vendor's id of it; empty: it is not created yet.
func (s *Tickets) one(ctx context.Context, connection string, target mirror.Target, resource string) (mirror.Row, string, error) {
	tickets, err := s.living(ctx, connection, []mirror.Target{target})
	if err != nil {
		return mirror.Row{}, "", err
	}
	ticket, ok := tickets[target]
	if !ok {
		return ticket, "", rpc.About(resource, &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such ticket"})
	}
	for t, row := range tickets {
		if t.VendorID != "" && row.UID == ticket.UID {
			return ticket, t.VendorID, nil
		}
	}
	return ticket, "", nil
}

// ListNotes returns a page of a ticket's notes, newest first.
func (s *Tickets) ListNotes(ctx context.Context, r *psav1.ListNotesRequest) (*psav1.ListNotesResponse, error) {
	connection, target, err := s.ticket("parent", r.GetParent())
	if err != nil {
		return nil, err
	}
	ticket, _, err := s.one(ctx, connection, target, r.GetParent())
	if err != nil {
		return nil, err
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
