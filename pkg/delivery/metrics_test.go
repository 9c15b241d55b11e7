package delivery_test

import (
	"testing"

	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// What becomes of each call is counted, also of those that tell of nothing that we keep.
func TestWhatBecomesOfCallsIsCounted(t *testing.T) {
	reader := sdk.NewManualReader()
	was := otel.GetMeterProvider()
	otel.SetMeterProvider(sdk.NewMeterProvider(sdk.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(was) })
	r := start(t)
	for _, x := range []struct{ body, proof string }{
		{`{"id":"1","key":"a"}`, "yes"}, {`{"key":"b"}`, "yes"}, {`{"key":"c"}`, "yes"}, {`{"id":`, "yes"}, {`{"id":"1","key":"d"}`, "no"},
	} {
		r.call("/webhooks/acme/"+path, x.body, x.proof)
	}
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if sum, ok := m.Data.(metricdata.Sum[int64]); ok && m.Name == "breakwater.delivery.calls" {
				for _, p := range sum.DataPoints {
					outcome, _ := p.Attributes.Value("outcome")
					got[outcome.AsString()] += p.Value
				}
			}
		}
	}
	for outcome, want := range map[string]int64{"taken": 1, "ignored": 2, "quarantined": 1, "rejected": 1} {
		if got[outcome] != want {
			t.Errorf("%d are %s, want %d: %v", got[outcome], outcome, want, got)
		}
	}
}
