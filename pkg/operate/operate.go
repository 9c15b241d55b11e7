// Package operate answers how an adapter and its jobs stand, and what is done about what was buried:
// breakwater.adapter.v1, the same for every adapter. It needs Postgres only, so that it answers while the vendor, NATS or
// the workers do not.
package operate

import (
	"maps"
	"slices"
	"time"

	"google.golang.org/grpc"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// Config is what operators are told about.
type Config struct {
	Adapter     string    // "halo"
	Version     string    // of the build
	Started     time.Time // when this replica did
	DB          pg.Querier
	Mirror      *mirror.Store
	Jobs        *job.Store
	Connections map[string]gate.Config // the configured ones, with what they may do
	Gate        Hand                   // opens and closes their gates
	JetStream   func() bool            // whether it answers; nil: it is not used
}

// Register serves the operators' services.
func Register(r grpc.ServiceRegistrar, c Config) {
	s := &server{Config: c, names: slices.Sorted(maps.Keys(c.Connections))}
	adapterv1.RegisterAdapterServiceServer(r, &adapterService{server: s})
	adapterv1.RegisterJobServiceServer(r, &jobService{server: s})
	adapterv1.RegisterDeadLetterServiceServer(r, &deadLetterService{server: s})
}

// server is what both services work with.
type server struct {
	Config

	names []string // of the connections, sorted
}

// connection is the id in a connection's name. fault.NotFound: it is not configured here.
func (s *server) connection(field, resource string) (string, error) {
	id, err := name.Connection(field, resource)
	if err != nil {
		return "", err
	}
	return id, s.configured(id)
}

func (s *server) configured(id string) error {
	if _, ok := s.Connections[id]; ok {
		return nil
	}
	return rpc.About(connectionName(id), &fault.Error{
		Kind: fault.NotFound, Reason: "NO_CONNECTION", Message: "no such connection is configured here",
	})
}

func connectionName(id string) string { return "connections/" + id }
