package resource

import (
	"context"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// request is a checked request for a change.
type request struct {
	mirror.Proposal

	resource  string // what it names, for the words of an error
	etagField string // the field that the etag came in
	arguments map[string]string
	id        uuid.UUID // zero: none was given
	digest    []byte    // of the request's content
	check     func(context.Context) error
}

// accept makes a write durable: the resource's new look and the job exist together or not at all. A request that was
// accepted before is answered with the resource as it now is, and nothing is queued.
func (s *Server[M]) accept(ctx context.Context, r request) (none M, err error) {
	caller := rpc.Caller(ctx)
	if m, err := s.repeated(ctx, r, caller); found(m) || err != nil {
		return m, err
	}
	if r.check != nil {
		if err := r.check(ctx); err != nil {
			return none, rpc.About(r.resource, err)
		}
	}
	r.Job = job.NewID()
	a, err := s.Jobs.Accept(ctx, s.Writes, r.Proposal, func(a mirror.Accepted) (job.Request, error) { return r.job(ctx, a, caller) })
	if err != nil { // perhaps because the same request was being accepted at the same time
		if m, second := s.repeated(ctx, r, caller); found(m) || second != nil && job.IsRepeat(err) {
			return m, second
		}
		return none, rpc.About(r.resource, r.named(err))
	}
	s.Visible.Ring()
	return s.proposed(r.Connection, a.Entity), nil
}

// named is err about the field of this request: the mirror knows an etag, and not where it came from.
func (r request) named(err error) error {
	if f := fault.Of(err); f != nil && f.Field == "etag" && r.etagField != "" {
		about := *f
		about.Field = r.etagField
		return &about
	}
	return err
}

// repeated is the resource that an earlier request with this id wrote, as it now is; nothing if there was none.
func (s *Server[M]) repeated(ctx context.Context, r request, caller string) (none M, err error) {
	uid, err := s.Jobs.Repeated(ctx, s.Writes, r.Connection, caller, r.id, r.digest)
	if err != nil || uid == (uuid.UUID{}) {
		return none, err
	}
	row, err := s.Store.Get(ctx, s.Writes, s.kind.Name, r.Connection, mirror.Target{UID: uid})
	if err != nil {
		return none, rpc.About(r.resource, err)
	}
	return s.shown(r.Connection, row), nil
}

// found reports whether there is a message.
func found[M mirror.Message](m M) bool { return m.ProtoReflect().IsValid() }

// proposed is the entity as the transaction left it, with how fresh it is.
func (s *Server[M]) proposed(connection string, e *mirror.Entity) M {
	if !e.AsOf.IsZero() {
		at := e.AsOf
		if swept := s.Swept(connection, s.kind.Name); swept.After(at) {
			at = swept
		}
		e.Effective.GetMirror().SyncTime = timestamppb.New(at)
	}
	m, _ := e.Effective.(M)
	return m
}

// job is the job of an accepted write. Its patch is marshalled only now: a new child's got its name when it was proposed.
func (r request) job(ctx context.Context, a mirror.Accepted, caller string) (job.Request, error) {
	j := job.Request{
		ID: r.Job, Connection: r.Connection, Kind: r.Kind, UID: a.Entity.UID, Lane: a.Lane, Operation: r.Operation, Effect: r.Effect,
		Paths: r.Paths, Arguments: r.arguments, Guarded: r.Etag != "", Caller: caller, RequestID: r.id,
		RequestDigest: r.digest, Trace: trace(ctx), After: a.After,
	}
	for _, part := range []struct {
		m  mirror.Message
		to *[]byte
	}{{r.Patch, &j.Patch}, {a.Base, &j.Base}, {a.BaseConfirmed, &j.BaseConfirmed}} {
		if part.m == nil {
			continue
		}
		b, err := encode(part.m)
		if err != nil {
			return j, err
		}
		*part.to = b
	}
	return j, nil
}

// trace is the context's traceparent; empty: nobody traces.
func trace(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}
