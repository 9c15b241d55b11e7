package job

import (
	"strings"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// resolved is a patch with the vendor's ids of what was not created yet when it was accepted: callers name that by "~" and our uid.
func resolved[M mirror.Message](j *job.Job, patch M) M {
	if len(j.References) == 0 {
		return patch
	}
	own, _ := proto.Clone(patch).(M)
	resolve(j, own.ProtoReflect())
	return own
}

func resolve(j *job.Job, m protoreflect.Message) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.IsList() && fd.Message() != nil:
			for i := range v.List().Len() {
				resolve(j, v.List().Get(i).Message())
			}
		case fd.IsList() || fd.IsMap() || fd.Kind() != protoreflect.StringKind:
		default:
			if id, ok := referred(j, v.String()); ok {
				m.Set(fd, protoreflect.ValueOfString(id))
			}
		}
		return true
	})
}

func referred(j *job.Job, s string) (string, bool) {
	rest, ours := strings.CutPrefix(s, "~")
	if !ours {
		return "", false
	}
	uid, err := uuid.Parse(rest)
	if err != nil {
		return "", false
	}
	return j.VendorIDOf(uid)
}
