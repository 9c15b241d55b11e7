package translate

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// maxState is how much is mirrored of one thing, in bytes: gRPC gives who reads it at most 4 MiB, and a write on its way may be folded
// over it.
const maxState = 5 << 19

// bounded refuses what no answer of ours could hold.
func bounded(ref mirror.Ref, state mirror.Message) error {
	n := proto.Size(state)
	if n <= maxState {
		return nil
	}
	return &fault.Error{
		Kind: fault.Drift, Reason: halo.ReasonDrift, Field: longest(state), Message: fmt.Sprintf("a %s of %d bytes: more than an answer of ours can hold", ref.Kind, n),
	}
}

// longest is the text that takes most room; empty: no text is set.
func longest(m mirror.Message) (name string) {
	most := 0
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if f.Kind() == protoreflect.StringKind && !f.IsList() && len(v.String()) > most {
			name, most = string(f.Name()), len(v.String())
		}
		return true
	})
	return name
}
