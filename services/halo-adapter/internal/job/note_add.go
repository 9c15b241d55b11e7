package job

import (
	"context"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

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
		Name: name, Kind: "note", Effect: mirror.Creates, Safety: safety, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, n *psav1.Note) (job.Result, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			ticket, err := number(j.ParentID)
			if err != nil {
				return job.Result{}, err
			}
			p, err := translate.CreateNote(n, outcome(t), j.ID, c.VisibleMark)
			if err != nil {
				return job.Result{}, err
			}
			got, err := t.Halo.CreateAction(ctx, ticket, p)
			if err != nil {
				return job.Result{}, err
			}
			return noted(got), nil
		},
		Probe: func(ctx context.Context, j *job.Job, _ *psav1.Note) (job.Answer, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Answer{}, err
			}
			ticket, err := number(j.ParentID)
			if err != nil {
				return job.Answer{}, err
			}
			return t.findNote(ctx, ticket, j.ID)
		},
	}
}

// noted is an answer with an action in it. One that cannot be read is an acceptance all the same.
func noted(got halo.Action) job.Result {
	r := job.Result{VendorID: translate.NoteRef(got.TicketID, got.ID).VendorID}
	if got.Raw != nil {
		o := translate.ObservedNote(got)
		r.Seen = &o
	}
	return r
}

// findNote looks through all actions of the ticket: Halo counts them off without paging, and a list without a count is all of them
// [unsure].
func (t Tenant) findNote(ctx context.Context, ticket int64, mark uuid.UUID) (job.Answer, error) {
	page, err := t.Halo.Actions(ctx, ticket, 0)
	if err != nil {
		return job.Answer{}, err
	}
	for _, a := range page.Actions {
		if r := noted(a); r.Seen.Mark == mark {
			return job.Answer{Found: job.Present, Result: r}, nil
		}
	}
	if len(page.Drifted) > 0 || page.RecordCount > int64(len(page.Actions)) {
		return job.Answer{Found: job.CannotTell}, nil
	}
	return job.Answer{Found: job.Absent}, nil
}
