package api

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// write is a checked request for a change.
type write struct {
	mirror.Proposal

	resource  string // what it names, for the words of an error
	etagField string // the field that the etag came in
	arguments map[string]string
	request   uuid.UUID // zero: none was given
	digest    []byte    // of the request's content
}

// accept makes a write durable: the entity's new look and the job exist together or not at all. A request that was
// accepted before is answered with the entity as it now is, and nothing is queued.
func accept[M mirror.Message](ctx context.Context, s *Tickets, w write) (M, error) {
	caller := rpc.Caller(ctx)
	if m, err := repeated[M](ctx, s, w, caller); found(m) || err != nil {
		return m, err
	}
	w.Job = job.NewID()
	var a mirror.Accepted
	err := pg.InTx(ctx, s.Writes, func(tx pgx.Tx) (err error) {
		b := &pgx.Batch{}
		if a, err = s.Store.Propose(ctx, tx, b, w.Proposal); err != nil {
			return err
		}
		r, err := w.enqueued(ctx, a, caller)
		if err != nil {
			return err
		}
		if err := s.Jobs.Enqueue(b, r); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil { // perhaps because the same request was being accepted at the same time
		if m, second := repeated[M](ctx, s, w, caller); found(m) || second != nil && job.IsRepeat(err) {
			return m, second
		}
		var none M
		return none, rpc.About(w.resource, w.named(err))
	}
	s.Jobs.Wake(w.Connection, a.Lane)
	s.Visible.Ring()
	return proposed[M](s, w, a.Entity), nil
}

// named is err about the field of this request: the mirror knows an etag, and not where it came from.
func (w write) named(err error) error {
	if f := fault.Of(err); f != nil && f.Field == "etag" && w.etagField != "" {
		about := *f
		about.Field = w.etagField
		return &about
	}
	return err
}

// repeated is the entity that an earlier request with this id wrote, as it now is; nothing if there was none.
func repeated[M mirror.Message](ctx context.Context, s *Tickets, w write, caller string) (none M, err error) {
	uid, err := s.Jobs.Repeated(ctx, s.Writes, w.Connection, caller, w.request, w.digest)
	if err != nil || uid == (uuid.UUID{}) {
		return none, err
	}
	row, err := s.Store.Get(ctx, s.Writes, w.Kind, w.Connection, mirror.Target{UID: uid})
	if err != nil {
		return none, rpc.About(w.resource, err)
	}
	m, _ := s.Store.Table(w.Kind).New().(M)
	row.Into(m, s.Swept(w.Connection, w.Kind))
	return m, nil
}

// found reports whether there is a message.
func found[M mirror.Message](m M) bool { return m.ProtoReflect().IsValid() }

// proposed is the entity as the transaction left it, with how fresh it is.
func proposed[M mirror.Message](s *Tickets, w write, e *mirror.Entity) M {
	if !e.AsOf.IsZero() {
		at := e.AsOf
		if swept := s.Swept(w.Connection, w.Kind); swept.After(at) {
			at = swept
		}
		e.Effective.GetMirror().SyncTime = timestamppb.New(at)
	}
	m, _ := e.Effective.(M)
	return m
}

// enqueued is the job of an accepted write. Its patch is marshalled only now: a new child's got its name when it was
// proposed.
func (w write) enqueued(ctx context.Context, a mirror.Accepted, caller string) (job.Request, error) {
	r := job.Request{
		ID: w.Job, Connection: w.Connection, Kind: w.Kind, UID: a.Entity.UID, Lane: a.Lane, Operation: w.Operation, Effect: w.Effect,
		Paths: w.Paths, Arguments: w.arguments, Guarded: w.Etag != "", Caller: caller, RequestID: w.request,
		RequestDigest: w.digest, Trace: trace(ctx),
	}
	for _, part := range []struct {
		m  mirror.Message
		to *[]byte
	}{{w.Patch, &r.Patch}, {a.Base, &r.Base}, {a.BaseConfirmed, &r.BaseConfirmed}} {
		if part.m == nil {
			continue
		}
		b, err := marshal(part.m)
		if err != nil {
			return r, err
		}
		*part.to = b
	}
	return r, nil
}

func marshal(m proto.Message) ([]byte, error) {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", m.ProtoReflect().Descriptor().Name(), err)
	}
	return b, nil
}

// digest is over a request's kind and content, all but its id.
func digest(r proto.Message) ([]byte, error) {
	bare := proto.Clone(r).ProtoReflect()
	bare.Clear(bare.Descriptor().Fields().ByName("request_id"))
	b, err := marshal(bare.Interface())
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write([]byte(bare.Descriptor().FullName()))
	h.Write([]byte{0})
	h.Write(b)
	return h.Sum(nil), nil
}

// trace is the context's traceparent; empty: nobody traces.
func trace(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}
