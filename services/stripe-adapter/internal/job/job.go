// Package job answers how each operation is made at Stripe: a file per kind, with how a repeat of each is made safe. Every
// request of a job carries the job's own idempotency key, and every create its id in the metadata.
package job

import (
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
}

// Operations are all ways in which this adapter changes Stripe.
func Operations(as Accounts, c Config) ([]*job.Op, error) {
	var ops []*job.Op
	for _, bind := range []func() (*job.Op, error){
		createCustomer(as, c).Bind, updateCustomer(as, c).Bind, deleteCustomer(as, c).Bind,
		createPayment(as, c).Bind, updatePayment(as, c).Bind, confirmPayment(as, c).Bind, capturePayment(as, c).Bind, cancelPayment(as, c).Bind,
		createRefund(as, c).Bind, updateRefund(as, c).Bind, cancelRefund(as, c).Bind,
	} {
		op, err := bind()
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
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

// unless is what became of a write that Stripe refuses because its object is in another state, if that is the state which the
// write asks for: an earlier attempt brought it there, or somebody else. look reads the object.
func unless[T any](err error, look func() (stripe.Seen[T], error), reached func(*T) bool, read reading[T]) (job.Result, error) {
	if f := fault.Of(err); f.Reason != stripe.ReasonState {
		return job.Result{}, err
	}
	s, second := look()
	if second != nil || !reached(&s.Is) {
		return job.Result{}, err
	}
	return changed(s, read, nil)
}
