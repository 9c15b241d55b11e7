package job

import (
	"context"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// addNote is probed by the reference at the note's end, among the ticket's newest actions. Without a reference nobody can
// tell, and an unanswered note goes to a person: notes are mailed to people.
func addNote(ts Tenants, c Config) job.Operation[*psav1.Note] {
	return addAction(ts, c, "AddNote", func(t Tenant) int64 { return t.NoteOutcome })
}

// addTimeEntry is addNote: at Halo an action has a time that was taken, or none.
func addTimeEntry(ts Tenants, c Config) job.Operation[*psav1.Note] {
	return addAction(ts, c, "AddTimeEntry", func(t Tenant) int64 { return t.TimeOutcome })
}

func addAction(ts Tenants, c Config, name string, outcome func(Tenant) int64) job.Operation[*psav1.Note] {
	safety := job.Never
	if c.VisibleMark {
		safety = job.Probed
	}
	return job.Operation[*psav1.Note]{
		Name: name, Kind: "note", Effect: mirror.Creates, Safety: safety, Settling: c.Settling, Steps: []string{stepMake},
		Attempt: func(ctx context.Context, j *job.Job, n *psav1.Note) (job.Result, error) {
			t, ticket, err := ts.above(j)
			if err != nil {
				return job.Result{}, err
			}
			return t.makeNote(ctx, j, ticket, n, func() (halo.ActionPatch, error) {
				return translate.CreateNote(n, outcome(t), j.ID, c.VisibleMark)
			})
		},
		Probe: func(ctx context.Context, j *job.Job, _ *psav1.Note) (job.Answer, error) {
			t, ticket, err := ts.above(j)
			if err != nil {
				return job.Answer{}, err
			}
			return t.findNote(ctx, ticket, j.ID)
		},
	}
}

// makeNote makes it, or looks at what was made before, and holds it against what was asked for: one that was to be private may not be.
func (t Tenant) makeNote(ctx context.Context, j *job.Job, ticket int64, asked *psav1.Note, patch func() (halo.ActionPatch, error)) (job.Result, error) {
	got, err := t.madeNote(ctx, j, ticket, patch)
	if err != nil {
		return job.Result{}, err
	}
	r := noted(got)
	return r, unlike(ctx, j, "halo.CreateAction", r.VendorID, asked, r.Seen, got.Warning)
}

func (t Tenant) madeNote(ctx context.Context, j *job.Job, ticket int64, patch func() (halo.ActionPatch, error)) (halo.Action, error) {
	was, made := j.Made(stepMake)
	if !made {
		p, err := patch()
		if err != nil {
			return halo.Action{}, err
		}
		return t.Halo.CreateAction(ctx, ticket, p)
	}
	page, err := t.Halo.Actions(ctx, ticket, 0)
	if err != nil {
		return halo.Action{}, notSent(err)
	}
	for _, a := range page.Actions {
		if translate.NoteRef(a.TicketID, a.ID).VendorID == was {
			return a, nil
		}
	}
	return halo.Action{}, &fault.Error{Op: "halo.ListActions", Kind: fault.NotFound, Reason: halo.ReasonNotFound, Message: "it is not there any more"}
}

// noted is an answer with an action in it. One that cannot be read is an acceptance all the same.
func noted(got halo.Action) job.Result {
	r := job.Result{VendorID: translate.NoteRef(got.TicketID, got.ID).VendorID}
	if o, err := translate.ObservedNote(got); got.Raw != nil && err == nil {
		r.Seen = &o
	}
	return r
}

// enough actions are asked for, newest first: of a list without a count it is unknown whether it is all of them, and of one that is not
// even as long as it may be it is inferred [unsure].
const enough = 1000

// findNote looks through the actions of the ticket.
func (t Tenant) findNote(ctx context.Context, ticket int64, mark uuid.UUID) (job.Answer, error) {
	page, err := t.Halo.Actions(ctx, ticket, enough)
	if err != nil {
		return job.Answer{}, err
	}
	for _, a := range page.Actions {
		if r := noted(a); r.Seen != nil && r.Seen.Mark == mark {
			return job.Answer{Found: job.Present, Result: r}, nil
		}
	}
	if len(page.Drifted) > 0 || page.RecordCount > int64(len(page.Actions)) || len(page.Actions) >= enough {
		return job.Answer{Found: job.CannotTell}, nil
	}
	return job.Answer{Found: job.Absent}, nil
}
