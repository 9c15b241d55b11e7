package resource

import (
	"crypto/sha256"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// without is a request's content but for these fields.
func without(r proto.Message, fields ...protoreflect.Name) proto.Message {
	bare := proto.Clone(r).ProtoReflect()
	for _, f := range fields {
		bare.Clear(bare.Descriptor().Fields().ByName(f))
	}
	return bare.Interface()
}

// digest is over a request's kind and content, all but its id.
func digest(r proto.Message) ([]byte, error) {
	b, err := encode(without(r, "request_id"))
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write([]byte(r.ProtoReflect().Descriptor().FullName()))
	h.Write([]byte{0})
	h.Write(b)
	return h.Sum(nil), nil
}

func encode(m proto.Message) ([]byte, error) {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return b, nil
}
