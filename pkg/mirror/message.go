package mirror

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// Message is a resource of the contract: it has a name, an etag and a MirrorState, in fields named name, uid, etag, mirror.
type Message interface {
	proto.Message
	GetName() string
	GetUid() string
	GetEtag() string
	GetMirror() *typev1.MirrorState
}

// own lists the fields of a Message that are the mirror's and never the vendor's.
var own = []string{"name", "uid", "etag", "mirror"} //nolint:gochecknoglobals // a constant list

func field(m Message, name string) protoreflect.FieldDescriptor {
	return m.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name))
}

func setString(m Message, name, value string) {
	m.ProtoReflect().Set(field(m, name), protoreflect.ValueOfString(value))
}

func setMirror(m Message, s *typev1.MirrorState) {
	m.ProtoReflect().Set(field(m, "mirror"), protoreflect.ValueOfMessage(s.ProtoReflect()))
}

// overlay copies the fields named from src to dst; what src lacks is cleared in dst, so that a null travels.
func overlay(dst, src Message, paths []string) {
	to, from := dst.ProtoReflect(), src.ProtoReflect()
	for _, p := range paths {
		fd := field(dst, p)
		switch {
		case fd == nil || slices.Contains(own, p):
		case from.Has(fd):
			to.Set(fd, from.Get(fd))
		default:
			to.Clear(fd)
		}
	}
}

// patch is overlay for what a caller wrote: of a map it sets the keys that were sent, takes out those that were sent with an
// empty value, and leaves the others.
func patch(dst, src Message, paths []string) {
	for _, p := range paths {
		if fd := field(dst, p); fd != nil && fd.IsMap() {
			patchMap(dst.ProtoReflect(), src.ProtoReflect(), fd)
		} else {
			overlay(dst, src, []string{p})
		}
	}
}

// patchMap makes a new map: the one that dst has may be that of an earlier write.
func patchMap(dst, src protoreflect.Message, fd protoreflect.FieldDescriptor) {
	merged := dst.NewField(fd)
	dst.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		merged.Map().Set(k, v)
		return true
	})
	src.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		if fd.MapValue().Kind() == protoreflect.StringKind && v.String() == "" {
			merged.Map().Clear(k)
		} else {
			merged.Map().Set(k, v)
		}
		return true
	})
	dst.Clear(fd)
	if merged.Map().Len() > 0 {
		dst.Set(fd, merged)
	}
}

// lay is patch, with what the kind says of fields whose elements are written one by one.
func (t *Table) lay(dst, src Message, paths []string) {
	for i, p := range paths {
		if merge := t.merge[p]; merge != nil {
			merge(dst, src)
		} else {
			patch(dst, src, paths[i:i+1])
		}
	}
}

// only is a new message with just the fields named of src.
func only(src Message, paths []string) Message {
	dst := src.ProtoReflect().New().Interface().(Message) //nolint:forcetypeassert // New keeps the type
	overlay(dst, src, paths)
	return dst
}

func clone(m Message) Message { return proto.Clone(m).(Message) } //nolint:forcetypeassert // Clone keeps the type

// every is the names of all vendor fields of m.
func every(m Message) []string {
	fields := m.ProtoReflect().Descriptor().Fields()
	names := make([]string, 0, fields.Len())
	for i := range fields.Len() {
		if n := string(fields.Get(i).Name()); !slices.Contains(own, n) {
			names = append(names, n)
		}
	}
	return names
}

// Plain lists the vendor's fields of m that hold a value of their own: no times and no other messages, which move along with
// whatever else changes.
func Plain(m Message) []string {
	return slices.DeleteFunc(every(m), func(n string) bool { return field(m, n).Kind() == protoreflect.MessageKind })
}

// digest is over the vendor's fields of m without those named as noise, and with the version of the translation.
func digest(m Message, noise []string, translation int) []byte {
	bare := clone(m)
	r := bare.ProtoReflect()
	for _, n := range slices.Concat(own, noise) {
		if fd := field(bare, n); fd != nil {
			r.Clear(fd)
		}
	}
	h := sha256.New()
	_ = binary.Write(h, binary.BigEndian, int64(translation)) // a hash never fails
	h.Write(encode(bare))
	return h.Sum(nil)[:16]
}

// etag is over all that is visible of m but its own etag and its MirrorState.
func etag(m Message) string {
	bare := clone(m)
	r := bare.ProtoReflect()
	r.Clear(field(bare, "etag"))
	r.Clear(field(bare, "mirror"))
	sum := sha256.Sum256(encode(bare))
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// encode marshals deterministically, to compare and to hash; nil for what cannot be marshalled, which is told when it is
// to be stored.
func encode(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil
	}
	return b
}
