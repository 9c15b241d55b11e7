package adapter

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/gate"
)

// gauges tell what stands still: what fails has its counters where it fails, what falls silent is seen here. Every replica
// tells the same, from Postgres, when it is scraped. Labels are bounded: connections and kinds are configured.
type gauges struct {
	state, learned, hold, used, allowed, low, pending, oldest, dead, age, missed, uncarried, withheld metric.Float64ObservableGauge
}

func (s *service) registerGauges() error {
	m := otel.Meter("github.com/breakwater-acl/breakwater/pkg/adapter")
	var g gauges
	for _, x := range []struct {
		gauge             *metric.Float64ObservableGauge
		name, unit, about string
	}{
		{&g.state, "breakwater.gate.state", "1", "0 closed, 1 open, 2 half-open, 3 stopped: the vendor refuses our credentials, 4 opened by hand."},
		{&g.learned, "breakwater.gate.learned", "1", "Part of the configured limits that is used, since the vendor refused more."},
		{&g.hold, "breakwater.gate.hold", "s", "Time for which nobody calls, because the vendor asked to wait."},
		{&g.used, "breakwater.gate.used", "{call}", "Calls made in the window that ends now, of a limit that may run low, as a month's allowance of reads."},
		{&g.allowed, "breakwater.gate.allowed", "{call}", "Calls that are ours of such a limit, in every window."},
		{&g.low, "breakwater.gate.low", "1", "1 while such a limit runs low, and what can wait does."},
		{&g.pending, "breakwater.job.pending", "{job}", "Writes accepted and not yet at the vendor."},
		{&g.oldest, "breakwater.job.oldest_runnable.age", "s", "Age of the oldest write that could run now."},
		{&g.dead, "breakwater.dead_letter.open", "{dead_letter}", "Dead letters that nobody has replayed or discarded."},
		{&g.age, "breakwater.sweep.age", "s", "Time since which a kind is not known to be swept; -1: never swept."},
		{&g.missed, "breakwater.delivery.missed", "{change}", "Changes that no delivery announced, since the first start."},
		{&g.withheld, "breakwater.sweep.withheld", "{entity}", "Entities that a whole listing did not name, too many to believe: nothing is deleted until a person says so."},
		{&g.uncarried, "breakwater.change.uncarried.age", "s", "Age of the oldest visible change that is not in JetStream yet."},
	} {
		var err error
		if *x.gauge, err = m.Float64ObservableGauge(x.name, metric.WithUnit(x.unit), metric.WithDescription(x.about)); err != nil {
			return fmt.Errorf("gauge %s: %w", x.name, err)
		}
	}
	_, err := m.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return s.observe(ctx, o, g)
	}, g.state, g.learned, g.hold, g.used, g.allowed, g.low, g.pending, g.oldest, g.dead, g.age, g.missed, g.uncarried, g.withheld)
	return err
}

const countJobs = `
select c.connection, (select count(*) from job where connection = c.connection and class = 0 and state < 3),
	coalesce((select extract(epoch from now() - min(runnable_at)) from job
		where connection = c.connection and class = 0 and state = 1 and runnable_at <= now()), 0)::float8,
	(select count(*) from dead_letter where connection = c.connection and resolved_at is null)
from unnest($1::text[]) c (connection)`

func (s *service) observe(ctx context.Context, o metric.Observer, g gauges) error {
	gates, err := gate.List(ctx, s.work, s.connections)
	if err != nil {
		return err
	}
	for _, x := range gates {
		at := metric.WithAttributes(attribute.String("connection", x.Connection), attribute.String("key", x.Name))
		o.ObserveFloat64(g.state, float64(x.State), at)
		o.ObserveFloat64(g.learned, x.Budget.Learned.Factor(x.Now), at)
		o.ObserveFloat64(g.hold, max(0, x.HoldUntil.Sub(x.Now).Seconds()), at)
		for _, u := range x.Budget.Usages(s.gates[x.Connection].Budget, x.Now) {
			of := metric.WithAttributes(attribute.String("limit", u.Limit.Name()))
			o.ObserveFloat64(g.used, float64(u.Used), at, of)
			o.ObserveFloat64(g.allowed, float64(u.Limit.Ours()), at, of)
			o.ObserveFloat64(g.low, one(u.Low), at, of)
		}
	}
	if s.carrier != nil {
		age, err := change.Uncarried(ctx, s.work)
		if err != nil {
			return err
		}
		o.ObserveFloat64(g.uncarried, age.Seconds())
	}
	rows, err := s.work.Query(ctx, countJobs, s.connections)
	if err != nil {
		return err
	}
	var connection, kind string
	var pending, dead, withheld int64
	var oldest, age float64
	_, err = pgx.ForEachRow(rows, []any{&connection, &pending, &oldest, &dead}, func() error {
		at := metric.WithAttributes(attribute.String("connection", connection))
		o.ObserveFloat64(g.pending, float64(pending), at)
		o.ObserveFloat64(g.oldest, oldest, at)
		o.ObserveFloat64(g.dead, float64(dead), at)
		return nil
	})
	if err != nil {
		return err
	}
	rows, err = s.work.Query(ctx, `select connection, kind, coalesce(extract(epoch from now() - swept_at), -1)::float8, missed, withheld from cursor`)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, []any{&connection, &kind, &age, &pending, &withheld}, func() error {
		at := metric.WithAttributes(attribute.String("connection", connection), attribute.String("kind", kind))
		o.ObserveFloat64(g.age, age, at)
		o.ObserveFloat64(g.missed, float64(pending), at)
		o.ObserveFloat64(g.withheld, float64(withheld), at)
		return nil
	})
	return err
}

// one is 1 for true.
func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
