package rpc

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/proto" // registers the codec that is wrapped here
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// codec tells what cannot be decoded apart from our own trouble: gRPC answers INTERNAL to a malformed request, and without
// details to one that is too large.
type codec struct {
	encoding.CodecV2
	most int // bytes of a request
}

func newCodec(most int) codec { return codec{encoding.GetCodecV2("proto"), most} }

// envelope is what a request is decoded into; the codec leaves in it what went wrong.
type envelope struct {
	into any
	err  error
}

// Unmarshal decodes into v; into an envelope it never fails.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	e, ok := v.(*envelope)
	if !ok {
		return c.CodecV2.Unmarshal(data, v)
	}
	if data.Len() > c.most {
		e.err = &fault.Error{
			Kind: fault.Invalid, Reason: "REQUEST_TOO_LARGE", Message: fmt.Sprintf("the request has %d bytes, and may have %d", data.Len(), c.most),
		}
		return nil
	}
	if err := c.CodecV2.Unmarshal(data, e.into); err != nil {
		e.err = malformed(e.into, data.Materialize())
	}
	return nil
}

func malformed(into any, raw []byte) error {
	if m, ok := into.(proto.Message); ok {
		if field := notUTF8(m.ProtoReflect().Descriptor(), raw, maxDepth); field != "" {
			return fault.Field(field, "must be valid UTF-8")
		}
	}
	return &fault.Error{Kind: fault.Invalid, Reason: "MALFORMED_REQUEST", Message: "the request cannot be decoded"}
}

// maxDepth bounds how deep messages are looked into.
const maxDepth = 32

// notUTF8 is the path of the first text in raw that is not UTF-8; empty: none was found.
func notUTF8(d protoreflect.MessageDescriptor, raw []byte, depth int) string {
	seen := map[protowire.Number]int{}
	for len(raw) > 0 && depth > 0 {
		num, typ, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return ""
		}
		size := protowire.ConsumeFieldValue(num, typ, raw[n:])
		if size < 0 {
			return ""
		}
		if fd := d.Fields().ByNumber(num); fd != nil && typ == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(raw[n:])
			if path := notUTF8Field(fd, seen[num], value, depth); path != "" {
				return path
			}
			seen[num]++
		}
		raw = raw[n+size:]
	}
	return ""
}

// notUTF8Field looks into the value of a field, of a repeated one into that with the index.
func notUTF8Field(fd protoreflect.FieldDescriptor, index int, value []byte, depth int) string {
	name := string(fd.Name())
	if fd.IsList() {
		name = fmt.Sprintf("%s[%d]", name, index)
	}
	switch fd.Kind() { //nolint:exhaustive // numbers hold no text
	case protoreflect.StringKind:
		if !utf8.Valid(value) {
			return name
		}
	case protoreflect.MessageKind:
		if path := notUTF8(fd.Message(), value, depth-1); path != "" {
			return name + "." + path
		}
	}
	return ""
}

// decoding is h with requests decoded into envelopes, so that the fault of one that is malformed is the caller's.
func (s *Server) decoding(method string, h grpc.MethodHandler) grpc.MethodHandler {
	return func(srv any, ctx context.Context, decode func(any) error, i grpc.UnaryServerInterceptor) (any, error) { //nolint:revive // gRPC's order
		began := time.Now()
		var bad error
		reply, err := h(srv, ctx, func(m any) error {
			e := &envelope{into: m}
			if err := decode(e); err != nil {
				return err
			}
			bad = e.err
			return e.err
		}, i)
		if bad != nil { // before any interceptor
			err := s.told(ctx, bad)
			s.took.record(ctx, method, began, err)
			return nil, err
		}
		return reply, err
	}
}
