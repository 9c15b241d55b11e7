// Package resource answers how callers meet what the mirror holds: one resource by its name, several, a page, a stream of
// changes, and a write that is durable before it is answered. What an adapter adds for a kind is its names, which of its
// fields may be set, its filters, and the words of its errors. Nothing in it can reach a vendor.
package resource

import (
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// Config is what all resources of an adapter are served with. There is nothing of the vendor in it.
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
	// Patience is how long the reader of a stream may take to take in one change; default 10 s.
	Patience time.Duration
}

// Kind describes the resources of one kind.
type Kind[M mirror.Message] struct {
	// Name is the kind's in the store, and the field of a request that holds one: "ticket".
	Name string
	// Collections are the parts of its name before the ids, its parent's first: "tickets", "notes".
	Collections []string
	// ChildID is the vendor's id in the mirror of a child, from its parent's and the one in its name; for kinds that have a
	// parent.
	ChildID func(parent, child string) string
	// Fields are those that callers may set, in the order of the contract.
	Fields []Field[M]
}

// Server serves the resources of one kind. Its methods may be called at the same time.
type Server[M mirror.Message] struct {
	Config
	kind   Kind[M]
	table  *mirror.Table
	parent string // the kind that it hangs on; empty: none
}

// New serves k, which the store must have.
func New[M mirror.Message](c Config, k Kind[M]) *Server[M] {
	if c.Patience == 0 {
		c.Patience = 10 * time.Second
	}
	t := c.Store.Table(k.Name)
	return &Server[M]{Config: c, kind: k, table: t, parent: t.Parent}
}

// Connection is the id of the connection that the name of a resource begins with, for what differs between connections.
// fault.NotFound: it is not configured here.
func (s *Server[M]) Connection(resource string) (string, error) {
	connection, _, err := s.parse("name", resource, s.kind.Collections)
	return connection, err
}

// connection is the id in the connection's name that a request has as its parent. fault.NotFound: it is not configured here.
func (c *Config) connection(parent string) (string, error) {
	id, err := name.Connection("parent", parent)
	if err != nil {
		return "", err
	}
	return id, c.configured(id)
}

// parse splits a name under these collections. fault.NotFound: its connection is not configured here.
func (c *Config) parse(field, resource string, collections []string) (string, []name.ID, error) {
	connection, ids, err := name.Parse(field, resource, collections...)
	if err != nil {
		return "", nil, err
	}
	return connection, ids, c.configured(connection)
}

func (c *Config) configured(connection string) error {
	if slices.Contains(c.Connections, connection) {
		return nil
	}
	return rpc.About("connections/"+connection, &fault.Error{
		Kind: fault.NotFound, Reason: "NO_CONNECTION", Message: "no such connection is configured here",
	})
}

// last is what a name's last id says of a kind that has no parent.
func last(ids []name.ID) mirror.Target { return mirror.Target(ids[len(ids)-1]) }

// shown is a row as its reader gets it.
func (s *Server[M]) shown(connection string, row mirror.Row) M {
	m, _ := s.table.New().(M) // the store keeps the kind's own message
	row.Into(m, s.Swept(connection, s.kind.Name))
	return m
}

func (s *Server[M]) all(connection string, rows []mirror.Row) []M {
	found := make([]M, 0, len(rows))
	for _, row := range rows {
		found = append(found, s.shown(connection, row))
	}
	return found
}

// absent is that there is nothing of this kind by that name.
func absent(kind, resource string) error {
	return rpc.About(resource, &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such " + kind})
}
