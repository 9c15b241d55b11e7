package operate

import (
	"context"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/page"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

type adapterService struct {
	adapterv1.UnimplementedAdapterServiceServer
	*server
}

// GetStatus returns what this replica is and what it knows of the others.
func (s *adapterService) GetStatus(ctx context.Context, _ *adapterv1.GetStatusRequest) (*adapterv1.Status, error) {
	connections, err := s.connections(ctx, s.names)
	if err != nil {
		return nil, err
	}
	return &adapterv1.Status{
		Adapter: s.Adapter, Version: s.Version, StartTime: timestamppb.New(s.Started), JobFormat: job.Format,
		JetstreamConnected: s.JetStream != nil && s.JetStream(), Connections: connections,
	}, nil
}

// GetConnection returns one connection.
func (s *adapterService) GetConnection(ctx context.Context, r *adapterv1.GetConnectionRequest) (*adapterv1.Connection, error) {
	id, err := s.connection("name", r.GetName())
	if err != nil {
		return nil, err
	}
	found, err := s.connections(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// ListConnections returns a page of the connections, by name.
func (s *adapterService) ListConnections(ctx context.Context, r *adapterv1.ListConnectionsRequest) (*adapterv1.ListConnectionsResponse, error) {
	size, err := page.Size(r.GetPageSize())
	if err != nil {
		return nil, err
	}
	scope := []string{"ListConnections", rpc.Caller(ctx)}
	after, err := page.Open[string](r.GetPageToken(), scope...)
	if err != nil {
		return nil, err
	}
	first, found := slices.BinarySearch(s.names, after)
	if found {
		first++
	}
	names := s.names[first:min(first+size, len(s.names))]
	answer := &adapterv1.ListConnectionsResponse{}
	if answer.Connections, err = s.connections(ctx, names); err != nil {
		return nil, err
	}
	if first+size < len(s.names) {
		answer.NextPageToken, err = page.Seal(names[len(names)-1], scope...)
	}
	return answer, err
}
