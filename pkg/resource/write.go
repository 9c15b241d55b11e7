package resource

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// Write is what an operation asks for beside what its request says of itself.
type Write[M mirror.Message] struct {
	Operation string // as its job.Operation is called: "CloseTicket"
	// Effect, Patch and Paths are what Do does; Create and Update know theirs.
	Effect mirror.Effect
	Patch  M // what it sets; may be nil where Paths is empty
	Paths  []string
	// Arguments are the rest of what the attempt has to know.
	Arguments map[string]string
	// Allows looks at the resource as it is shown, which nobody changes meanwhile; its error, of kind fault.Precondition,
	// says why it cannot be done now. May be nil. It is not asked by Create.
	Allows func(shown M) error
	// Check looks at what else the write depends on, such as another resource; its error says why it cannot be accepted. May
	// be nil. A repeat of a request that was accepted is answered without it.
	Check func(ctx context.Context) error
}

// Request is one for a change.
type Request interface {
	proto.Message
	GetRequestId() string
}

// CreateRequest asks for a new resource under its parent.
type CreateRequest interface {
	Request
	GetParent() string
}

// Create accepts a new resource that has the populated fields of m.
func (s *Server[M]) Create(ctx context.Context, w Write[M], r CreateRequest, m M) (none M, err error) {
	q := s.request(w, r.GetParent())
	q.Effect = mirror.Creates
	if s.parent == "" {
		q.Connection, err = s.connection(r.GetParent())
	} else {
		q.Connection, q.Parent, err = s.target("parent", r.GetParent(), s.above())
	}
	if err != nil {
		return none, err
	}
	if err := s.created(&q.Proposal, m); err != nil {
		return none, err
	}
	if err := q.identify(r, true); err != nil {
		return none, err
	}
	return s.accept(ctx, q)
}

// Update accepts a change of the resource that m names: what mask chooses of it. Where m has an etag, the resource must have it
// too.
func (s *Server[M]) Update(ctx context.Context, w Write[M], r Request, m M, mask *fieldmaskpb.FieldMask) (none M, err error) {
	if !found(m) {
		return none, fault.Field(s.kind.Name, "is required")
	}
	q := s.request(w, m.GetName())
	q.Effect = mirror.Patches
	if q.Connection, q.Target, err = s.aim(ctx, s.kind.Name+".name", m.GetName()); err != nil {
		return none, err
	}
	if err := q.guard(s.kind.Name+".etag", m.GetEtag()); err != nil {
		return none, err
	}
	if err := s.updated(&q.Proposal, m, mask); err != nil {
		return none, err
	}
	if err := q.identify(r, false); err != nil {
		return none, err
	}
	return s.accept(ctx, q)
}

// DoRequest asks that something is done to the resource that it names.
type DoRequest interface {
	Request
	GetName() string
	GetEtag() string
}

// Do accepts what w says, to the resource that r names.
func (s *Server[M]) Do(ctx context.Context, w Write[M], r DoRequest) (none M, err error) {
	q := s.request(w, r.GetName())
	if len(w.Paths) > 0 {
		q.Patch, q.Paths = w.Patch, w.Paths
	}
	if q.Connection, q.Target, err = s.aim(ctx, "name", r.GetName()); err != nil {
		return none, err
	}
	if err := q.guard("etag", r.GetEtag()); err != nil {
		return none, err
	}
	if err := q.identify(r, true); err != nil {
		return none, err
	}
	return s.accept(ctx, q)
}

func (s *Server[M]) request(w Write[M], resource string) request {
	q := request{resource: resource, arguments: w.Arguments, check: w.Check}
	q.Kind, q.Operation, q.Effect = s.kind.Name, w.Operation, w.Effect
	if w.Allows != nil {
		q.Allows = func(shown mirror.Message) error {
			m, _ := shown.(M)
			return w.Allows(m)
		}
	}
	return q
}

// aim is what a name of this kind says. What hangs on a parent is changed under that parent's name only.
func (s *Server[M]) aim(ctx context.Context, field, resource string) (string, mirror.Target, error) {
	if s.parent == "" {
		return s.target(field, resource, s.kind.Collections)
	}
	connection, target, _, err := s.attached(ctx, field, resource)
	return connection, target, err
}

// target is what a name under these collections says of a kind that has no parent.
func (s *Server[M]) target(field, resource string, collections []string) (string, mirror.Target, error) {
	connection, ids, err := s.parse(field, resource, collections)
	if err != nil {
		return "", mirror.Target{}, err
	}
	return connection, last(ids), nil
}

// maxEtag bounds an etag, in characters.
const maxEtag = 100

// guard makes the write one for a resource with this etag; empty: with any.
func (r *request) guard(field, etag string) error {
	r.Etag, r.etagField = etag, field
	return rpc.Text(field, etag, 0, maxEtag)
}

// identify gives the write the id of its request, by which a repeat of it is known.
func (r *request) identify(asked Request, required bool) (err error) {
	if r.id, err = requestID(asked.GetRequestId(), required); err != nil {
		return err
	}
	r.digest, err = digest(asked)
	return err
}

// requestID checks the id of a request; the zero value where none was given and none is required.
func requestID(s string, required bool) (uuid.UUID, error) {
	switch {
	case s == "" && !required:
		return uuid.UUID{}, nil
	case s == "":
		return uuid.UUID{}, fault.Field("request_id", "is required")
	}
	return name.UUID("request_id", s)
}
