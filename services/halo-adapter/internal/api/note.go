package api

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

type (
	noteWrite = resource.Write[*psav1.Note]
	noteField = resource.Field[*psav1.Note]
)

// maxText bounds what a note says, in characters.
const maxText = 100_000

func noteFields() []noteField {
	return []noteField{
		{Path: "text", Check: resource.Checked((*psav1.Note).GetText, text(1, maxText)), Required: true},
		{Path: "private"},
		{Path: "work", Check: noWork},
	}
}

func noWork(field string, _ *psav1.Note) error { return fault.Field(field, "is set by AddTimeEntry") }

// AddNote accepts a note on a ticket.
func (s *Tickets) AddNote(ctx context.Context, r *psav1.AddNoteRequest) (*psav1.Note, error) {
	return s.notes.Create(ctx, noteWrite{Operation: "AddNote"}, r, r.GetNote())
}

// GetNote returns one note of a ticket, refused and deleted ones too.
func (s *Tickets) GetNote(ctx context.Context, r *psav1.GetNoteRequest) (*psav1.Note, error) {
	return s.notes.Get(ctx, r.GetName())
}

// ListNotes returns a page of a ticket's notes, newest first.
func (s *Tickets) ListNotes(ctx context.Context, r *psav1.ListNotesRequest) (*psav1.ListNotesResponse, error) {
	page, next, err := s.notes.List(ctx, r, mirror.Query{})
	return &psav1.ListNotesResponse{Notes: page, NextPageToken: next}, err
}
