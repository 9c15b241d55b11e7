package main

import (
	"context"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// as says who calls: request ids and page tokens belong to their caller.
func as(ctx context.Context, caller string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "breakwater-caller", caller)
}

// attempts bounds how often a call is made.
const attempts = 5

// again makes a call again where that helps: UNAVAILABLE may be retried by anybody, RESOURCE_EXHAUSTED says when. A write is
// repeated with the same request id, so it is accepted once, whichever answer was lost.
func again[T any](ctx context.Context, call func(context.Context) (T, error)) (answer T, err error) {
	for range attempts {
		if answer, err = call(ctx); err == nil {
			return answer, nil
		}
		wait, ok := patience(err)
		if !ok {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return answer, err
		case <-time.After(wait):
		}
	}
	return answer, err
}

// patience is how long to wait before the same call may succeed; ok is false where it will not.
func patience(err error) (wait time.Duration, ok bool) {
	s := status.Convert(err)
	for _, d := range s.Details() {
		if retry, is := d.(*errdetails.RetryInfo); is {
			wait = retry.GetRetryDelay().AsDuration()
		}
	}
	return max(wait, 100*time.Millisecond), s.Code() == codes.Unavailable || s.Code() == codes.ResourceExhausted
}

// reason is the stable word for what went wrong.
func reason(err error) string {
	for _, d := range status.Convert(err).Details() {
		if info, is := d.(*errdetails.ErrorInfo); is {
			return info.GetReason()
		}
	}
	return ""
}
