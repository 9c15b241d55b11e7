package api

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// ListAttachments returns a page of what is attached to a ticket, newest first.
func (s *Tickets) ListAttachments(ctx context.Context, r *psav1.ListAttachmentsRequest) (*psav1.ListAttachmentsResponse, error) {
	page, next, err := s.files.List(ctx, r, mirror.Query{})
	return &psav1.ListAttachmentsResponse{Attachments: page, NextPageToken: next}, err
}
