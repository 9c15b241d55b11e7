package rpc

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// unary bounds a call in number and time, turns what comes of it into a status, and measures it.
func (s *Server) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, h grpc.UnaryHandler) (reply any, err error) {
	began := time.Now()
	reply, err = s.answer(s.traced(ctx), req, info, h)
	s.took.record(ctx, info.FullMethod, began, err)
	return reply, err
}

func (s *Server) answer(ctx context.Context, req any, info *grpc.UnaryServerInfo, h grpc.UnaryHandler) (any, error) {
	if err := enter(s.calls, info.FullMethod); err != nil {
		return nil, s.told(ctx, err)
	}
	defer leave(s.calls, info.FullMethod)
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.cfg.Deadline)
		defer cancel()
	}
	var reply any
	err := recovering(func() (err error) { reply, err = h(ctx, req); return err })
	if err != nil {
		s.note(ctx, info.FullMethod, err)
		return nil, s.told(ctx, err)
	}
	return reply, nil
}

// stream bounds streams in number, ends them when the server does, turns what comes of them into a status, and measures them.
func (s *Server) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, h grpc.StreamHandler) error {
	began := time.Now()
	err := s.follow(srv, ss, info, h)
	s.took.record(ss.Context(), info.FullMethod, began, err)
	return err
}

func (s *Server) follow(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, h grpc.StreamHandler) error {
	if err := enter(s.streams, info.FullMethod); err != nil {
		return s.told(ss.Context(), err)
	}
	defer leave(s.streams, info.FullMethod)
	ctx, end := context.WithCancelCause(s.traced(ss.Context()))
	defer end(nil)
	go func() {
		select {
		case <-s.draining:
			end(errDraining)
		case <-ctx.Done():
		}
	}()
	err := recovering(func() error { return h(srv, &stream{ServerStream: ss, ctx: ctx}) })
	if err != nil {
		s.note(ctx, info.FullMethod, err)
		return s.told(ctx, err)
	}
	return nil
}

// stream is a stream whose context ends with the server, and whose requests are decoded into envelopes.
type stream struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // a stream carries its context
}

func (s *stream) Context() context.Context { return s.ctx }

func (s *stream) RecvMsg(m any) error {
	e := &envelope{into: m}
	if err := s.ServerStream.RecvMsg(e); err != nil {
		return err
	}
	return e.err
}

var errDraining = &fault.Error{ //nolint:gochecknoglobals // a sentinel
	Kind: fault.Unavailable, Reason: "DRAINING", RetryAfter: soon, Message: "this replica is going away: go on from the last token",
}

// told is err as the caller gets it. Where the server ended the call, that is why.
func (s *Server) told(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); errors.Is(cause, errDraining) && errors.Is(err, context.Canceled) {
		err = cause
	}
	return ToStatus(Domain(s.cfg.Adapter), err).Err()
}

// note logs what the caller is not told.
func (s *Server) note(ctx context.Context, method string, err error) {
	if judge(err).hidden {
		s.log.ErrorContext(ctx, "call failed", "method", method, "caller", Caller(ctx), "error", err)
	}
}

func recovering(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// enter takes a slot. What serves the server itself, health above all, is always let in.
func enter(slots chan struct{}, method string) error {
	if strings.HasPrefix(method, "/grpc.") {
		return nil
	}
	select {
	case slots <- struct{}{}:
		return nil
	default:
		return &fault.Error{
			Kind: fault.Exhausted, Reason: "TOO_MANY_CALLS", RetryAfter: soon,
			Message: "this replica serves as many calls at once as it may",
		}
	}
}

func leave(slots chan struct{}, method string) {
	if !strings.HasPrefix(method, "/grpc.") {
		<-slots
	}
}
