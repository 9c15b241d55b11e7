package adaptertest

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// What every resource and every page has, by name.
const (
	nameField   = "name"
	etagField   = "etag"
	parentField = "parent"
	mirrorField = "mirror"
	sizeField   = "page_size"
	tokenField  = "page_token"
	nextField   = "next_page_token"
	resumeField = "resume_token"
	idField     = "request_id"
	maskField   = "update_mask"
)

// bare is a resource without what is ours.
func bare(m proto.Message) proto.Message {
	m = proto.Clone(m)
	for _, field := range []protoreflect.Name{nameField, "uid", etagField, mirrorField} {
		if fd := m.ProtoReflect().Descriptor().Fields().ByName(field); fd != nil {
			m.ProtoReflect().Clear(fd)
		}
	}
	return m
}

// text is the value of a text field; empty where there is none.
func text(m proto.Message, field protoreflect.Name) string {
	fd := m.ProtoReflect().Descriptor().Fields().ByName(field)
	if fd == nil || fd.Kind() != protoreflect.StringKind || fd.IsList() {
		return ""
	}
	return m.ProtoReflect().Get(fd).String()
}

// set sets a field if there is one.
func set(m proto.Message, field protoreflect.Name, value any) bool {
	fd := m.ProtoReflect().Descriptor().Fields().ByName(field)
	if fd == nil {
		return false
	}
	m.ProtoReflect().Set(fd, protoreflect.ValueOf(value))
	return true
}

// standing is how a resource stands towards the vendor.
func standing(m proto.Message) *typev1.MirrorState {
	fd := m.ProtoReflect().Descriptor().Fields().ByName(mirrorField)
	if fd == nil {
		return nil
	}
	s, _ := m.ProtoReflect().Get(fd).Message().Interface().(*typev1.MirrorState)
	return s
}

// rows are the resources of a page.
func rows(page proto.Message) []proto.Message {
	var all []proto.Message
	fields := page.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if !fd.IsList() || fd.Kind() != protoreflect.MessageKind {
			continue
		}
		list := page.ProtoReflect().Get(fd).List()
		for n := range list.Len() {
			all = append(all, list.Get(n).Message().Interface())
		}
	}
	return all
}

func protoName(field string) protoreflect.Name { return protoreflect.Name(field) }
