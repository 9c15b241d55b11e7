package rpc

import (
	"regexp"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Domain is the domain of an adapter's errors: "breakwater.halo".
func Domain(adapter string) string { return "breakwater." + adapter }

// ToStatus is what a caller is told of err: a code, and an ErrorInfo of this domain. OK for nil.
func ToStatus(domain string, err error) *status.Status {
	if err == nil {
		return status.New(codes.OK, "")
	}
	return judge(err).status(domain)
}

// verdict is what follows from an error for its caller.
type verdict struct {
	code     codes.Code
	reason   string // of ErrorInfo
	message  string
	field    string // the offending one; may be empty
	resource string // the one it is about; may be empty
	retry    time.Duration
	hidden   bool                   // the caller is not told the cause: it has to be logged
	details  []protoadapt.MessageV1 // that came with it
}

func (v verdict) status(domain string) *status.Status {
	for _, text := range []*string{&v.message, &v.field, &v.resource} {
		*text = strings.ToValidUTF8(*text, "?") // a vendor's words may be anything
	}
	s := status.New(v.code, v.words())
	told, err := s.WithDetails(append(v.extra(domain), v.details...)...)
	if err != nil { // only an OK status, or a detail that cannot be marshalled
		return s
	}
	return told
}

// words is the message: whatever varies in it is in the details too.
func (v verdict) words() string {
	parts := make([]string, 0, 3)
	for _, s := range []string{v.resource, v.field, v.message} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

func (v verdict) extra(domain string) []protoadapt.MessageV1 {
	info := &errdetails.ErrorInfo{Reason: v.stable(), Domain: domain, Metadata: map[string]string{}}
	for key, value := range map[string]string{"field": v.field, "resource": v.resource} {
		if value != "" {
			info.Metadata[key] = value
		}
	}
	details := []protoadapt.MessageV1{info}
	if v.code == codes.InvalidArgument && v.field != "" {
		details = append(details, &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: v.field, Description: v.message, Reason: info.GetReason()},
		}})
	}
	if v.retry > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(v.retry)})
	}
	return details
}

var stable = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,61}[A-Z0-9]$`) //nolint:gochecknoglobals // a constant pattern (AIP-193)

// stable is the reason as AIP-193 wants it; the code's name where nobody gave a fitting one.
func (v verdict) stable() string {
	if stable.MatchString(v.reason) {
		return v.reason
	}
	return codeNames[v.code]
}

var codeNames = map[codes.Code]string{ //nolint:gochecknoglobals // a constant table
	codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT",
	codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.NotFound: "NOT_FOUND", codes.AlreadyExists: "ALREADY_EXISTS",
	codes.PermissionDenied: "PERMISSION_DENIED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	codes.FailedPrecondition: "FAILED_PRECONDITION", codes.Aborted: "ABORTED", codes.OutOfRange: "OUT_OF_RANGE",
	codes.Unimplemented: "UNIMPLEMENTED", codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE",
	codes.DataLoss: "DATA_LOSS", codes.Unauthenticated: "UNAUTHENTICATED",
}
