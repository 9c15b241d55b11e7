package job

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

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
		for _, s := range page.Rows {
			if o, err := read(s); o.Mark == mark {
				return there(s.ID, o, err), nil
			}
		}
		switch {
		case len(page.Drifted) > 0: // it may be among those
			return job.Answer{Found: job.CannotTell}, nil
		case !page.More:
			return job.Answer{Found: job.Absent}, nil
		}
		q.After = page.Last
	}
	return job.Answer{Found: job.CannotTell}, nil
}

func there(id string, o mirror.Observation, drift error) job.Answer {
	if drift != nil {
		return job.Answer{Found: job.CannotTell}
	}
	return job.Answer{Found: job.Present, Result: job.Result{VendorID: id, Seen: &o}}
}

// about is the time in which a job's requests were made, and what they made was created.
func about(j *job.Job) stripe.Query { return stripe.Query{From: j.CreatedAt.Add(-clockSlack)} }

// caused looks through the feed for an event that a request of the job has caused: it names the request's key. read reads the
// object then. Events of these types are what the request cannot do without; a failure among them is no success.
func caused(ctx context.Context, c *stripe.Client, j *job.Job, types []string, failure string, read func() (mirror.Observation, error)) (job.Answer, error) {
	if time.Since(j.CreatedAt) > feedReach {
		return job.Answer{Found: job.CannotTell}, nil
	}
	q := stripe.EventQuery{From: j.CreatedAt.Add(-clockSlack), Types: types}
	if failure != "" {
		q.Types = append(slices.Clone(types), failure)
	}
	for range maxPages {
		page, err := c.Events(ctx, q)
		if err != nil {
			return job.Answer{}, err
		}
		for i := range page.Events {
			e := &page.Events[i]
			if by, ok := stripe.JobOf(e.Key()); !ok || by != j.ID {
				continue
			}
			if e.Type == failure {
				return job.Answer{Found: job.CannotTell}, nil
			}
			o, err := read()
			o.Mark = j.ID // the event names it: the object itself has no place for it
			return there("", o, err), nil
		}
		if !page.More {
			return job.Answer{Found: job.Absent}, nil
		}
		q.After = page.Last
	}
	return job.Answer{Found: job.CannotTell}, nil
}
