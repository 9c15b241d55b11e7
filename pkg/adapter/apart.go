package adapter

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// apart counts and tells of what was to share a transaction and could not: it is done all the same, but one by one.
func (s *service) apart() func(ctx context.Context, what, connection string, n int, err error) {
	failed, _ := otel.Meter("github.com/breakwater-acl/breakwater/pkg/adapter").Int64Counter("breakwater.together.failed",
		metric.WithDescription("Transactions that several writes, acceptances or deliveries were to share and that failed: each went by itself."))
	return func(ctx context.Context, what, connection string, n int, err error) {
		failed.Add(ctx, 1, metric.WithAttributes(attribute.String("connection", connection), attribute.String("what", what)))
		s.log.WarnContext(ctx, "not done together", "what", what, "connection", connection, "several", n, "error", err)
	}
}
