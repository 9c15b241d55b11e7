package api

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// setting is a field of a ticket that callers may set; all of them are texts.
type setting struct {
	path     string
	check    func(field, value string) error
	born     bool // on create only
	required bool // on create
}

// settings are all of them, in the order of the contract.
var settings = []setting{ //nolint:gochecknoglobals // a constant table
	{path: "summary", check: text(1, 1000), required: true},
	{path: "details", check: text(0, 100_000)},
	{path: "status", check: number},
	{path: "type", check: number, born: true},
	{path: "priority", check: numberOrNone},
	{path: "client", check: numberOrNone},
	{path: "site", check: numberOrNone},
	{path: "user", check: numberOrNone},
	{path: "agent", check: numberOrNone},
	{path: "team", check: text(0, 255)},
}

func text(least, most int) func(field, value string) error {
	return func(field, value string) error { return rpc.Text(field, value, least, most) }
}

// number checks an id of the vendor's: a decimal number as it writes them itself, so that a pending value and the
// confirmed one are the same.
func number(field, s string) error {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return fault.Field(field, "must be a decimal number without leading zeros")
	}
	return nil
}

func numberOrNone(field, s string) error {
	if s == "" {
		return nil
	}
	return number(field, s)
}

// create is the patch of a new ticket and its paths: every populated field that callers may set.
func create(t *psav1.Ticket) (*psav1.Ticket, []string, error) {
	switch {
	case t == nil:
		return nil, nil, fault.Field("ticket", "is required")
	case t.GetName() != "":
		return nil, nil, fault.Field("ticket.name", "must be empty: the name is given by the service")
	case len(t.GetCustomFields()) > 0:
		return nil, nil, unserved("ticket.custom_fields")
	}
	return patch(t, chosen(func(s setting) bool { return s.required || value(t, s.path) != "" }))
}

// unserved is a field of the contract that cannot be set here yet: what a caller asks for is never dropped in silence.
func unserved(field string) error {
	return fault.Field(field, "cannot be set through this adapter yet")
}

// update is the patch of a change and its paths, which mask chooses.
func update(t *psav1.Ticket, mask *fieldmaskpb.FieldMask) (*psav1.Ticket, []string, error) {
	switch paths := mask.GetPaths(); {
	case len(t.GetCustomFields()) > 0 || slices.Contains(paths, "custom_fields"):
		return nil, nil, unserved("ticket.custom_fields")
	case len(paths) == 0:
		populated := chosen(func(s setting) bool { return !s.born && value(t, s.path) != "" })
		if len(populated) == 0 {
			return nil, nil, fault.Field("update_mask", "is required where the ticket holds nothing to set")
		}
		return patch(t, populated)
	case len(paths) == 1 && paths[0] == "*":
		return patch(t, chosen(func(s setting) bool { return !s.born }))
	default:
		for i, p := range paths {
			if err := settable(i, p); err != nil {
				return nil, nil, err
			}
		}
		return patch(t, chosen(func(s setting) bool { return slices.Contains(paths, s.path) }))
	}
}

func chosen(want func(setting) bool) []setting {
	var some []setting
	for _, s := range settings {
		if want(s) {
			some = append(some, s)
		}
	}
	return some
}

// settable checks one path of a mask.
func settable(i int, path string) error {
	for _, s := range settings {
		if s.path == path && !s.born {
			return nil
		}
		if s.path == path {
			return fault.Field("update_mask", fmt.Sprintf("paths[%d], %s, may be set on create only", i, path))
		}
	}
	if (&psav1.Ticket{}).ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(path)) != nil {
		return fault.Field("update_mask", fmt.Sprintf("paths[%d], %s, is output only", i, path))
	}
	return fault.Field("update_mask", fmt.Sprintf("paths[%d] is no field of a ticket", i))
}

// patch is a ticket with just these fields of t, checked, and their paths.
func patch(t *psav1.Ticket, some []setting) (*psav1.Ticket, []string, error) {
	p := &psav1.Ticket{}
	paths := make([]string, 0, len(some))
	for _, s := range some {
		v := value(t, s.path)
		if err := s.check("ticket."+s.path, v); err != nil {
			return nil, nil, err
		}
		p.ProtoReflect().Set(descriptor(p, s.path), protoreflect.ValueOfString(v))
		paths = append(paths, s.path)
	}
	return p, paths, nil
}

func value(t *psav1.Ticket, path string) string {
	return t.ProtoReflect().Get(descriptor(t, path)).String()
}

func descriptor(t *psav1.Ticket, path string) protoreflect.FieldDescriptor {
	return t.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(path))
}

// requestID checks the id of a request; the zero value where none was given and none is required.
func requestID(s string, required bool) (uuid.UUID, error) {
	switch {
	case s == "" && !required:
		return uuid.UUID{}, nil
	case s == "":
		return uuid.UUID{}, fault.Field("request_id", "is required")
	}
	return name.UUID("request_id", s)
}

// maxEtag bounds an etag, in characters.
const maxEtag = 100

func etag(field, s string) (string, error) { return s, rpc.Text(field, s, 0, maxEtag) }
