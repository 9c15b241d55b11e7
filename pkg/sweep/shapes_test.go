package sweep_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// written is a log that can be read while it is written.
type written struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *written) has(words ...string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, word := range words {
		if !strings.Contains(w.b.String(), word) {
			return false
		}
	}
	return true
}

// counted are the fields that were counted: "change field".
func counted(t *testing.T, r *sdk.ManualReader) map[string]int64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := r.Collect(context.Background(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, s := range all.ScopeMetrics {
		for _, m := range s.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if !ok || m.Name != "breakwater.drift.fields" {
				continue
			}
			for _, p := range sum.DataPoints {
				change, _ := p.Attributes.Value("change")
				name, _ := p.Attributes.Value("field")
				got[change.AsString()+" "+name.AsString()] += p.Value
			}
		}
	}
	return got
}

// What the vendor's rows have in the first sweep is their shape; what moves away from it later is told.
func TestNewRetypedAndMissingFieldsAreCounted(t *testing.T) {
	reader := sdk.NewManualReader()
	was := otel.GetMeterProvider()
	otel.SetMeterProvider(sdk.NewMeterProvider(sdk.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(was) })
	var changed atomic.Bool
	f := &feed{next: func(int, string) (sweep.Page, error) {
		o := fixture.Ticket("1", "s")
		o.Payload = []byte(`{"id": 1, "summary": "s", "closed": null}`)
		p := sweep.Page{Observations: []mirror.Observation{o}, Place: []byte("x"), Complete: true}
		if changed.Load() {
			p.Observations[0].Payload = []byte(`{"id": "1", "summary": "s", "closed": true, "bad\u0000": 1}`)
			p.Drifted = []sweep.Drift{{Ref: mirror.Ref{Kind: "ticket", VendorID: "2"}, Field: "status", Missing: true, Payload: []byte("{}")}}
		}
		return p, nil
	}}
	w, log := fixture.New(t), &written{}
	w.Log = slog.New(slog.NewTextHandler(log, nil))
	r := start(t, w, f.plan(time.Millisecond))
	fixture.Eventually(t, "the first sweep is over", func() bool { return r.text(t, "swept_at") != "" })
	if got := counted(t, reader); len(got) > 0 {
		t.Errorf("the first sweep told of %v", got)
	}
	changed.Store(true)
	fixture.Eventually(t, "they are told of", func() bool { return log.has("field=id", "field=closed") })
	got := counted(t, reader)
	if got["retyped id"] != 1 || got["new closed"] != 1 || got["missing status"] == 0 || len(got) != 3 {
		t.Errorf("counted %v", got)
	}
	if n := r.count(t, "select count(*) from field"); n != 4 {
		t.Errorf("%d fields are kept", n)
	}
}

func TestAVendorDoesNotDecideHowManyFieldsAreCounted(t *testing.T) {
	reader := sdk.NewManualReader()
	was := otel.GetMeterProvider()
	otel.SetMeterProvider(sdk.NewMeterProvider(sdk.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(was) })
	f := &feed{}
	f.next = func(n int, _ string) (sweep.Page, error) {
		o := fixture.Ticket("1", "s")
		o.Payload = fmt.Appendf(nil, `{"f%d": 1}`, n)
		return sweep.Page{Observations: []mirror.Observation{o}, Place: []byte("x"), Complete: true}, nil
	}
	start(t, fixture.New(t), f.plan(time.Microsecond))
	fixture.Eventually(t, "many sweeps", func() bool { return f.calls.Load() > 80 })
	fixture.Eventually(t, "the rest is counted together", func() bool { return counted(t, reader)["new other"] > 0 })
	if n := len(counted(t, reader)); n != 51 {
		t.Errorf("%d labels", n)
	}
}
