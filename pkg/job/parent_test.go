package job_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// addNote accepts a note on a ticket.
func (r *rig) addNote(t *testing.T, ticket uuid.UUID, text string) (id uuid.UUID) {
	t.Helper()
	id = job.NewID()
	_, err := r.jobs.Accept(context.Background(), r.DB, mirror.Proposal{
		Job: id, Connection: "acme", Kind: "note", Parent: mirror.Target{UID: ticket}, Operation: "AddNote", Effect: mirror.Creates,
		Patch: &psav1.Note{Text: text}, Paths: []string{"text"},
	}, func(a mirror.Accepted) (job.Request, error) {
		return job.Request{
			ID: id, Connection: "acme", Kind: "note", UID: a.Entity.UID, Lane: a.Lane, Operation: "AddNote", Effect: mirror.Creates,
			Paths: []string{"text"},
		}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A lane does not wait for ever behind a note on what the vendor has deleted: its 404 asks for a look at the ticket.
func TestAWriteOnWhatTheVendorHasDeletedIsBuried(t *testing.T) {
	v := newVendor()
	v.tickets["1"] = &psav1.Ticket{Summary: "old"}
	note, err := job.Operation[*psav1.Note]{
		Name: "AddNote", Kind: "note", Effect: mirror.Creates, Safety: job.Never,
		Attempt: func(ctx context.Context, j *job.Job, _ *psav1.Note) (job.Result, error) {
			return v.attempt(ctx, j, nil)
		},
	}.Bind()
	if err != nil {
		t.Fatal(err)
	}
	v.more = append(v.more, note)
	r := start(t, v, 1)
	uid := r.Learn(t, "acme", "1", "old")
	gone := func(*job.Job) error {
		return &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such ticket"}
	}
	v.mu.Lock()
	delete(v.tickets, "1")
	v.before = gone
	v.mu.Unlock()
	added := r.addNote(t, uid, "hello")
	_, update := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "new"})
	for _, id := range []uuid.UUID{added, update} {
		fixture.Eventually(t, "it is buried", func() bool { return r.class(t, id) != "" })
		if got := r.class(t, id); got != "REFUSED" {
			t.Errorf("class %q, want REFUSED", got)
		}
	}
}
