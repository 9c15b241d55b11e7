package adapter

import (
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
)

// What is used of a month's reads is measured, with how much is ours of them, and whether it runs low.
func TestWhatIsUsedOfAnAllowanceIsMeasured(t *testing.T) {
	reader := sdk.NewManualReader()
	was := otel.GetMeterProvider()
	otel.SetMeterProvider(sdk.NewMeterProvider(sdk.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(was) })
	w := fixture.New(t)
	terms := budget.Terms{Limits: []budget.Limit{
		{Calls: 1000, Window: time.Second, Burst: 800}, {Calls: 10_000, Window: 30 * day, Share: 0.9, Burst: 9000, Reads: true, Low: 0.7},
	}}
	s := &service{work: w.DB, connections: []string{"acme"}, gates: map[string]gate.Config{"acme": {Budget: terms}}, log: w.Log}
	if err := s.registerGauges(); err != nil {
		t.Fatal(err)
	}
	a := &budget.Account{}
	for _, x := range []struct {
		reads     int
		used, low float64
	}{{500, 500, 0}, {5900, 6400, 1}} {
		a.Charge(terms, x.reads, time.Now())
		if _, err := w.DB.Exec(t.Context(), `insert into gate (connection, budget) values ('acme', $1) on conflict (connection, key) do update set budget = excluded.budget`, a); err != nil {
			t.Fatal(err)
		}
		var all metricdata.ResourceMetrics
		if err := reader.Collect(t.Context(), &all); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]float64{"breakwater.gate.used": x.used, "breakwater.gate.allowed": 9000, "breakwater.gate.low": x.low} {
			if got := measured(all, name); len(got) != 1 || got["720h0m0s reads"] != want {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	}
}

// measured are the values of a gauge, by limit.
func measured(all metricdata.ResourceMetrics, name string) map[string]float64 {
	values := map[string]float64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if g, ok := m.Data.(metricdata.Gauge[float64]); ok && m.Name == name {
				for _, p := range g.DataPoints {
					limit, _ := p.Attributes.Value("limit")
					values[limit.AsString()] = p.Value
				}
			}
		}
	}
	return values
}
