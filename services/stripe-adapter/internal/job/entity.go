package job

import (
	"context"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// entity is a kind: how its objects are read is the same for all that is done to them.
type entity[M mirror.Message, T any] struct {
	kind string
	get  func(*stripe.Client, context.Context, string) (stripe.Seen[T], error)
	read func(translate.Words, stripe.Seen[T]) (mirror.Observation, error)
	stub bool // what is deleted still shows that: a 404 is of what never was
}

// in is the entity's reading in the words of an account.
func (e entity[M, T]) in(a Account) reading[T] {
	return func(s stripe.Seen[T]) (mirror.Observation, error) { return e.read(a.Words, s) }
}

// call makes one request of a job about the object with that id.
type call[M mirror.Message, T any] func(ctx context.Context, a Account, id string, j *job.Job, x M) (stripe.Seen[T], error)

// changes is an operation that sends absolute values: it is naturally idempotent.
func (e entity[M, T]) changes(as Accounts, c Config, name string, make call[M, T]) job.Operation[M] {
	return job.Operation[M]{
		Name: name, Kind: e.kind, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, x M) (job.Result, error) {
			a, id, err := as.on(j)
			if err != nil {
				return job.Result{}, err
			}
			got, err := make(ctx, a, id, j, x)
			return changed(got, e.in(a), err)
		},
	}
}

// deletes is an operation that takes an object away. It is naturally idempotent: what no look shows is gone [unsure: what a second
// deletion is answered with].
func (e entity[M, T]) deletes(as Accounts, c Config, name string, remove func(ctx context.Context, a Account, id string) error) job.Operation[M] {
	return job.Operation[M]{
		Name: name, Kind: e.kind, Effect: mirror.Deletes, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, _ M) (job.Result, error) {
			a, id, err := as.on(j)
			if err != nil {
				return job.Result{}, err
			}
			if err := remove(ctx, a, id); err != nil && !e.isGone(ctx, a, id, err) {
				return job.Result{}, err
			}
			gone := mirror.Observation{Ref: mirror.Ref{Kind: e.kind, VendorID: id}, Presence: mirror.Deleted}
			return job.Result{Seen: &gone}, nil
		},
	}
}

// isGone is whether a deletion was refused because there is nothing left: of some kinds Stripe still shows a stub [official: OpenAPI].
func (e entity[M, T]) isGone(ctx context.Context, a Account, id string, refusal error) bool {
	if fault.KindOf(refusal) != fault.NotFound {
		return false
	}
	s, err := e.get(a.Stripe, ctx, id)
	if err != nil {
		return !e.stub && fault.KindOf(err) == fault.NotFound
	}
	o, _ := e.read(a.Words, s) // what else is there of it does not matter
	return o.Presence == mirror.Deleted
}

// turn is one way to bring an object into another state.
type turn[M mirror.Message, T any] struct {
	name    string
	call    call[M, T]
	reached func(j *job.Job, x *T) bool // whether it stands where the turn leads to; nil: no state says so
	events  []string                    // what a success is told by; none: a repeat is harmless
	failure string                      // what a failure is told by; empty: it cannot fail
}

// turns is a turn as an operation. One that is harmless is idempotent: what stands there already is a success. Any other is repeated
// under its key; past the key's life the events tell whether a request with that key has done anything.
func (e entity[M, T]) turns(as Accounts, c Config, t turn[M, T]) job.Operation[M] {
	op := e.changes(as, c, t.name, func(ctx context.Context, a Account, id string, j *job.Job, x M) (stripe.Seen[T], error) {
		got, err := t.call(ctx, a, id, j, x)
		if err == nil || t.reached == nil || !doubtful(err) {
			return got, err
		}
		return standing(err, func() (stripe.Seen[T], error) { return e.get(a.Stripe, ctx, id) }, func(s *T) bool { return t.reached(j, s) })
	})
	if len(t.events) == 0 {
		return op
	}
	op.Safety, op.KeyLife = job.Keyed, c.KeyLife
	op.Probe = func(ctx context.Context, j *job.Job, _ M) (job.Answer, error) {
		a, id, err := as.on(j)
		if err != nil {
			return job.Answer{}, err
		}
		return caused(ctx, a.Stripe, j, t.events, t.failure, func(*stripe.Event) (job.Answer, error) {
			s, err := e.get(a.Stripe, ctx, id)
			is, err := shown(j, s, e.in(a), err)
			is.Result.VendorID = "" // nothing was created
			return is, err
		})
	}
	return op
}

// doubtful is whether a refusal may only say that its object stands where the write leads to. For some of them Stripe has no word of its
// own, so that any is looked at, but for a decline, which an invoice can outlive.
func doubtful(err error) bool {
	f := fault.Of(err)
	return (f.Kind == fault.Invalid || f.Kind == fault.NotFound) && !f.MayApply && f.Reason != stripe.ReasonDeclined
}
