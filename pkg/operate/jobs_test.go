package operate_test

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func TestAJobIsShownWithItsAttempts(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	uid, id := h.write(t, "1", "a")
	h.exec(t, `insert into attempt (job, number, action, started_at, ended_at, outcome, reason, message, status, code, tracking_id)
		select $1, n, 'attempt', now(), now(), 'unavailable', 'DOWN', 'no', 503, 'E1', 'T1' from generate_series(1, 60) n`, id)
	h.exec(t, `update job set attempts = 60, unsure_at = now() where id = $1`, id)
	j, err := h.jobs.GetJob(t.Context(), &adapterv1.GetJobRequest{Name: mirror.JobName("acme", id)})
	if err != nil {
		t.Fatal(err)
	}
	if j.GetName() != mirror.JobName("acme", id) || j.GetOperation() != "UpdateTicket" || j.GetKind() != "ticket" || j.GetEntityUid() != uid.String() ||
		j.GetVendorId() != "1" || j.GetState() != adapterv1.Job_STATE_QUEUED || j.GetPaths()[0] != "summary" || j.GetAcceptTime() == nil ||
		j.GetRunTime() == nil || j.GetEndTime() != nil || j.GetAttemptCount() != 60 || !j.GetOutcomeUnknown() {
		t.Errorf("job %v", j)
	}
	a := j.GetAttempts()
	if len(a) != 50 || a[0].GetNumber() != 11 || a[49].GetNumber() != 60 {
		t.Fatalf("%d attempts", len(a))
	}
	if x := a[0]; x.GetStatus() != 503 || x.GetCode() != "E1" || x.GetTrackingId() != "T1" || x.GetOutcome() != "unavailable" || x.GetReason() != "DOWN" || x.GetMessage() != "no" {
		t.Errorf("attempt %v", x)
	}
}

func TestAJobTellsItsStepsAndWhatItWaitsFor(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	_, id := h.write(t, "1", "a")
	was, awaited := uuid.New(), uuid.New()
	h.exec(t, `update job set steps = '{"upload": "7", "attach": ""}', replay_of = $2, refers = 2, blocked = 1 where id = $1`, id, was)
	h.exec(t, `insert into reference (job, connection, kind, uid, vendor_id) values ($1, 'acme', 'ticket', $2, null), ($1, 'acme', 'ticket', $3, '9')`,
		id, awaited, uuid.New())
	j, err := h.jobs.GetJob(t.Context(), &adapterv1.GetJobRequest{Name: mirror.JobName("acme", id)})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(j.GetSteps(), []string{"attach", "upload"}) || j.GetReplayOf() != mirror.JobName("acme", was) ||
		!slices.Equal(j.GetAwaitedUids(), []string{awaited.String()}) {
		t.Errorf("job %v", j)
	}
}

