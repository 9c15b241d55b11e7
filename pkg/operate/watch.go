package operate

import (
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

const (
	pollEvery = 200 * time.Millisecond
	// patience is what a reader has to take in one state.
	patience = 10 * time.Second
)

// WatchJob streams a job each time it changes, and ends when it is done or dead.
func (s *jobService) WatchJob(r *adapterv1.WatchJobRequest, stream grpc.ServerStreamingServer[adapterv1.WatchJobResponse]) error {
	ctx := stream.Context()
	connection, id, err := s.job(r.GetName())
	if err != nil {
		return err
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var was *adapterv1.Job
	for {
		is, err := s.read(ctx, connection, id)
		if err != nil {
			return err
		}
		if !proto.Equal(is, was) {
			told := proto.CloneOf(is)
			if err := s.complete(ctx, connection, id, told); err != nil {
				return err
			}
			if err := rpc.Send(stream, &adapterv1.WatchJobResponse{Job: told}, patience); err != nil {
				return err
			}
			was = is
		}
		if state := is.GetState(); state == adapterv1.Job_STATE_DONE || state == adapterv1.Job_STATE_DEAD {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
