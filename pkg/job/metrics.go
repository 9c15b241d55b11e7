package job

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// metrics are what a worker tells of its attempts. Labels are bounded: connections and operations are configured.
type metrics struct {
	attempts metric.Int64Counter
	pickup   metric.Float64Histogram
}

func newMetrics() *metrics {
	m := otel.Meter("github.com/breakwater-acl/breakwater/pkg/job")
	attempts, _ := m.Int64Counter("breakwater.job.attempts", metric.WithDescription("Attempts at jobs, by what came of them."))
	pickup, _ := m.Float64Histogram("breakwater.job.pickup.duration", metric.WithUnit("s"),
		metric.WithDescription("From a job's acceptance to its first attempt."),
		metric.WithExplicitBucketBoundaries(.001, .002, .005, .01, .025, .05, .1, .25, .5, 1, 5, 30, 300, 3600))
	return &metrics{attempts: attempts, pickup: pickup}
}

func (m *metrics) count(ctx context.Context, j *Job, outcome string) {
	m.attempts.Add(ctx, 1, metric.WithAttributes(attribute.String("connection", j.Connection),
		attribute.String("operation", j.Operation), attribute.String("outcome", outcome)))
}
