package upstream_test

import (
	"io"
	"log"
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func ok(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

func TestACallIsASpanAndADuration(t *testing.T) {
	s := vendor(t, answers(500, ""))
	spans, reader := tracetest.NewInMemoryExporter(), metric.NewManualReader()
	w := &witness{}
	c := client(t, s.URL, w, func(cfg *upstream.Config) {
		cfg.Tracers = trace.NewTracerProvider(trace.WithSyncer(spans))
		cfg.Meters = metric.NewMeterProvider(metric.WithReader(reader))
	})
	call := get(s.URL)
	call.URL += "?secret=x"
	_, _ = c.Do(t.Context(), call)

	got := spans.GetSpans()
	if len(got) != 1 || got[0].Name != "GET /Tickets/{id}" || got[0].Status.Code != codes.Error {
		t.Fatalf("spans %+v", got)
	}
	if id := got[0].SpanContext.TraceID().String(); w.rows[0].TraceID != id {
		t.Errorf("the row's trace is %q, the span's %q", w.rows[0].TraceID, id)
	}
	for _, set := range [][]attribute.KeyValue{got[0].Attributes, durations(t, reader)} {
		says(t, set, "url.template", "/Tickets/{id}")
		says(t, set, "http.request.method", "GET")
		says(t, set, "server.address", "127.0.0.1")
		says(t, set, "http.response.status_code", "500")
		says(t, set, "error.type", "SERVER_ERROR")
		says(t, set, "connection", "acme")
		for _, kv := range set {
			if strings.Contains(kv.Value.String(), "secret") {
				t.Errorf("%s shows the query: %s", kv.Key, kv.Value.String())
			}
		}
	}
}

func durations(t *testing.T, reader metric.Reader) []attribute.KeyValue {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	m := all.ScopeMetrics[0].Metrics[0]
	points := m.Data.(metricdata.Histogram[float64]).DataPoints
	if m.Name != "http.client.request.duration" || len(points) != 1 || points[0].Count != 1 {
		t.Fatalf("metrics %+v", m)
	}
	return points[0].Attributes.ToSlice()
}

func says(t *testing.T, set []attribute.KeyValue, key attribute.Key, want string) {
	t.Helper()
	for _, kv := range set {
		if kv.Key == key {
			if got := kv.Value.String(); got != want {
				t.Errorf("%s = %q, want %q", key, got, want)
			}
			return
		}
	}
	t.Errorf("no %s in %v", key, set)
}
