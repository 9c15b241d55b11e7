package api

import (
	"context"

	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

// Metadata is the MetadataService.
type Metadata struct {
	psav1.UnimplementedMetadataServiceServer

	agents      *resource.Server[*psav1.Agent]
	statuses    *resource.Server[*psav1.Status]
	ticketTypes *resource.Server[*psav1.TicketType]
	priorities  *resource.Server[*psav1.Priority]
	teams       *resource.Server[*psav1.Team]
}

// NewMetadata serves what the tenant's people have set up; none of it can be written.
func NewMetadata(c resource.Config) *Metadata {
	return &Metadata{
		agents:      read[*psav1.Agent](c, "agent", "agents"),
		statuses:    read[*psav1.Status](c, "status", "statuses"),
		ticketTypes: read[*psav1.TicketType](c, "ticket_type", "ticketTypes"),
		priorities:  read[*psav1.Priority](c, "priority", "priorities"),
		teams:       read[*psav1.Team](c, "team", "teams"),
	}
}

// read serves a kind that cannot be written.
func read[M mirror.Message](c resource.Config, kind, collection string) *resource.Server[M] {
	return resource.New(c, resource.Kind[M]{Name: kind, Collections: []string{collection}})
}

// GetAgent returns one agent, out of use or not.
func (s *Metadata) GetAgent(ctx context.Context, r *psav1.GetAgentRequest) (*psav1.Agent, error) {
	return s.agents.Get(ctx, r.GetName())
}

// ListAgents returns a page of the agents of one connection, latest known first.
func (s *Metadata) ListAgents(ctx context.Context, r *psav1.ListAgentsRequest) (*psav1.ListAgentsResponse, error) {
	page, next, err := s.agents.List(ctx, r, mirror.Query{})
	return &psav1.ListAgentsResponse{Agents: page, NextPageToken: next}, err
}

// GetStatus returns one status, out of use or not.
func (s *Metadata) GetStatus(ctx context.Context, r *psav1.GetStatusRequest) (*psav1.Status, error) {
	return s.statuses.Get(ctx, r.GetName())
}

// ListStatuses returns a page of the statuses of one connection, latest known first.
func (s *Metadata) ListStatuses(ctx context.Context, r *psav1.ListStatusesRequest) (*psav1.ListStatusesResponse, error) {
	page, next, err := s.statuses.List(ctx, r, mirror.Query{})
	return &psav1.ListStatusesResponse{Statuses: page, NextPageToken: next}, err
}

// GetTicketType returns one ticket type, out of use or not.
func (s *Metadata) GetTicketType(ctx context.Context, r *psav1.GetTicketTypeRequest) (*psav1.TicketType, error) {
	return s.ticketTypes.Get(ctx, r.GetName())
}

// ListTicketTypes returns a page of the ticket types of one connection, latest known first.
func (s *Metadata) ListTicketTypes(ctx context.Context, r *psav1.ListTicketTypesRequest) (*psav1.ListTicketTypesResponse, error) {
	page, next, err := s.ticketTypes.List(ctx, r, mirror.Query{})
	return &psav1.ListTicketTypesResponse{TicketTypes: page, NextPageToken: next}, err
}

// GetPriority returns one priority, out of use or not.
func (s *Metadata) GetPriority(ctx context.Context, r *psav1.GetPriorityRequest) (*psav1.Priority, error) {
	return s.priorities.Get(ctx, r.GetName())
}

// ListPriorities returns a page of the priorities of one connection, latest known first.
func (s *Metadata) ListPriorities(ctx context.Context, r *psav1.ListPrioritiesRequest) (*psav1.ListPrioritiesResponse, error) {
	page, next, err := s.priorities.List(ctx, r, mirror.Query{})
	return &psav1.ListPrioritiesResponse{Priorities: page, NextPageToken: next}, err
}

// GetTeam returns one team, out of use or not.
func (s *Metadata) GetTeam(ctx context.Context, r *psav1.GetTeamRequest) (*psav1.Team, error) {
	return s.teams.Get(ctx, r.GetName())
}

// ListTeams returns a page of the teams of one connection, latest known first.
func (s *Metadata) ListTeams(ctx context.Context, r *psav1.ListTeamsRequest) (*psav1.ListTeamsResponse, error) {
	page, next, err := s.teams.List(ctx, r, mirror.Query{})
	return &psav1.ListTeamsResponse{Teams: page, NextPageToken: next}, err
}

// WatchMetadata streams every visible change of one connection's metadata of one kind.
func (s *Metadata) WatchMetadata(r *psav1.WatchMetadataRequest, to grpc.ServerStreamingServer[psav1.WatchMetadataResponse]) error {
	switch r.GetKind() {
	case psav1.MetadataKind_METADATA_KIND_AGENT:
		return watched(s.agents, r, to, func(m *psav1.Agent, to *psav1.WatchMetadataResponse) {
			to.Metadata = &psav1.WatchMetadataResponse_Agent{Agent: m}
		})
	case psav1.MetadataKind_METADATA_KIND_STATUS:
		return watched(s.statuses, r, to, func(m *psav1.Status, to *psav1.WatchMetadataResponse) {
			to.Metadata = &psav1.WatchMetadataResponse_Status{Status: m}
		})
	case psav1.MetadataKind_METADATA_KIND_TICKET_TYPE:
		return watched(s.ticketTypes, r, to, func(m *psav1.TicketType, to *psav1.WatchMetadataResponse) {
			to.Metadata = &psav1.WatchMetadataResponse_TicketType{TicketType: m}
		})
	case psav1.MetadataKind_METADATA_KIND_PRIORITY:
		return watched(s.priorities, r, to, func(m *psav1.Priority, to *psav1.WatchMetadataResponse) {
			to.Metadata = &psav1.WatchMetadataResponse_Priority{Priority: m}
		})
	case psav1.MetadataKind_METADATA_KIND_TEAM:
		return watched(s.teams, r, to, func(m *psav1.Team, to *psav1.WatchMetadataResponse) {
			to.Metadata = &psav1.WatchMetadataResponse_Team{Team: m}
		})
	default:
		return fault.Field("kind", "must be one of those that there are")
	}
}

// watched streams the changes of one kind; put puts one into an answer.
func watched[M mirror.Message](s *resource.Server[M], r *psav1.WatchMetadataRequest, to grpc.ServerStreamingServer[psav1.WatchMetadataResponse], put func(M, *psav1.WatchMetadataResponse)) error {
	return resource.Watch(s, r, to, func(c resource.Change[M]) *psav1.WatchMetadataResponse {
		answer := &psav1.WatchMetadataResponse{ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
		if c.Resource.ProtoReflect().IsValid() {
			put(c.Resource, answer)
		}
		return answer
	})
}
