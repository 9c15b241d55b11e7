package adapter

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/breakwater-acl/breakwater/pkg/config"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/telemetry"
)

// commands are what an adapter's binary can do.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve until told to stop; migrates the database first."`
	Migrate migrateCommand `cmd:"" help:"Bring the database up to date, and end."`
	Status  statusCommand  `cmd:"" help:"Show how a running adapter and its connections stand."`
	Jobs    jobsCommand    `cmd:"" help:"Show the latest jobs of a connection."`
	Gate    gateCommand    `cmd:"" help:"Open or close a gate by hand."`
	Believe believeCommand `cmd:"" help:"Let a sweep take for gone what it misses, after you have looked at the vendor."`
	Doctor  doctorCommand  `cmd:"" help:"Look at the vendor as the adapter would, and say what a person has to do."`

	DeadLetters deadLettersCommand `cmd:"" help:"Show what will not succeed by itself, make it again, or give it up."`
}

// Main is the whole of an adapter's main function. It returns the exit status.
func Main(spec Spec) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := Run(ctx, spec, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "%s-adapter: %v\n", spec.Name, err)
		return 1
	}
	return 0
}

// Run runs one command, with what it needs of the world.
func Run(ctx context.Context, spec Spec, args []string, getenv func(string) (string, bool), out, logs io.Writer) error {
	parser, err := kong.New(&commands{}, kong.Name(spec.Name+"-adapter"),
		kong.Description("Stands between internal services and "+spec.Name+"."), kong.Writers(out, logs),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(world{spec: spec, getenv: getenv, out: out, logs: logs}))
	if err != nil {
		return fmt.Errorf("command line: %w", err)
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run()
}

// world is what commands need of the world.
type world struct {
	spec      Spec
	getenv    func(string) (string, bool)
	out, logs io.Writer
}

func (w world) load(path string) (Config, error) {
	c := w.spec.Config()
	*c.Common() = defaults(w.getenv)
	if err := config.Load(path, w.getenv, c); err != nil {
		return nil, err
	}
	c.Complete()
	s := c.Common()
	if s.Replica == "" {
		host, _ := os.Hostname()
		s.Replica = fmt.Sprintf("%s/%d", host, os.Getpid())
	}
	for i, x := range c.Connections() {
		if !name.IsConnection(x.Name) {
			return nil, fmt.Errorf("connections[%d].name: expects lower-case letters, digits and hyphens, at most 63, not %q", i, x.Name)
		}
		if err := x.check(); err != nil {
			return nil, fmt.Errorf("connections[%d].%w", i, err)
		}
	}
	if jobs := s.Jobs.config("").WithDefaults(); jobs.Lease <= jobs.Attempt {
		return nil, fmt.Errorf("jobs.lease: expects more than jobs.attempt, which is %v", jobs.Attempt)
	}
	return c, nil
}

func (w world) logger(level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(strings.ToUpper(level))) // checked by the configuration; info otherwise
	return telemetry.Logger(w.logs, l)
}

type serveCommand struct {
	Config   string `help:"The configuration file." required:"" placeholder:"FILE"`
	Insecure bool   `help:"Let gRPC and admin listen on other addresses than loopback, though callers cannot be authenticated."`
}

// Run serves until the context ends.
func (c serveCommand) Run(ctx context.Context, w world) error {
	started := time.Now()
	cfg, err := w.load(c.Config)
	if err != nil {
		return err
	}
	t, err := telemetry.Start(ctx, w.spec.Name+"-adapter", version())
	if err != nil {
		return err
	}
	defer func() { _ = t.Stop(context.WithoutCancel(ctx)) }() // what could not be sent is lost with the process
	s, err := open(ctx, w.spec, cfg, c.Insecure, t.Metrics, w.logger(cfg.Common().Log.Level))
	if err != nil {
		return err
	}
	defer s.close()
	return s.run(ctx, started)
}

type migrateCommand struct {
	Config string `help:"The configuration file." required:"" placeholder:"FILE"`
}

// Run brings the database up to date.
func (c migrateCommand) Run(ctx context.Context, w world) error {
	cfg, err := w.load(c.Config)
	if err != nil {
		return err
	}
	n, err := migrate(ctx, w.spec, cfg.Common().DatabaseURL)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "%d migrations run\n", n)
	return err
}

// version is the build's; "devel" from a work tree.
func version() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" && b.Main.Version != "(devel)" {
		return b.Main.Version
	}
	return "devel"
}
