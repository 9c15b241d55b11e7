package api

import (
	"context"

	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

// Clients is the ClientService.
type Clients struct {
	psav1.UnimplementedClientServiceServer

	clients *resource.Server[*psav1.Client]
}

// NewClients serves the customer companies.
func NewClients(c resource.Config) *Clients {
	return &Clients{clients: resource.New(c, resource.Kind[*psav1.Client]{Name: "client", Collections: []string{"clients"}, Fields: clientFields()})}
}

func clientFields() []resource.Field[*psav1.Client] {
	return []resource.Field[*psav1.Client]{
		{Path: "display_name", Check: resource.Checked((*psav1.Client).GetDisplayName, text(1, 255)), Required: true},
		{Path: "reference", Check: resource.Checked((*psav1.Client).GetReference, text(0, 30))},
		{Path: "website", Check: resource.Checked((*psav1.Client).GetWebsite, text(0, 255))},
		{Path: "custom_fields", Check: resource.Checked((*psav1.Client).GetCustomFields, customFields)},
	}
}

// GetClient returns one client, deleted or not.
func (s *Clients) GetClient(ctx context.Context, r *psav1.GetClientRequest) (*psav1.Client, error) {
	return s.clients.Get(ctx, r.GetName())
}

// BatchGetClients returns several clients of one connection, in the order of the names.
func (s *Clients) BatchGetClients(ctx context.Context, r *psav1.BatchGetClientsRequest) (*psav1.BatchGetClientsResponse, error) {
	found, err := s.clients.BatchGet(ctx, r)
	return &psav1.BatchGetClientsResponse{Clients: found}, err
}

// ListClients returns a page of the clients of one connection, latest known first.
func (s *Clients) ListClients(ctx context.Context, r *psav1.ListClientsRequest) (*psav1.ListClientsResponse, error) {
	q, err := clientQuery(r.GetFilter())
	if err != nil {
		return nil, err
	}
	page, next, err := s.clients.List(ctx, r, q)
	return &psav1.ListClientsResponse{Clients: page, NextPageToken: next}, err
}

// CreateClient accepts a new client.
func (s *Clients) CreateClient(ctx context.Context, r *psav1.CreateClientRequest) (*psav1.Client, error) {
	return s.clients.Create(ctx, resource.Write[*psav1.Client]{Operation: "CreateClient"}, r, r.GetClient())
}

// UpdateClient accepts a change and queues it.
func (s *Clients) UpdateClient(ctx context.Context, r *psav1.UpdateClientRequest) (*psav1.Client, error) {
	return s.clients.Update(ctx, resource.Write[*psav1.Client]{Operation: "UpdateClient"}, r, r.GetClient(), r.GetUpdateMask())
}

// DeactivateClient accepts that the client is out of use.
func (s *Clients) DeactivateClient(ctx context.Context, r *psav1.DeactivateClientRequest) (*psav1.Client, error) {
	return s.clients.Do(ctx, use("DeactivateClient", &psav1.Client{Inactive: true}), r)
}

// ActivateClient accepts that the client is in use again.
func (s *Clients) ActivateClient(ctx context.Context, r *psav1.ActivateClientRequest) (*psav1.Client, error) {
	return s.clients.Do(ctx, use("ActivateClient", &psav1.Client{}), r)
}

// WatchClients streams every visible change of one connection's clients.
func (s *Clients) WatchClients(r *psav1.WatchClientsRequest, to grpc.ServerStreamingServer[psav1.WatchClientsResponse]) error {
	return resource.Watch(s.clients, r, to, func(c resource.Change[*psav1.Client]) *psav1.WatchClientsResponse {
		return &psav1.WatchClientsResponse{Client: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}

func clientQuery(f *psav1.ClientFilter) (q mirror.Query, err error) {
	inUse(&q, f.GetActive())
	byStanding(&q, f.GetPending(), f.GetRefused())
	if f.GetReference() != "" {
		if err := text(1, 30)("filter.reference", f.GetReference()); err != nil {
			return q, err
		}
		q.Where("reference = ?", f.GetReference())
	}
	return q, nil
}
