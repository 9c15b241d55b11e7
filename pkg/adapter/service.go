package adapter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/bus"
	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/journal"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/schema"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// service is a running adapter: its parts, in the order in which they are wired.
type service struct {
	spec     Spec
	settings Settings
	insecure bool
	log      *slog.Logger

	reads, writes, work, deliveries *pgxpool.Pool
	bus                             *bus.Bus // nil: no NATS is configured
	gates                           map[string]gate.Config
	gate                            *gate.Keeper
	journal                         *journal.Journal
	vendor                          *Vendor
	mirror                          *mirror.Store
	jobs                            *job.Store
	worker                          *job.Worker
	sweeps                          *sweep.Runner
	hooks                           *delivery.Receiver
	fresh                           *freshness
	visible                         *change.Bell    // rings when something may have become visible, on any replica
	carrier                         *change.Carrier // nil: no NATS is configured
	metrics                         http.Handler
	connections                     []string
}

// migrate brings the database up to date.
func migrate(ctx context.Context, spec Spec, url string) (int, error) {
	return pg.Migrate(ctx, url,
		pg.Series{Table: "kernel_version", Files: pg.Sub(schema.Kernel, "migrations")},
		pg.Series{Table: "adapter_version", Files: spec.Migrations})
}

// open wires the service; close undoes it.
func open(ctx context.Context, spec Spec, c Config, insecure bool, metrics http.Handler, log *slog.Logger) (*service, error) {
	s := &service{spec: spec, settings: *c.Common(), insecure: insecure, metrics: metrics, log: log, visible: &change.Bell{}}
	for _, step := range []func(context.Context, Config) error{s.openPostgres, s.openBus, s.openGate, s.openVendor, s.openHabits} {
		if err := step(ctx, c); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

func (s *service) openPostgres(ctx context.Context, _ Config) error {
	ran, err := migrate(ctx, s.spec, s.settings.DatabaseURL)
	if err != nil {
		return err
	}
	if ran > 0 {
		s.log.InfoContext(ctx, "database migrated", "migrations", ran)
	}
	for _, p := range []struct {
		pool *(*pgxpool.Pool)
		max  int32
		lock time.Duration
		name string
	}{
		{&s.reads, s.settings.Pools.Reads, 0, "reads"},
		{&s.writes, s.settings.Pools.Writes, 0, "writes"},
		{&s.work, s.settings.Pools.Work, 0, "work"},
		{&s.deliveries, s.settings.Pools.Deliveries, delivery.LockTimeout, "deliveries"},
	} {
		c := pg.Config{MaxConns: p.max, LockTimeout: p.lock, Name: s.spec.Name + "-adapter " + p.name}
		if *p.pool, err = pg.Open(ctx, s.settings.DatabaseURL, c); err != nil {
			return err
		}
	}
	s.fresh = &freshness{db: s.work, log: s.log}
	return nil
}

func (s *service) openBus(_ context.Context, _ Config) (err error) {
	if s.settings.NATSURL == "" {
		s.log.Warn("no nats_url: jobs move by scans only")
		return nil
	}
	s.bus, err = bus.Connect(s.settings.NATSURL, s.spec.Name, s.log)
	return err
}

func (s *service) openGate(_ context.Context, c Config) error {
	s.gates = map[string]gate.Config{}
	for _, x := range c.Connections() {
		s.gates[x.Name] = x.gate()
		s.connections = append(s.connections, x.Name)
	}
	s.gate = gate.New(s.work, s.gates, s.log)
	s.journal = journal.New(s.work, journal.Config{Secrets: s.spec.Secrets, Headers: s.spec.Headers, Log: s.log})
	return nil
}

func (s *service) openVendor(ctx context.Context, c Config) (err error) {
	s.vendor, err = s.spec.Vendor(ctx, c, Kernel{
		Gate:    func(connection string) upstream.Gate { return s.gate.For(connection) },
		Journal: s.journal, Scarce: s.gate.Scarce, DB: s.work, Log: s.log,
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.spec.Name, err)
	}
	if s.mirror, err = mirror.New(s.vendor.Kinds...); err == nil {
		s.mirror.Doubled, s.mirror.Patience = s.doubled(), s.patience
	}
	return err
}

// patience is how long looks wait that can: only while the budget runs low.
func (s *service) patience(connection string) time.Duration {
	if !s.gate.Scarce(connection) {
		return 0
	}
	return s.vendor.Patience
}

// fed reports whether a feed that tells of a kind was read within the time that looks wait.
func (s *service) fed(connection, kind string) bool {
	return time.Since(s.fresh.fed(connection, kind)) < s.vendor.Patience
}

func (s *service) openHabits(_ context.Context, c Config) (err error) {
	if s.jobs, err = job.NewStore(s.work, s.mirror, s.gate, s.vendor.Operations, s.wake); err != nil {
		return err
	}
	replica := s.settings.Replica
	s.worker = job.NewWorker(s.jobs, s.mirror, s.vendor.Fetch, s.connections, s.settings.Jobs.config(replica), s.log)
	wake := func(connection string) { s.wake(connection, "fetch") }
	s.fresh.tell(s.vendor.Sweeps)
	s.sweeps = sweep.New(s.work, s.mirror, s.vendor.Sweeps, s.connections, s.settings.Sweeps.config(replica), wake, s.log)
	paths := map[string]string{}
	for _, x := range c.Connections() {
		paths[x.Name] = x.Webhook.Path
	}
	s.hooks = delivery.New(s.deliveries, s.mirror, s.vendor.Hook, delivery.Config{Paths: paths}, wake, s.log)
	s.jobs.Retake = s.hooks.Retake
	s.jobs.Failed = s.apart()
	s.hooks.Failed, s.hooks.Fed = s.jobs.Failed, s.fed
	s.gate.OnChange = func(k gate.Key, _ breaker.State) { s.worker.Wake(k.Connection) }
	if err := s.registerGauges(); err != nil {
		return err
	}
	if s.bus == nil {
		return nil
	}
	s.gate.Announce = func(gate.Key) { s.bus.Announce("gate") }
	if err := s.openChanges(); err != nil {
		return err
	}
	return s.bus.OnNews("gate", s.gate.Look)
}

func (s *service) openChanges() error {
	keep := s.settings.Retention
	stream, err := s.bus.Changes(bus.Retention{Age: keep.Changes, Bytes: keep.StreamBytes})
	if err != nil {
		return err
	}
	s.carrier = &change.Carrier{
		DB: s.work, Stream: stream, Replica: s.settings.Replica, Connections: s.connections, Bell: s.visible, Log: s.log,
	}
	for _, t := range s.mirror.Tables() {
		s.carrier.Kinds = append(s.carrier.Kinds, t.Name)
	}
	return s.bus.OnChange(s.visible.Ring)
}

// wake hands a job over in this process, and to whichever replica is idle: who comes first claims it.
func (s *service) wake(connection, lane string) {
	if s.worker != nil {
		s.worker.Wake(connection)
	}
	if s.bus != nil {
		s.bus.Wake(connection, lane)
	}
}

// run serves until ctx ends, and then drains: first nothing new comes in and what has begun is finished; then those
// stop who kept the gate and the journal for it.
func (s *service) run(ctx context.Context, started time.Time) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	support, done := context.WithCancel(context.WithoutCancel(ctx))
	defer done()
	fronts, err := s.fronts(ctx, started)
	if err != nil {
		return err
	}
	keepers := together(support, cancel, s.keepers())
	habits := together(ctx, cancel, append(s.habits(), fronts.parts()...))
	s.log.InfoContext(ctx, "ready", "adapter", s.spec.Name, "grpc", fronts.grpc.Addr().String(), "http", fronts.http.Addr().String(),
		"admin", fronts.admin.Addr().String(), "replica", s.settings.Replica, "took", time.Since(started).String())
	err = habits.Wait()
	done()
	return errors.Join(err, keepers.Wait())
}

// together runs parts until ctx ends. If one fails, the whole service ends.
func together(ctx context.Context, end context.CancelFunc, parts []part) *errgroup.Group {
	g := &errgroup.Group{}
	for _, p := range parts {
		g.Go(func() error {
			err := p(ctx)
			if err != nil {
				end()
			}
			return err
		})
	}
	return g
}

// part is anything long-lived: it blocks until ctx ends.
type part = func(ctx context.Context) error

// keepers serve the habits, and end after them.
func (s *service) keepers() []part {
	keepers := []part{
		func(ctx context.Context) error { return s.gate.Run(ctx, pinger(s.vendor.Ping)) },
		s.journal.Run, s.fresh.run, collect,
	}
	if s.vendor.Run != nil {
		keepers = append(keepers, s.vendor.Run)
	}
	return keepers
}

func (s *service) habits() []part {
	habits := []part{s.worker.Run, s.sweeps.Run, s.sweeps.Watch, s.forget}
	if s.bus != nil {
		habits = append(habits, s.carrier.Run, func(ctx context.Context) error { return s.bus.Run(ctx, s.connections, s.worker.Wake) })
	}
	return habits
}

type pinger func(ctx context.Context, key gate.Key) error

// Ping makes the vendor's cheap read.
func (p pinger) Ping(ctx context.Context, key gate.Key) error { return p(ctx, key) }

func (s *service) close() {
	if s.bus != nil {
		s.bus.Close()
	}
	for _, p := range []*pgxpool.Pool{s.reads, s.writes, s.work, s.deliveries} {
		if p != nil {
			p.Close()
		}
	}
}
