package rpc

import (
	"context"
	"errors"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Reasons that decide a code by themselves.
const (
	ReasonStaleEtag  = "ETAG_STALE"
	ReasonReused     = "REQUEST_ID_REUSED"
	ReasonResync     = "RESYNC"
	ReasonSlowReader = "SLOW_READER"
)

var byReason = map[string]codes.Code{ //nolint:gochecknoglobals // a constant table
	ReasonStaleEtag:  codes.Aborted,
	ReasonReused:     codes.AlreadyExists,
	ReasonResync:     codes.OutOfRange,
	ReasonSlowReader: codes.ResourceExhausted,
}

// byKind is what a fault means to a caller. What is not listed is our own trouble, a vendor that refuses our
// credentials above all: to the caller it is INTERNAL.
var byKind = map[fault.Kind]codes.Code{ //nolint:gochecknoglobals // a constant table
	fault.Invalid:      codes.InvalidArgument,
	fault.NotFound:     codes.NotFound,
	fault.Conflict:     codes.Aborted,
	fault.Throttled:    codes.Unavailable,
	fault.Unavailable:  codes.Unavailable,
	fault.Exhausted:    codes.ResourceExhausted,
	fault.Precondition: codes.FailedPrecondition,
}

// soon is when to try again where waiting helps and nobody knows how long.
const soon = time.Second

func judge(err error) verdict {
	var f *fault.Error
	var made interface{ GRPCStatus() *status.Status }
	switch {
	case errors.As(err, &f) && f.Kind != fault.Unknown:
		return about(err, ofFault(f))
	case errors.As(err, &made):
		return ofStatus(made.GRPCStatus())
	case errors.Is(err, context.Canceled):
		return verdict{code: codes.Canceled, message: "the call was cancelled"}
	case storeIsDown(err):
		return verdict{code: codes.Unavailable, reason: "STORE_UNAVAILABLE", message: "the store does not answer", retry: soon, hidden: true}
	case errors.Is(err, context.DeadlineExceeded):
		return verdict{code: codes.DeadlineExceeded, message: "the call took longer than its deadline"}
	}
	return internal()
}

func internal() verdict {
	return verdict{code: codes.Internal, message: "something went wrong on our side; it has been logged", hidden: true}
}

func ofFault(f *fault.Error) verdict {
	code, known := byReason[f.Reason]
	if !known {
		code, known = byKind[f.Kind]
	}
	if !known {
		return internal()
	}
	v := verdict{code: code, reason: f.Reason, message: f.Message, field: f.Field, retry: f.RetryAfter}
	if v.message == "" {
		v.message = f.Kind.String()
	}
	if code == codes.ResourceExhausted && v.retry <= 0 {
		v.retry = soon
	}
	return v
}

// ofStatus is a status that somebody made already; it gets an ErrorInfo if it has none.
func ofStatus(s *status.Status) verdict {
	v := verdict{code: s.Code(), message: s.Message()}
	for _, d := range s.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			v.reason = info.GetReason()
			continue
		}
		if m, ok := d.(protoadapt.MessageV1); ok {
			v.details = append(v.details, m)
		}
	}
	return v
}

// About is err, and says which resource it is about: the caller is told its name. Nil for nil.
func About(resource string, err error) error {
	if err == nil {
		return nil
	}
	return &subject{resource: resource, err: err}
}

type subject struct {
	resource string
	err      error
}

func (s *subject) Error() string { return s.resource + ": " + s.err.Error() }

func (s *subject) Unwrap() error { return s.err }

func about(err error, v verdict) verdict {
	var s *subject
	if errors.As(err, &s) && !v.hidden {
		v.resource = s.resource
	}
	return v
}
