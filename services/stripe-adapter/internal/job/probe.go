package job

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

const (
	maxPages   = 20            // of one look
	clockSlack = 2 * time.Hour // forgiven to a vendor's clock
	feedReach  = 29 * 24 * time.Hour
)

// listing reads a page of a list.
type listing[T any] func(ctx context.Context, q stripe.Query) (stripe.Page[T], error)

// find looks through a list for what a create has made, by its mark. q narrows the list to where it must be.
func find[T any](ctx context.Context, list listing[T], q stripe.Query, read reading[T], mark uuid.UUID) (job.Answer, error) {
	for range maxPages {
		page, err := list(ctx, q)
		if err != nil {
			return job.Answer{}, err
		}
		unread := len(page.Drifted) > 0
		for _, s := range page.Rows {
			o, err := read(s)
			if o.Mark == mark {
				return there(o, err), nil
			}
			unread = unread || err != nil && o.Mark == uuid.Nil
		}
		switch {
		case unread: // it may be among those
			return job.Answer{Found: job.CannotTell}, nil
		case !page.More:
			return job.Answer{Found: job.Absent}, nil
		}
		q.After = page.Last
	}
	return job.Answer{Found: job.CannotTell}, nil
}

func there(o mirror.Observation, drift error) job.Answer {
	if drift != nil {
		return job.Answer{Found: job.CannotTell}
	}
	return job.Answer{Found: job.Present, Result: job.Result{VendorID: o.VendorID, Seen: &o}}
}

// shown is an object that an event, or a step that is known to be made, says is the job's: the object itself need not carry its mark.
// What is there no more cannot be told of.
func shown[T any](j *job.Job, s stripe.Seen[T], read reading[T], err error) (job.Answer, error) {
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return job.Answer{Found: job.CannotTell}, nil
	case err != nil:
		return job.Answer{}, err
	}
	o, err := read(s)
	o.Mark = j.ID
	return there(o, err), nil
}

// about is the time in which a job's requests were made, and what they made was created.
func about(j *job.Job) stripe.Query { return stripe.Query{From: j.CreatedAt.Add(-clockSlack)} }

// sought is what a create may have made, and where that would be.
type sought[T any] struct {
	list   listing[T]
	within stripe.Query
	event  string // that its making has caused
	get    func(context.Context, string) (stripe.Seen[T], error)
	read   reading[T]
}

// find looks for it by its mark in the list, and for the event that names the request's key: whoever edits an object can take its
// mark away, and what has been deleted since is in no list.
func (x sought[T]) find(ctx context.Context, a Account, j *job.Job) (job.Answer, error) {
	listed, err := find(ctx, x.list, x.within, x.read, j.ID)
	if err != nil || listed.Found == job.Present {
		return listed, err
	}
	told, err := caused(ctx, a.Stripe, j, []string{x.event}, "", func(e *stripe.Event) (job.Answer, error) {
		s, err := x.get(ctx, e.ObjectID())
		return shown(j, s, x.read, err)
	})
	if err == nil && told.Found == job.Absent {
		return listed, nil
	}
	return told, err
}

// caused looks through the feed for an event that a request of the job has caused: it names the request's key. show looks at what the
// event is about. Events of these types are what the request cannot do without; with a failure among them, and no success, it is known
// to have been refused.
func caused(ctx context.Context, c *stripe.Client, j *job.Job, types []string, failure string, show func(*stripe.Event) (job.Answer, error)) (job.Answer, error) {
	if time.Since(j.CreatedAt) > feedReach {
		return job.Answer{Found: job.CannotTell}, nil
	}
	q := stripe.EventQuery{From: j.CreatedAt.Add(-clockSlack), Types: types}
	if failure != "" {
		q.Types = append(slices.Clone(types), failure)
	}
	var refused *fault.Error
	for range maxPages {
		page, err := c.Events(ctx, q)
		if err != nil {
			return job.Answer{}, err
		}
		for i := range page.Events {
			e := &page.Events[i]
			by, ok := stripe.JobOf(e.Key())
			switch {
			case !ok || by != j.ID:
			case e.Type == failure:
				refused = e.Decline()
			default:
				return show(e)
			}
		}
		switch {
		case page.More:
			q.After = page.Last
		case refused != nil:
			return job.Answer{}, refused
		default:
			return job.Answer{Found: job.Absent}, nil
		}
	}
	return job.Answer{Found: job.CannotTell}, nil
}
