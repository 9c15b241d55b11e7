package adapter

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// doubled counts and tells of what carries a mark that was believed already: a clone at the vendor, or a write made twice.
func (s *service) doubled() func(ctx context.Context, connection string, ref mirror.Ref) {
	seen, _ := otel.Meter("github.com/breakwater-acl/breakwater/pkg/adapter").Int64Counter("breakwater.mirror.doubles",
		metric.WithDescription("Sights of an entity that carries the mark of another one's create: somebody should look."))
	return func(ctx context.Context, connection string, ref mirror.Ref) {
		seen.Add(ctx, 1, metric.WithAttributes(attribute.String("connection", connection), attribute.String("kind", ref.Kind)))
		s.log.WarnContext(ctx, "two entities carry one mark", "connection", connection, "kind", ref.Kind, "vendor_id", ref.VendorID)
	}
}
