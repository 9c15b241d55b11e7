package adaptertest

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// leaf is one text in a request, wherever it stands.
type leaf struct {
	path  string // as a field violation has it: "ticket.name", "names[0]"
	value string
	set   func(string)
}

// leaves are the texts of a request that are not empty.
func leaves(m protoreflect.Message, prefix string) (all []leaf) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		path := prefix + string(fd.Name())
		switch {
		case fd.IsMap():
		case fd.IsList():
			all = append(all, elements(fd, v.List(), path)...)
		case fd.Kind() == protoreflect.StringKind:
			all = append(all, leaf{path, v.String(), func(s string) { m.Set(fd, protoreflect.ValueOfString(s)) }})
		case fd.Kind() == protoreflect.MessageKind:
			all = append(all, leaves(v.Message(), path+".")...)
		}
		return true
	})
	return all
}

func elements(fd protoreflect.FieldDescriptor, list protoreflect.List, path string) (all []leaf) {
	for i := range list.Len() {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch fd.Kind() {
		case protoreflect.StringKind:
			all = append(all, leaf{at, list.Get(i).String(), func(s string) { list.Set(i, protoreflect.ValueOfString(s)) }})
		case protoreflect.MessageKind:
			all = append(all, leaves(list.Get(i).Message(), at+".")...)
		default:
		}
	}
	return all
}

// named reports a resource name.
func (l leaf) named() bool { return strings.HasPrefix(l.value, "connections/") }
