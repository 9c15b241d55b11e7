package resource

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
)

// Field is a field of M that callers may set.
type Field[M mirror.Message] struct {
	Path string // its name in the contract
	// Check says what is wrong with the field of m; its error is a fault.Field about field. Nil: any value will do.
	Check func(field string, m M) error
	// Refers is the resource that it refers to, where callers may name one whose create is pending, by "~" and our uid: then
	// the write waits for that one, and Check is not asked. The zero value: it refers to none.
	Refers   Refers[M]
	Born     bool // on create only
	Required bool // on create
	Unserved bool // the contract has it, and this adapter cannot set it: what a caller asks for is never dropped in silence
}

// Refers is how a field refers to a resource of a kind.
type Refers[M mirror.Message] struct {
	Kind string
	ID   func(m M) string
}

// Checked is a check of what get takes out of a message.
func Checked[M mirror.Message, V any](get func(M) V, check func(field string, v V) error) func(field string, m M) error {
	return func(field string, m M) error { return check(field, get(m)) }
}

// created makes p the create of m: every populated field that callers may set.
func (s *Server[M]) created(p *mirror.Proposal, m M) error {
	switch {
	case !found(m):
		return fault.Field(s.kind.Name, "is required")
	case m.GetName() != "":
		return fault.Field(s.kind.Name+".name", "must be empty: the name is given by the service")
	}
	return s.patch(p, m, func(f Field[M]) bool { return f.Required || populated(m, f.Path) })
}

// updated makes p a change to what mask chooses of m.
func (s *Server[M]) updated(p *mirror.Proposal, m M, mask *fieldmaskpb.FieldMask) error {
	switch paths := mask.GetPaths(); {
	case len(paths) == 0:
		err := s.patch(p, m, func(f Field[M]) bool { return !f.Born && populated(m, f.Path) })
		if err == nil && len(p.Paths) == 0 {
			err = fault.Field("update_mask", "is required where the "+s.kind.Name+" holds nothing to set")
		}
		return err
	case len(paths) == 1 && paths[0] == "*":
		return s.patch(p, m, func(f Field[M]) bool { return !f.Born && (!f.Unserved || populated(m, f.Path)) })
	default:
		for i, path := range paths {
			if err := s.settable(fmt.Sprintf("paths[%d], %.100s,", i, path), path); err != nil {
				return err
			}
		}
		return s.patch(p, m, func(f Field[M]) bool { return slices.Contains(paths, f.Path) })
	}
}

// settable checks one path of a mask, which is to be called so.
func (s *Server[M]) settable(called, path string) error {
	for _, f := range s.kind.Fields {
		if f.Path == path && !f.Born {
			return nil
		}
		if f.Path == path {
			return fault.Field("update_mask", called+" may be set on create only")
		}
	}
	m := s.table.New().ProtoReflect().Descriptor()
	if m.Fields().ByName(protoreflect.Name(path)) != nil {
		return fault.Field("update_mask", called+" is output only")
	}
	return fault.Field("update_mask", called+" is no field of "+string(m.Name()))
}

// patch makes p set the fields of m that are chosen, checked.
func (s *Server[M]) patch(p *mirror.Proposal, m M, chosen func(Field[M]) bool) error {
	for _, f := range s.kind.Fields {
		if !chosen(f) {
			continue
		}
		field := s.kind.Name + "." + f.Path
		if f.Unserved {
			return fault.Field(field, "cannot be set through this adapter yet")
		}
		if err := f.refer(p, field, m); err != nil {
			return err
		}
		p.Paths = append(p.Paths, f.Path)
	}
	p.Patch = mirror.Only(m, p.Paths)
	return nil
}

// refer checks the field of m, or makes p wait for what it refers to.
func (f Field[M]) refer(p *mirror.Proposal, field string, m M) error {
	if f.Refers.Kind != "" {
		if uid, ours := strings.CutPrefix(f.Refers.ID(m), "~"); ours {
			id, err := name.UUID(field, uid)
			p.After = append(p.After, mirror.Reference{Kind: f.Refers.Kind, UID: id})
			return err
		}
	}
	if f.Check == nil {
		return nil
	}
	return f.Check(field, m)
}

func populated[M mirror.Message](m M, path string) bool {
	r := m.ProtoReflect()
	return r.Has(r.Descriptor().Fields().ByName(protoreflect.Name(path)))
}
