package cast

import (
	"github.com/google/uuid"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// Mirrored is any entity of a contract.
type Mirrored interface {
	GetUid() string
	GetName() string
	GetEtag() string
	GetMirror() *typev1.MirrorState
}

// Seen is what every entity shows. One without a uid is found by those who look for what they were told.
func Seen(kind string, m Mirrored) View {
	uid, _ := uuid.Parse(m.GetUid())
	v := View{Kind: kind, UID: uid, Name: m.GetName(), Etag: m.GetEtag(), Version: m.GetMirror().GetVersion(), Refusal: job(m.GetMirror().GetRefusal().GetJob())}
	for _, p := range m.GetMirror().GetPendingWrites() {
		v.Pending = append(v.Pending, job(p.GetJob()))
	}
	return v
}

// job is the id in a job's name; zero where it has none.
func job(name string) uuid.UUID {
	id, err := uuid.Parse(name[max(len(name)-36, 0):])
	if err != nil {
		return uuid.Nil
	}
	return id
}