func TestJobsAreListedLatestFirst(t *testing.T) {
	h := open(t)
	one, two := h.Learn(t, "acme", "1", "printer"), h.Learn(t, "acme", "2", "screen")
	var want []string
	for range 3 {
		for _, id := range []string{"1", "2"} {
			_, j := h.write(t, id, "a"+uuid.NewString())
			want = append([]string{mirror.JobName("acme", j)}, want...)
		}
	}
	if err := mirror.QueueFetch(t.Context(), h.DB, "acme", mirror.Ref{Kind: "ticket", VendorID: "2"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	h.exec(t, `update job set state = 5, reason = 'REFUSED', ended_at = now(), folded = false where id = $1`, id(want[5]))

	for row, c := range map[string]struct {
		filter *adapterv1.JobFilter
		want   []string
		more   int // fetches
	}{
		"writes only":              {nil, want, 0},
		"fetches too":              {&adapterv1.JobFilter{IncludeFetches: true}, want, 1},
		"the dead":                 {&adapterv1.JobFilter{States: []adapterv1.Job_State{adapterv1.Job_STATE_DEAD}}, want[5:], 0},
		"of one ticket":            {&adapterv1.JobFilter{EntityUid: one.String()}, []string{want[1], want[3], want[5]}, 0},
		"of one ticket, all":       {&adapterv1.JobFilter{EntityUid: two.String(), IncludeFetches: true}, []string{want[0], want[2], want[4]}, 1},
		"of one without fetches":   {&adapterv1.JobFilter{EntityUid: one.String(), IncludeFetches: true}, []string{want[1], want[3], want[5]}, 0},
		"of a ticket nobody knows": {&adapterv1.JobFilter{EntityUid: uuid.NewString(), IncludeFetches: true}, nil, 0},
	} {
		t.Run(row, func(t *testing.T) {
			var got []string
			fetches, token := 0, ""
			for {
				p, err := h.jobs.ListJobs(t.Context(), &adapterv1.ListJobsRequest{Parent: "connections/acme", PageSize: 2, PageToken: token, Filter: c.filter})
				if err != nil {
					t.Fatal(err)
				}
				for _, j := range p.GetJobs() {
					if j.GetOperation() == "UpdateTicket" {
						got = append(got, j.GetName())
					} else if fetches++; j.GetEntityUid() != two.String() {
						t.Errorf("the fetch is of %q", j.GetEntityUid())
					}
				}
				if token = p.GetNextPageToken(); token == "" {
					break
				}
			}
			if len(got) != len(c.want) || fetches != c.more {
				t.Fatalf("got %v and %d fetches, want %v and %d", got, fetches, c.want, c.more)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("job %d is %s, want %s", i, got[i], c.want[i])
				}
			}
		})
	}
}

func id(job string) string { return job[len(job)-36:] }

func TestAWatchedJobIsToldOfUntilItEnds(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	_, id := h.write(t, "1", "a")
	w, err := h.jobs.WatchJob(t.Context(), &adapterv1.WatchJobRequest{Name: mirror.JobName("acme", id)})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []adapterv1.Job_State{
		adapterv1.Job_STATE_QUEUED, adapterv1.Job_STATE_CLAIMED, adapterv1.Job_STATE_SETTLED, adapterv1.Job_STATE_DONE,
	} {
		h.exec(t, `update job set state = $2 where id = $1`, id, int16(want)-1)
		r, err := w.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if r.GetJob().GetState() != want || r.GetJob().GetVendorId() != "1" {
			t.Errorf("got %v, want %v", r.GetJob(), want)
		}
	}
	if _, err := w.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
}

func TestWhatAnOperatorAsksWronglyOfJobs(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	_, job := h.write(t, "1", "a")
	h.write(t, "1", "b")
	name, ctx := mirror.JobName("acme", job), t.Context()
	page, err := h.jobs.ListJobs(ctx, &adapterv1.ListJobsRequest{Parent: "connections/acme", PageSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) error {
		_, err := h.jobs.GetJob(ctx, &adapterv1.GetJobRequest{Name: name})
		return err
	}
	list := func(r *adapterv1.ListJobsRequest) error {
		_, err := h.jobs.ListJobs(ctx, r)
		return err
	}
	watch := func(name string) error {
		w, err := h.jobs.WatchJob(ctx, &adapterv1.WatchJobRequest{Name: name})
		if err == nil {
			_, err = w.Recv()
		}
		return err
	}
	many := make([]adapterv1.Job_State, 11)
	for row, c := range map[string]struct {
		err   error
		code  codes.Code
		field string
	}{
		"a job that is none":                   {get("connections/acme/jobs/1"), codes.InvalidArgument, "name"},
		"a job that nobody knows":              {get(mirror.JobName("acme", uuid.New())), codes.NotFound, ""},
		"a job of another connection":          {get(mirror.JobName("other", job)), codes.NotFound, ""},
		"a job of no connection here":          {get(mirror.JobName("nobody", job)), codes.NotFound, ""},
		"to watch a job that is none":          {watch("jobs/1"), codes.InvalidArgument, "name"},
		"to watch a job of another connection": {watch(mirror.JobName("other", job)), codes.NotFound, ""},
		"to list a parent that is none":        {list(&adapterv1.ListJobsRequest{Parent: name}), codes.InvalidArgument, "parent"},
		"to list a connection not here":        {list(&adapterv1.ListJobsRequest{Parent: "connections/nobody"}), codes.NotFound, ""},
		"a negative page":                      {list(&adapterv1.ListJobsRequest{Parent: "connections/acme", PageSize: -1}), codes.InvalidArgument, "page_size"},
		"a token that is none":                 {list(&adapterv1.ListJobsRequest{Parent: "connections/acme", PageToken: "x"}), codes.InvalidArgument, "page_token"},
		"a token of another connection":        {list(&adapterv1.ListJobsRequest{Parent: "connections/other", PageToken: page.GetNextPageToken()}), codes.InvalidArgument, "page_token"},
		"a token of another filter": {list(&adapterv1.ListJobsRequest{
			Parent: "connections/acme", PageToken: page.GetNextPageToken(),
			Filter: &adapterv1.JobFilter{IncludeFetches: true},
		}), codes.InvalidArgument, "page_token"},
		"a state that is none": {list(&adapterv1.ListJobsRequest{
			Parent: "connections/acme",
			Filter: &adapterv1.JobFilter{States: []adapterv1.Job_State{99}},
		}), codes.InvalidArgument, "filter.states[0]"},
		"too many states": {list(&adapterv1.ListJobsRequest{
			Parent: "connections/acme",
			Filter: &adapterv1.JobFilter{States: many},
		}), codes.InvalidArgument, "filter.states"},
		"an entity that is none": {list(&adapterv1.ListJobsRequest{
			Parent: "connections/acme",
			Filter: &adapterv1.JobFilter{EntityUid: "1"},
		}), codes.InvalidArgument, "filter.entity_uid"},
	} {
		t.Run(row, func(t *testing.T) { refused(t, c.err, c.code, c.field) })
	}
	somebody := metadata.AppendToOutgoingContext(ctx, "breakwater-caller", "somebody")
	_, err = h.jobs.ListJobs(somebody, &adapterv1.ListJobsRequest{Parent: "connections/acme", PageToken: page.GetNextPageToken()})
	t.Run("a token of another caller", func(t *testing.T) { refused(t, err, codes.InvalidArgument, "page_token") })
}
