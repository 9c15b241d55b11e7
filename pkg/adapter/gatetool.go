package adapter

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// gateCommand opens and closes gates.
type gateCommand struct {
	Open  gateOpenCommand  `cmd:"" help:"Let no call pass, in any replica, until the gate is closed by hand or a time is over."`
	Close gateCloseCommand `cmd:"" help:"Let calls pass again, whatever stopped them."`
}

// byHand is what both need.
type byHand struct {
	remote
	Connection string `arg:"" help:"The connection."`
	Key        string `help:"One of its budget keys; empty: the connection's own, which shuts all of them."`
	Reason     string `help:"Why, for others to read." required:""`
	As         string `help:"Who does it, for the record." env:"USER" required:""`
}

type gateOpenCommand struct {
	byHand
	For time.Duration `help:"After this time a probe may close it; 0: only a person does."`
}

// Run opens the gate.
func (c gateOpenCommand) Run(ctx context.Context, w world) error {
	r := &adapterv1.OpenGateRequest{Name: "connections/" + c.Connection, BudgetKey: c.Key, Reason: c.Reason}
	if c.For > 0 {
		r.UntilTime = timestamppb.New(time.Now().Add(c.For))
	}
	return c.ask(ctx, w, func(ctx context.Context, s adapterv1.AdapterServiceClient) (*adapterv1.Gate, error) {
		return s.OpenGate(ctx, r)
	})
}

type gateCloseCommand struct {
	byHand
}

// Run closes the gate.
func (c gateCloseCommand) Run(ctx context.Context, w world) error {
	r := &adapterv1.CloseGateRequest{Name: "connections/" + c.Connection, BudgetKey: c.Key, Reason: c.Reason}
	return c.ask(ctx, w, func(ctx context.Context, s adapterv1.AdapterServiceClient) (*adapterv1.Gate, error) {
		return s.CloseGate(ctx, r)
	})
}

func (c byHand) ask(ctx context.Context, w world, f func(context.Context, adapterv1.AdapterServiceClient) (*adapterv1.Gate, error)) error {
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(ctx, rpc.CallerKey, c.As), askFor)
	defer cancel()
	g, err := f(ctx, adapterv1.NewAdapterServiceClient(conn))
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.Address, err)
	}
	_, err = fmt.Fprintf(w.out, "%s: %s, by %s\n", c.Connection, word(g.GetState().String()), g.GetChangedBy())
	return err
}
