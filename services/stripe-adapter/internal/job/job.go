// Package job answers how each operation is made at Stripe: a file per kind, with how a repeat of each is made safe. Every
// request of a job carries the job's own idempotency key, and every create its id in the metadata.
package job

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// Account is one connection as operations need it.
type Account struct {
	Stripe *stripe.Client
	Words  translate.Words
}

// Accounts are all connections, by name.
type Accounts map[string]Account

// Config is what is unknown of Stripe and matters to operations.
type Config struct {
	// KeyLife is for how long a key makes a repeat safe; later what became of a request is looked for first.
	KeyLife time.Duration
	// Settling is how long after an unanswered request its effect may still appear: Stripe rolls forward or back by itself
	// what it failed at [official: docs.stripe.com/error-low-level].
	Settling time.Duration
	// Repair is for how long Stripe's people may bring about by hand what Stripe failed at, and keeps a failure of under the key.
	Repair time.Duration
}

// Operations are all ways in which this adapter changes Stripe.
func Operations(as Accounts, c Config) ([]*job.Op, error) {
	var ops []*job.Op
	for _, bind := range []func() (*job.Op, error){
		careful(createCustomer, as, c), careful(updateCustomer, as, c), careful(deleteCustomer, as, c),
		careful(createPayment, as, c), careful(updatePayment, as, c), careful(confirmPayment, as, c), careful(capturePayment, as, c), careful(cancelPayment, as, c),
		careful(createRefund, as, c), careful(updateRefund, as, c), careful(cancelRefund, as, c),
		careful(createSubscription, as, c), careful(updateSubscription, as, c), careful(cancelSubscription, as, c),
		careful(pauseSubscription, as, c), careful(resumeSubscription, as, c),
		careful(createInvoice, as, c), careful(updateInvoice, as, c), careful(deleteInvoice, as, c), careful(finalizeInvoice, as, c),
		careful(sendInvoice, as, c), careful(payInvoice, as, c), careful(voidInvoice, as, c), careful(markInvoiceUncollectible, as, c),
		careful(addInvoiceItem, as, c), careful(updateInvoiceItem, as, c), careful(deleteInvoiceItem, as, c),
	} {
		op, err := bind()
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// careful is an operation with what holds for all of them.
func careful[T mirror.Message](make func(Accounts, Config) job.Operation[T], as Accounts, c Config) func() (*job.Op, error) {
	return patient(faithful(make(as, c), c.Repair)).Bind
}

// account is the job's; fault.Invalid if it is configured no longer.
func (as Accounts) account(connection string) (Account, error) {
	a, ok := as[connection]
	if !ok {
		return a, &fault.Error{Kind: fault.Invalid, Reason: "UNKNOWN_CONNECTION", Message: "no connection " + connection}
	}
	return a, nil
}

// on is the job's account, and Stripe's id of the entity that it changes.
func (as Accounts) on(j *job.Job) (Account, string, error) {
	a, err := as.account(j.Connection)
	if err == nil && j.VendorID == "" {
		err = notCreated()
	}
	return a, j.VendorID, err
}

func notCreated() *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Reason: "NOT_CREATED", Message: "it has no id at Stripe"}
}

// referred is Stripe's id of what a name in the patch refers to; empty for none. What was not created when the job was accepted is
// named by our uid, and has its id by now.
func referred(j *job.Job, name string) (string, error) {
	id := translate.ID(name)
	uid, ours := strings.CutPrefix(id, "~")
	if !ours {
		return id, nil
	}
	u, err := uuid.Parse(uid)
	if id, ok := j.VendorIDOf(u); ok && err == nil && id != "" {
		return id, nil
	}
	return "", notCreated()
}

// reading is how an object is translated.
type reading[T any] func(stripe.Seen[T]) (mirror.Observation, error)

// made is what the answer to a create says. One that was kept under the key shows what was so when it was first given, and one
// that cannot be read shows nothing: then what it made is looked at.
func made[T any](s stripe.Seen[T], read reading[T], err error) (job.Result, error) {
	if err != nil {
		return job.Result{}, err
	}
	r := job.Result{VendorID: s.ID}
	if s.Raw == nil || s.Replayed {
		return r, nil
	}
	if o, err := read(s); err == nil {
		r.Seen = &o
	}
	return r, nil
}

// changed is what the answer to any other write says.
func changed[T any](s stripe.Seen[T], read reading[T], err error) (job.Result, error) {
	r, err := made(s, read, err)
	r.VendorID = ""
	return r, err
}

// unless is what Stripe shows of an object whose write it refuses because of its state, if that is the state which the write asks
// for: an earlier attempt brought it there, or somebody else. look reads the object; while that fails, nobody knows.
func unless[T any](err error, look func() (stripe.Seen[T], error), reached func(*T) bool) (stripe.Seen[T], error) {
	if f := fault.Of(err); f == nil || f.Reason != stripe.ReasonState {
		return stripe.Seen[T]{}, err
	}
	return standing(err, look, reached)
}

// standing is what Stripe shows of an object if it stands where the write leads to that was refused so.
func standing[T any](err error, look func() (stripe.Seen[T], error), reached func(*T) bool) (stripe.Seen[T], error) {
	s, second := look()
	switch {
	case second != nil && fault.KindOf(err) == fault.NotFound && fault.KindOf(second) == fault.NotFound:
		return stripe.Seen[T]{}, err
	case second != nil:
		return stripe.Seen[T]{}, unseen(second)
	case !reached(&s.Is):
		return stripe.Seen[T]{}, err
	}
	return s, nil
}

// unseen is why an object could not be looked at: a look that is refused says nothing of the write, which is attempted again.
func unseen(err error) *fault.Error {
	f := *fault.Of(err)
	f.MayApply = false
	switch f.Kind {
	case fault.Invalid, fault.Hidden, fault.NotFound:
		f.Kind = fault.Unknown
	default: // it says itself when to look again
	}
	return &f
}

// key is the idempotency key of a job's request.
func key(j *job.Job) string { return stripe.Key(j.ID, j.Turn) }

// tries is how often what a write refers to may be missing before it is believed: Stripe may not show everywhere at once what was
// made a moment ago [unsure].
const tries = 4

// patient is op, but that what it refers to may be missing at first. Stripe keeps that answer under the key, and made nothing.
func patient[T mirror.Message](op job.Operation[T]) job.Operation[T] {
	attempt := op.Attempt
	op.Attempt = func(ctx context.Context, j *job.Job, x T) (job.Result, error) {
		r, err := attempt(ctx, j, x)
		if f := fault.Of(err); f != nil && missing(j, f) {
			told := *f
			if told.Kind = fault.Invalid; j.Failures+1 < tries {
				told.Kind, told.Spent = fault.Conflict, true
			}
			return r, &told
		}
		return r, err
	}
	return op
}

// missing is whether f says that what a write refers to is not there: the vendor says so with a 400 or, of what is yet to be created,
// with a 404.
func missing(j *job.Job, f *fault.Error) bool {
	return f.Reason == stripe.ReasonMissing || f.Kind == fault.NotFound && j.VendorID == ""
}
