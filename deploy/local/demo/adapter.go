package demo

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

// adapter is one connection of an adapter, seen by a caller.
type adapter struct {
	parent   string // "connections/acme"
	replicas []replica
	turn     atomic.Int64
}

// replica is one process of an adapter.
type replica struct {
	conn     *grpc.ClientConn
	tickets  psav1.TicketServiceClient
	clients  psav1.ClientServiceClient
	sites    psav1.SiteServiceClient
	users    psav1.UserServiceClient
	quotes   psav1.QuoteServiceClient
	invoices psav1.InvoiceServiceClient
	jobs     adapterv1.JobServiceClient
	status   adapterv1.AdapterServiceClient
}

func dial(at stack.AdapterAddresses) (*adapter, error) {
	a := &adapter{parent: "connections/" + at.Connection}
	for _, addr := range at.GRPC {
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, fmt.Errorf("dial %s: %w", addr, err)
		}
		a.replicas = append(a.replicas, replica{
			conn, psav1.NewTicketServiceClient(conn), psav1.NewClientServiceClient(conn), psav1.NewSiteServiceClient(conn),
			psav1.NewUserServiceClient(conn), psav1.NewQuoteServiceClient(conn), psav1.NewInvoiceServiceClient(conn),
			adapterv1.NewJobServiceClient(conn), adapterv1.NewAdapterServiceClient(conn),
		})
	}
	return a, nil
}

func (a *adapter) close() {
	for _, r := range a.replicas {
		_ = r.conn.Close() // nothing is under way on it
	}
}

// next is the replica whose turn it is.
func (a *adapter) next() replica {
	return a.replicas[a.turn.Add(1)%int64(len(a.replicas))]
}

// state is how the connection stands.
func (a *adapter) state(ctx context.Context) (*adapterv1.Connection, error) {
	return a.next().status.GetConnection(ctx, &adapterv1.GetConnectionRequest{Name: a.parent})
}

// get is a ticket as the next replica sees it.
func (a *adapter) get(ctx context.Context, name string) (*psav1.Ticket, error) {
	return a.next().tickets.GetTicket(ctx, &psav1.GetTicketRequest{Name: name})
}

// getAll is several tickets in the order of their names.
func (a *adapter) getAll(ctx context.Context, names []string) ([]*psav1.Ticket, error) {
	got, err := a.next().tickets.BatchGetTickets(ctx, &psav1.BatchGetTicketsRequest{Parent: a.parent, Names: names})
	return got.GetTickets(), err
}

// update changes the named fields of a ticket.
func (a *adapter) update(ctx context.Context, t *psav1.Ticket, paths ...string) (*psav1.Ticket, error) {
	return a.next().tickets.UpdateTicket(ctx, &psav1.UpdateTicketRequest{Ticket: t, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}})
}

// job is a job with its attempts.
func (a *adapter) job(ctx context.Context, name string) (*adapterv1.Job, error) {
	return a.next().jobs.GetJob(ctx, &adapterv1.GetJobRequest{Name: name})
}

// idOf is the last part of a name: the vendor's id, or "~" and our uid.
func idOf(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
