package delivery

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// outcome is what came of a call.
type outcome string

const (
	outcomeUnknown     outcome = "unknown"
	outcomeRejected    outcome = "rejected"
	outcomeTooLarge    outcome = "too_large"
	outcomeUnread      outcome = "unread"
	outcomeUnavailable outcome = "unavailable"
	outcomeBusy        outcome = "busy"
	outcomeQuarantined outcome = "quarantined"
	outcomeIgnored     outcome = "ignored" // it is about nothing that we keep
	outcomeTaken       outcome = "taken"
)

// counter counts calls. Its labels are made once: they are what counting costs.
type counter struct {
	calls  metric.Int64Counter
	labels map[label]metric.AddOption
}

type label struct {
	connection string
	outcome    outcome
}

func newCounter(connections []string) counter {
	c := counter{labels: map[label]metric.AddOption{}}
	c.calls, _ = otel.Meter("github.com/breakwater-acl/breakwater/pkg/delivery").Int64Counter("breakwater.delivery.calls",
		metric.WithDescription("Webhook calls received, by what came of them."))
	c.know("", outcomeUnknown)
	for _, name := range connections {
		for _, o := range []outcome{outcomeRejected, outcomeTooLarge, outcomeUnread, outcomeUnavailable, outcomeBusy, outcomeQuarantined, outcomeIgnored, outcomeTaken} {
			c.know(name, o)
		}
	}
	return c
}

func (c counter) know(connection string, o outcome) {
	c.labels[label{connection, o}] = metric.WithAttributeSet(
		attribute.NewSet(attribute.String("connection", connection), attribute.String("outcome", string(o))))
}

// add counts one call. A stranger's words are no label.
func (c counter) add(ctx context.Context, connection string, o outcome) {
	if o == outcomeUnknown {
		connection = ""
	}
	c.calls.Add(ctx, 1, c.labels[label{connection, o}])
}
