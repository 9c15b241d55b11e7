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

// believeCommand says that what a sweep misses is gone indeed.
type believeCommand struct {
	remote
	Connection string        `arg:"" help:"The connection."`
	Kind       string        `arg:"" help:"The kind, as status names it."`
	Count      int64         `help:"How many may be gone, at most; status says how many are missing." required:""`
	For        time.Duration `help:"For how long this holds." default:"24h"`
	Reason     string        `help:"Why, for others to read." required:""`
	As         string        `help:"Who says so, for the record." env:"USER" required:""`
}

// Run says so.
func (c believeCommand) Run(ctx context.Context, w world) error {
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(ctx, rpc.CallerKey, c.As), askFor)
	defer cancel()
	f, err := adapterv1.NewAdapterServiceClient(conn).BelieveAbsences(ctx, &adapterv1.BelieveAbsencesRequest{
		Name: "connections/" + c.Connection, Kind: c.Kind, Count: c.Count, Reason: c.Reason, UntilTime: timestamppb.New(time.Now().Add(c.For)),
	})
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.Address, err)
	}
	_, err = fmt.Fprintf(w.out, "%s %s: up to %d absences are believed for %v; %d were missing. The next whole listing decides.\n",
		c.Connection, c.Kind, f.GetBelievedAbsences(), c.For, f.GetWithheldAbsences())
	return err
}
