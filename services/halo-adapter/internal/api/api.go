// Package api answers callers of breakwater.psa.v1: it reads the mirror and proposes writes, a file per concern. Nothing
// in it can reach a vendor, so no caller ever waits for one.
package api

import (
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// Config is what the service works with.
type Config struct {
	Reads       *pgxpool.Pool // of its own: what waits for a lock never makes a read wait
	Writes      *pgxpool.Pool
	Store       *mirror.Store
	Jobs        *job.Store
	Connections []string
	// Swept is up to when a kind of a connection is known to be swept; it must not block.
	Swept func(connection, kind string) time.Time
	// Visible rings when something may have become visible, on any replica; it is rung after an acceptance. May be nil.
	Visible *change.Bell
	Log     *slog.Logger
}

// Tickets is the TicketService.
type Tickets struct {
	psav1.UnimplementedTicketServiceServer
	Config

	patience time.Duration // that a reader has to take in one change
}

// New is the service for c.
func New(c Config) *Tickets { return &Tickets{Config: c, patience: 10 * time.Second} }

// the kinds, as the store registers them.
const (
	ticketKind = "ticket"
	noteKind   = "note"
)

// parent is the id in the connection's name that a request has as its parent. fault.NotFound: it is not configured here.
func (s *Tickets) parent(resource string) (string, error) {
	id, err := name.Connection("parent", resource)
	if err != nil {
		return "", err
	}
	return id, s.configured(id)
}

// ticket is what a ticket's name says. fault.NotFound: its connection is not configured here.
func (s *Tickets) ticket(field, resource string) (string, mirror.Target, error) {
	connection, ids, err := name.Parse(field, resource, "tickets")
	if err != nil {
		return "", mirror.Target{}, err
	}
	return connection, mirror.Target(ids[0]), s.configured(connection)
}

func (s *Tickets) configured(connection string) error {
	if slices.Contains(s.Connections, connection) {
		return nil
	}
	return rpc.About("connections/"+connection, &fault.Error{
		Kind: fault.NotFound, Reason: "NO_CONNECTION", Message: "no such connection is configured here",
	})
}

// shown is a row as its reader gets it.
func (s *Tickets) shown(connection string, row mirror.Row) *psav1.Ticket {
	t := &psav1.Ticket{}
	row.Into(t, s.Swept(connection, ticketKind))
	return t
}
