package rpc

import (
	"time"

	"google.golang.org/grpc"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Send sends m to a stream's reader, who has patience to take it in. fault.Exhausted with reason SLOW_READER: it did
// not; the handler must return, which alone ends the send that is still under way.
func Send[M any](stream grpc.ServerStreamingServer[M], m *M, patience time.Duration) error {
	sent := make(chan error, 1)
	go func() { sent <- stream.Send(m) }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case err := <-sent:
		return err
	case <-timer.C:
		return &fault.Error{
			Kind: fault.Exhausted, Reason: ReasonSlowReader, RetryAfter: soon,
			Message: "the stream was not read fast enough: go on from the last token",
		}
	}
}
