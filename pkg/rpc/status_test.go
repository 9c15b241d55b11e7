package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// details are what a status carries, by kind.
type details struct {
	info  *errdetails.ErrorInfo
	bad   *errdetails.BadRequest
	retry *errdetails.RetryInfo
}

func read(s *status.Status) details {
	var d details
	for _, x := range s.Details() {
		switch x := x.(type) {
		case *errdetails.ErrorInfo:
			d.info = x
		case *errdetails.BadRequest:
			d.bad = x
		case *errdetails.RetryInfo:
			d.retry = x
		}
	}
	return d
}

func TestToStatus(t *testing.T) {
	for row, c := range map[string]struct {
		err    error
		code   codes.Code
		reason string
		retry  time.Duration
	}{
		"a field is malformed":              {fault.Field("page_size", "must not be negative"), codes.InvalidArgument, "INVALID_FIELD", 0},
		"there is no such thing":            {&fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND"}, codes.NotFound, "NOT_FOUND", 0},
		"the etag is stale":                 {&fault.Error{Kind: fault.Conflict, Reason: "ETAG_STALE", Field: "etag"}, codes.Aborted, "ETAG_STALE", 0},
		"a request id is used again":        {&fault.Error{Kind: fault.Conflict, Reason: "REQUEST_ID_REUSED"}, codes.AlreadyExists, "REQUEST_ID_REUSED", 0},
		"another conflict":                  {&fault.Error{Kind: fault.Conflict, Reason: "SOMETHING"}, codes.Aborted, "SOMETHING", 0},
		"a bound of ours is reached":        {&fault.Error{Kind: fault.Exhausted, Reason: "TOO_MANY_PENDING"}, codes.ResourceExhausted, "TOO_MANY_PENDING", time.Second},
		"a token is too old":                {&fault.Error{Kind: fault.Invalid, Reason: "RESYNC"}, codes.OutOfRange, "RESYNC", 0},
		"a reader is too slow":              {&fault.Error{Kind: fault.Exhausted, Reason: "SLOW_READER"}, codes.ResourceExhausted, "SLOW_READER", time.Second},
		"a gate is closed":                  {&fault.Error{Kind: fault.Unavailable, Reason: "GATE", RetryAfter: time.Minute}, codes.Unavailable, "GATE", time.Minute},
		"nobody knows for how long":         {&fault.Error{Kind: fault.Unavailable, Reason: "GATE"}, codes.Unavailable, "GATE", 0},
		"a vendor asks to wait":             {&fault.Error{Kind: fault.Throttled, Reason: "THROTTLED", RetryAfter: time.Second}, codes.Unavailable, "THROTTLED", time.Second},
		"a vendor refuses our secret":       {&fault.Error{Kind: fault.Unauthorized, Reason: "BAD_SECRET", Message: "s3cr3t"}, codes.Internal, "INTERNAL", 0},
		"a vendor's answer has no shape":    {&fault.Error{Kind: fault.Drift, Reason: "SCHEMA_DRIFT"}, codes.Internal, "INTERNAL", 0},
		"nobody classified it":              {errors.New("s3cr3t"), codes.Internal, "INTERNAL", 0},
		"a fault without a kind":            {&fault.Error{Message: "s3cr3t"}, codes.Internal, "INTERNAL", 0},
		"a reason that is none":             {&fault.Error{Kind: fault.NotFound, Reason: "not found!"}, codes.NotFound, "NOT_FOUND", 0},
		"the deadline has passed":           {fmt.Errorf("read: %w", context.DeadlineExceeded), codes.DeadlineExceeded, "DEADLINE_EXCEEDED", 0},
		"the caller went away":              {fmt.Errorf("read: %w", context.Canceled), codes.Canceled, "CANCELLED", 0},
		"Postgres cannot be reached":        {fmt.Errorf("s3cr3t: %w", &net.OpError{Op: "dial", Err: errors.New("refused")}), codes.Unavailable, "STORE_UNAVAILABLE", time.Second},
		"Postgres is shutting down":         {&pgconn.PgError{Code: "57P01", Message: "s3cr3t"}, codes.Unavailable, "STORE_UNAVAILABLE", time.Second},
		"Postgres went in the middle of it": {fmt.Errorf("read ticket: %w", pgconn.ErrConnClosed), codes.Unavailable, "STORE_UNAVAILABLE", time.Second},
		"a row is locked for too long":      {&pgconn.PgError{Code: "55P03"}, codes.Unavailable, "STORE_UNAVAILABLE", time.Second},
		"a statement is wrong":              {&pgconn.PgError{Code: "42601", Message: "s3cr3t"}, codes.Internal, "INTERNAL", 0},
		"a status as it is":                 {status.Error(codes.Unimplemented, "not here"), codes.Unimplemented, "UNIMPLEMENTED", 0},
	} {
		t.Run(row, func(t *testing.T) {
			s := rpc.ToStatus(rpc.Domain("halo"), fmt.Errorf("wrapped: %w", c.err))
			d := read(s)
			if s.Code() != c.code || d.info.GetReason() != c.reason || d.retry.GetRetryDelay().AsDuration() != c.retry {
				t.Errorf("got %s, %v", s, d)
			}
			if d.info.GetDomain() != "breakwater.halo" {
				t.Errorf("domain %q", d.info.GetDomain())
			}
			if strings.Contains(s.String(), "s3cr3t") {
				t.Errorf("the caller learns of our inside: %s", s)
			}
		})
	}
}

func TestAnInvalidFieldIsNamed(t *testing.T) {
	s := rpc.ToStatus("breakwater.halo", fmt.Errorf("parse: %w", fault.Field("ticket.summary", "must not be empty")))
	d := read(s)
	if s.Message() != "ticket.summary: must not be empty" {
		t.Errorf("message %q", s.Message())
	}
	v := d.bad.GetFieldViolations()
	if len(v) != 1 || v[0].GetField() != "ticket.summary" || v[0].GetDescription() != "must not be empty" {
		t.Errorf("violations %v", v)
	}
	if d.info.GetMetadata()["field"] != "ticket.summary" {
		t.Errorf("metadata %v", d.info.GetMetadata())
	}
}

func TestAResourceIsNamed(t *testing.T) {
	err := rpc.About("connections/acme/tickets/7", &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such ticket"})
	s := rpc.ToStatus("breakwater.halo", fmt.Errorf("read: %w", err))
	if s.Message() != "connections/acme/tickets/7: no such ticket" || read(s).info.GetMetadata()["resource"] != "connections/acme/tickets/7" {
		t.Errorf("got %v", s)
	}
	if rpc.About("x", nil) != nil {
		t.Error("nothing is about something")
	}
}

func FuzzToStatus(f *testing.F) {
	f.Add(uint8(1), "NOT_FOUND", "name", "no such ticket")
	reason := regexp.MustCompile(`^[A-Z][A-Z0-9_]+[A-Z0-9]$`)
	f.Fuzz(func(t *testing.T, kind uint8, why, field, message string) {
		s := rpc.ToStatus("breakwater.halo", &fault.Error{Kind: fault.Kind(kind), Reason: why, Field: field, Message: message})
		switch got := read(s).info.GetReason(); {
		case s.Code() == codes.OK || s.Code() == codes.Unauthenticated:
			t.Errorf("kind %d is %s", kind, s.Code())
		case !reason.MatchString(got) || len(got) > 63:
			t.Errorf("reason %q", got)
		}
	})
}
