package job_test

import (
	"context"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// What a create of several calls has made carries its mark, and the replay is found by it.
func TestAReplayAfterSomeOfSeveralCallsIsFoundByItsMark(t *testing.T) {
	v := newVendor()
	mails := 0
	attempt := func(ctx context.Context, j *job.Job, p *psav1.Ticket) (job.Result, error) {
		id, err := j.Step(ctx, "make", func(context.Context) (string, error) { return v.change(j, p).VendorID, nil })
		if err != nil {
			return job.Result{}, err
		}
		_, err = j.Step(ctx, "mail", func(context.Context) (string, error) {
			if j.Replayed {
				mails++
				return "", lost(j)
			}
			return "", refuse(j)
		})
		return job.Result{VendorID: id}, err
	}
	op, err := job.Operation[*psav1.Ticket]{
		Name: "Make", Kind: "ticket", Effect: mirror.Creates, Safety: job.Probed, Probe: v.probe, Attempt: attempt, Steps: []string{"make", "mail"},
	}.Bind()
	if err != nil {
		t.Fatal(err)
	}
	v.more = append(v.more, op)
	r := start(t, v, 1)
	_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Make", Effect: mirror.Creates, Summary: "printer"})
	again := r.replay(t, r.letter(t, id), somebody).Replay
	fixture.Eventually(t, "it has ended", func() bool { return r.state(t, again) > job.Claimed })
	if got := r.state(t, again); got != job.Done || mails != 1 || len(v.made()) != 1 {
		t.Errorf("state %v, %d mails, made %v; want it done with one each", got, mails, v.made())
	}
}

// A write that starts as it is accepted keeps what it has made as one that was claimed does.
func TestAStepIsKeptOfWhatStartsAsItIsAccepted(t *testing.T) {
	v := newVendor()
	op, err := job.Operation[*psav1.Ticket]{
		Name: "Make", Kind: "ticket", Effect: mirror.Creates, Safety: job.Probed, Probe: v.probe, Steps: []string{"make"},
		Attempt: func(ctx context.Context, j *job.Job, p *psav1.Ticket) (job.Result, error) {
			id, err := j.Step(ctx, "make", func(context.Context) (string, error) { return v.change(j, p).VendorID, nil })
			return job.Result{VendorID: id}, err
		},
	}.Bind()
	if err != nil {
		t.Fatal(err)
	}
	v.more = append(v.more, op)
	r := start(t, v, 1)
	for range 5 { // the first may come before there is a worker
		_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Make", Effect: mirror.Creates, Summary: "printer"})
		fixture.Eventually(t, "it has ended", func() bool { return r.state(t, id) > job.Claimed })
		if got := r.state(t, id); got == job.Dead {
			t.Errorf("state %v", got)
		}
	}
}
