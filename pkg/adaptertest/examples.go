package adaptertest

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// example is a request that a method accepts.
type example struct {
	method  protoreflect.MethodDescriptor
	on      string // the kind of the entity that it names; empty: none of the mirror's
	write   bool
	ours    bool // of a service that every adapter has
	request func(target string) proto.Message
}

// examples are one for each method that the adapter serves. A method without one fails the test, unless the adapter says that
// it does not have it either.
func (h *house) examples(c Connection) []example {
	c.Helper()
	methods, err := served(context.Background(), c.Via.Conn)
	must(c, err)
	own := map[string]example{}
	for _, op := range h.Operations {
		own[op.Method] = example{on: op.On, write: true, request: func(target string) proto.Message { return op.Request(target, "an example") }}
	}
	for _, r := range h.Reads {
		own[r.Method] = example{on: r.On, request: r.Request}
	}
	var all []example
	for _, m := range methods {
		x, ok := own[fullName(m)]
		if m.ParentFile().Package() == adapterv1.File_breakwater_adapter_v1_adapter_proto.Package() {
			x, ok = example{ours: true, write: !reads(m), request: c.operators(m, methods, h.Kinds[0].Name)}, true
		}
		x.method = m
		switch {
		case c.unimplemented(m):
		case !ok:
			c.Errorf("%s has no example: nobody asks it for another connection's things", fullName(m))
		default:
			all = append(all, x)
		}
	}
	return all
}

// unimplemented reports a method that the adapter serves by name only.
func (c Connection) unimplemented(m protoreflect.MethodDescriptor) bool {
	c.Helper()
	nothing, err := empty(m.Input())
	must(c, err)
	_, err = invoke(context.Background(), c.Via.Conn, m, nothing)
	return status.Code(err) == codes.Unimplemented
}

// reads reports a method that by its name changes nothing.
func reads(m protoreflect.MethodDescriptor) bool {
	return slices.ContainsFunc([]string{"Get", "BatchGet", "List", "Watch"}, func(verb string) bool {
		return strings.HasPrefix(string(m.Name()), verb)
	})
}

// operators is an example of a method that every adapter has: it names a resource of the method's noun, if there is one,
// and the kind, and says why. What does something to many does it dryly, and only to what nobody has.
func (c Connection) operators(m protoreflect.MethodDescriptor, all []protoreflect.MethodDescriptor, kind string) func(string) proto.Message {
	return func(string) proto.Message {
		request, err := empty(m.Input())
		must(c, err)
		set(request, parentField, c.Parent())
		if m.Input().Fields().ByName(nameField) != nil {
			set(request, nameField, c.resource(m, all))
		}
		set(request, "reason", "an example")
		set(request, "kind", kind)
		set(request, "count", int64(1))
		if set(request, "dry_run", true) {
			filter := request.ProtoReflect().Mutable(m.Input().Fields().ByName("filter")).Message().Interface()
			set(filter, "entity_uid", uuid.NewString())
		}
		return request
	}
}

// resource is the name of a resource of the noun in a method's name: the first that is listed, else one that nobody knows.
func (c Connection) resource(m protoreflect.MethodDescriptor, all []protoreflect.MethodDescriptor) string {
	noun := strings.TrimLeftFunc(string(m.Name())[1:], unicode.IsLower) // "Get", "Watch", "Replay"
	if slices.Contains([]string{"Connection", "Gate", "Absences"}, noun) {
		return c.Parent()
	}
	for _, list := range all {
		if string(list.Name()) != "List"+plural(noun) || list.Input().Fields().ByName(parentField) == nil {
			continue
		}
		request, err := empty(list.Input())
		must(c, err)
		set(request, parentField, c.Parent())
		page, err := invoke(context.Background(), c.Via.Conn, list, request)
		must(c, err)
		if found := rows(page); len(found) > 0 {
			return text(found[0], nameField)
		}
	}
	return c.Parent() + "/" + strings.ToLower(noun[:1]) + plural(noun)[1:] + "/" + uuid.NewString()
}

func plural(noun string) string {
	if strings.HasSuffix(noun, "ch") {
		return noun + "es"
	}
	return noun + "s"
}
