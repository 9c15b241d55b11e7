package adapter

import (
	"context"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"

	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Config is an adapter's whole configuration: the settings that all have, and its own.
type Config interface {
	// Common is where the common settings are kept, to be filled.
	Common() *Settings
	// Complete fills in what the file left out; it is called once, before anything else is asked.
	Complete()
	// Connections are the common knobs of each connection.
	Connections() []Connection
}

// Spec is all that the kernel must know of an adapter.
type Spec struct {
	Name string // "halo"
	// Migrations of the adapter's own tables, NNN_noun.sql at the root.
	Migrations fs.FS
	// Config is a new configuration with the adapter's own defaults.
	Config func() Config
	// Vendor makes the vendor's half from a configuration.
	Vendor func(ctx context.Context, c Config, k Kernel) (*Vendor, error)
	// Doctor is what a person can have looked at of one connection's vendor, before or beside a service that runs: of the kernel's
	// it has a gate that keeps to the limit, and no journal. nil: nothing.
	Doctor func(c Config, connection string, k Kernel) ([]doctor.Check, error)
	// Secrets are the vendor's words for what the journal must not keep, beside the usual ones; Headers are those of the
	// vendor's that it should.
	Secrets, Headers []string
}

// Kernel is what the vendor's half may use of the kernel's.
type Kernel struct {
	Gate    func(connection string) upstream.Gate
	Journal upstream.Recorder
	// Scarce reports whether a connection's budget runs low: what can wait should; nil for a doctor.
	Scarce func(connection string) bool
	// DB holds the adapter's own tables; nil: there is none, as for a doctor.
	DB  *pgxpool.Pool
	Log *slog.Logger
}

// Vendor is the vendor's half of an adapter: what fills the seams.
type Vendor struct {
	Kinds      []*mirror.Table // a kind after its parent
	Operations []*job.Op
	Fetch      map[string]job.Fetch // by kind
	Sweeps     []sweep.Plan
	Hook       delivery.Hook
	Ping       func(ctx context.Context, key gate.Key) error
	// Patience is how long a look waits that nothing but news asks for, while the connection's budget runs low; 0: it does not.
	Patience time.Duration
	// Serve registers the adapter's gRPC services.
	Serve func(s grpc.ServiceRegistrar, c resource.Config)
	// Run is the vendor's own upkeep (dictionaries); nil: none.
	Run func(ctx context.Context) error
}
