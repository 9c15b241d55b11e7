package operate_test

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// as is ctx for a caller of this name.
func as(ctx context.Context, who string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "breakwater-caller", who)
}

// bury accepts an update of the ticket with this id and has it refused.
func (h house) bury(t *testing.T, id, summary string) *adapterv1.DeadLetter {
	t.Helper()
	_, j := h.write(t, id, summary)
	w := job.NewWorker(h.accepted, h.Mirror, nil, []string{"acme"}, job.Config{}, h.Log)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	fixture.Eventually(t, "it is buried", func() bool {
		var n int
		return h.DB.QueryRow(t.Context(), `select count(*) from dead_letter where job = $1`, j).Scan(&n) == nil && n == 1
	})
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	page, err := h.letters.ListDeadLetters(t.Context(), &adapterv1.ListDeadLettersRequest{Parent: "connections/acme", PageSize: 1})
	if err != nil || len(page.GetDeadLetters()) != 1 {
		t.Fatalf("%v, %v", page, err)
	}
	return page.GetDeadLetters()[0]
}

func TestADeadLetterTellsAllThatAPersonNeeds(t *testing.T) {
	h := open(t)
	uid := h.Learn(t, "acme", "1", "printer")
	h.bury(t, "1", "bad")
	d, err := h.letters.GetDeadLetter(t.Context(), &adapterv1.GetDeadLetterRequest{Name: h.bury(t, "1", "worse").GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if d.GetKind() != "ticket" || d.GetEntityUid() != uid.String() || d.GetVendorId() != "1" || d.GetOperation() != "UpdateTicket" ||
		d.GetClass() != "REFUSED" || d.GetReason() != "MISSING" || d.GetField() != "outcome" || d.GetStatus() != 400 || d.GetCode() != "E7" ||
		d.GetMessage() != "no outcome given" || d.GetTrackingId() != "req-1" || !slices.Equal(d.GetPaths(), []string{"summary"}) ||
		d.GetState() != adapterv1.DeadLetter_STATE_OPEN || d.GetTimes() != 1 || d.GetJob() == "" || d.GetCreateTime() == nil {
		t.Errorf("dead letter %v", d)
	}
	if d.GetPayload() == "" || d.GetResolveTime() != nil || len(d.GetActs()) != 0 {
		t.Errorf("payload %q, acts %v", d.GetPayload(), d.GetActs())
	}
}

func TestWhoReplayedAndWhoDiscardedIsKept(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	one, two := h.bury(t, "1", "a"), h.bury(t, "1", "b")
	ann, bob := as(t.Context(), "ann"), as(t.Context(), "bob")
	var replay string
	for range 2 {
		d, err := h.letters.ReplayDeadLetter(ann, &adapterv1.ReplayDeadLetterRequest{Name: one.GetName(), Reason: "fixed"})
		if err != nil || d.GetState() != adapterv1.DeadLetter_STATE_REPLAYED || d.GetResolver() != "ann" || len(d.GetActs()) != 1 {
			t.Fatalf("%v, %v", d, err)
		}
		if a := d.GetActs()[0]; a.GetAction() != "replay" || a.GetCaller() != "ann" || a.GetReason() != "fixed" || a.GetJob() != d.GetReplay() {
			t.Errorf("act %v", a)
		}
		if replay != "" && replay != d.GetReplay() {
			t.Error("pressed twice, replayed twice")
		}
		replay = d.GetReplay()
	}
	j, err := h.jobs.GetJob(t.Context(), &adapterv1.GetJobRequest{Name: replay})
	if err != nil || j.GetReplayOf() != one.GetJob() || j.GetState() != adapterv1.Job_STATE_QUEUED {
		t.Errorf("job %v, %v", j, err)
	}
	d, err := h.letters.DiscardDeadLetter(bob, &adapterv1.DiscardDeadLetterRequest{Name: two.GetName(), Reason: "not wanted"})
	if err != nil || d.GetState() != adapterv1.DeadLetter_STATE_DISCARDED || d.GetActs()[0].GetReason() != "not wanted" || d.GetResolver() != "bob" {
		t.Errorf("%v, %v", d, err)
	}
	_, err = h.letters.DiscardDeadLetter(bob, &adapterv1.DiscardDeadLetterRequest{Name: one.GetName(), Reason: "x"})
	refused(t, err, codes.FailedPrecondition, "")
}

func TestDeadLettersAreListedLatestFirst(t *testing.T) {
	h := open(t)
	one := h.Learn(t, "acme", "1", "printer")
	h.Learn(t, "acme", "2", "screen")
	var want []string
	for _, id := range []string{"1", "2", "1", "2"} {
		want = append([]string{h.bury(t, id, "a"+uuid.NewString()).GetName()}, want...)
	}
	h.exec(t, `update dead_letter set class = 'EXHAUSTED', reason = 'DOWN', created_at = created_at - interval '1 h', resolution = 'discarded',
		resolved_at = now() where id = $1`, id(want[3]))
	h.exec(t, `insert into dead_letter (id, connection, kind, class) values (gen_random_uuid(), 'other', '', 'SCHEMA_DRIFT')`)
	for row, c := range map[string]struct {
		filter *adapterv1.DeadLetterFilter
		want   []string
	}{
		"all":                 {nil, want},
		"of one entity":       {&adapterv1.DeadLetterFilter{EntityUid: one.String()}, []string{want[1], want[3]}},
		"of one vendor's id":  {&adapterv1.DeadLetterFilter{VendorId: "2"}, []string{want[0], want[2]}},
		"of a class":          {&adapterv1.DeadLetterFilter{Classes: []string{"EXHAUSTED", "SUPERSEDED"}}, want[3:]},
		"of a reason":         {&adapterv1.DeadLetterFilter{Reasons: []string{"DOWN"}}, want[3:]},
		"of an operation":     {&adapterv1.DeadLetterFilter{Operations: []string{"UpdateTicket"}}, want},
		"of another":          {&adapterv1.DeadLetterFilter{Operations: []string{"DeleteTicket"}}, nil},
		"of a kind":           {&adapterv1.DeadLetterFilter{Kinds: []string{"note"}}, nil},
		"open":                {&adapterv1.DeadLetterFilter{States: []adapterv1.DeadLetter_State{adapterv1.DeadLetter_STATE_OPEN}}, want[:3]},
		"in the last minutes": {&adapterv1.DeadLetterFilter{FromTime: timestamppb.New(time.Now().Add(-10 * time.Minute))}, want[:3]},
		"before them":         {&adapterv1.DeadLetterFilter{BeforeTime: timestamppb.New(time.Now().Add(-10 * time.Minute))}, want[3:]},
	} {
		t.Run(row, func(t *testing.T) {
			var got []string
			token := ""
			for {
				p, err := h.letters.ListDeadLetters(t.Context(), &adapterv1.ListDeadLettersRequest{Parent: "connections/acme", PageSize: 2, PageToken: token, Filter: c.filter})
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range p.GetDeadLetters() {
					got = append(got, d.GetName())
				}
				if token = p.GetNextPageToken(); token == "" {
					break
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	p, err := h.letters.ListDeadLetters(t.Context(), &adapterv1.ListDeadLettersRequest{Parent: "connections/-"})
	if err != nil || len(p.GetDeadLetters()) != 5 {
		t.Errorf("of all connections: %v, %v", p, err)
	}
}

func TestADryRunShowsWhatABatchWouldDo(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	for range 3 {
		h.bury(t, "1", uuid.NewString())
	}
	ask := &adapterv1.ReplayDeadLettersRequest{
		Parent: "connections/acme", Filter: &adapterv1.DeadLetterFilter{Classes: []string{"REFUSED"}}, DryRun: true, RequestId: uuid.NewString(),
	}
	b, err := h.letters.ReplayDeadLetters(t.Context(), ask)
	if err != nil || b.GetSelectedCount() != 3 || len(b.GetSample()) != 3 || b.GetName() != "" || b.GetRate() != 10 {
		t.Fatalf("%v, %v", b, err)
	}
	ask.DryRun = false
	var names []string
	for range 2 {
		b, err := h.letters.ReplayDeadLetters(as(t.Context(), "ann"), ask)
		if err != nil || b.GetState() != adapterv1.DeadLetterBatch_STATE_RUNNING || b.GetCaller() != "ann" {
			t.Fatalf("%v, %v", b, err)
		}
		names = append(names, b.GetName())
	}
	if names[0] != names[1] {
		t.Errorf("one request began %v", names)
	}
	if _, err := h.accepted.ResumeBatch(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err = h.letters.GetDeadLetterBatch(t.Context(), &adapterv1.GetDeadLetterBatchRequest{Name: names[0]})
	if err != nil || b.GetState() != adapterv1.DeadLetterBatch_STATE_DONE || b.GetDoneCount() != 3 || b.GetEndTime() == nil {
		t.Errorf("%v, %v", b, err)
	}
	if b, err = h.letters.ReplayDeadLetters(as(t.Context(), "ann"), ask); err != nil || b.GetName() != names[0] {
		t.Errorf("the same request afterwards: %v, %v", b, err)
	}
	list, err := h.letters.ListDeadLetterBatches(t.Context(), &adapterv1.ListDeadLetterBatchesRequest{Parent: "connections/acme"})
	if err != nil || len(list.GetDeadLetterBatches()) != 1 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestABatchCanBeStopped(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	h.bury(t, "1", "a")
	b, err := h.letters.DiscardDeadLetters(t.Context(), &adapterv1.DiscardDeadLettersRequest{
		Parent: "connections/acme", Filter: &adapterv1.DeadLetterFilter{Kinds: []string{"ticket"}}, Reason: "no",
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err = h.letters.CancelDeadLetterBatch(as(t.Context(), "bob"), &adapterv1.CancelDeadLetterBatchRequest{Name: b.GetName()})
	if err != nil || b.GetState() != adapterv1.DeadLetterBatch_STATE_CANCELLED || b.GetCanceller() != "bob" {
		t.Fatalf("%v, %v", b, err)
	}
	if _, err := h.accepted.ResumeBatch(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := h.letters.ListDeadLetters(t.Context(), &adapterv1.ListDeadLettersRequest{Parent: "connections/acme"})
	if err != nil || p.GetDeadLetters()[0].GetState() != adapterv1.DeadLetter_STATE_OPEN {
		t.Errorf("%v, %v", p, err)
	}
}

func TestWhatAnOperatorAsksWronglyOfDeadLetters(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	d := h.bury(t, "1", "mine")
	h.bury(t, "1", "mine too")
	theirs := "connections/other" + d.GetName()[len("connections/acme"):]
	h.Learn(t, "acme", "1", "theirs")
	ctx := t.Context()
	page, err := h.letters.ListDeadLetters(ctx, &adapterv1.ListDeadLettersRequest{Parent: "connections/acme", PageSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) error {
		_, err := h.letters.GetDeadLetter(ctx, &adapterv1.GetDeadLetterRequest{Name: name})
		return err
	}
	list := func(r *adapterv1.ListDeadLettersRequest) error {
		_, err := h.letters.ListDeadLetters(ctx, r)
		return err
	}
	of := func(f *adapterv1.DeadLetterFilter) error {
		return list(&adapterv1.ListDeadLettersRequest{Parent: "connections/acme", Filter: f})
	}
	replay := func(r *adapterv1.ReplayDeadLetterRequest) error {
		_, err := h.letters.ReplayDeadLetter(ctx, r)
		return err
	}
	many := func(r *adapterv1.ReplayDeadLettersRequest) error {
		_, err := h.letters.ReplayDeadLetters(ctx, r)
		return err
	}
	discard := func(r *adapterv1.DiscardDeadLetterRequest) error {
		_, err := h.letters.DiscardDeadLetter(ctx, r)
		return err
	}
	narrow := &adapterv1.DeadLetterFilter{Kinds: []string{"ticket"}}
	now := timestamppb.Now()
	for row, c := range map[string]struct {
		err   error
		code  codes.Code
		field string
	}{
		"a dead letter that is none":             {get("connections/acme/deadLetters/1"), codes.InvalidArgument, "name"},
		"one that nobody knows":                  {get("connections/acme/deadLetters/" + uuid.NewString()), codes.NotFound, ""},
		"one of another connection":              {get(theirs), codes.NotFound, ""},
		"to replay one of another connection":    {replay(&adapterv1.ReplayDeadLetterRequest{Name: theirs}), codes.NotFound, ""},
		"to discard one of another connection":   {discard(&adapterv1.DiscardDeadLetterRequest{Name: theirs, Reason: "x"}), codes.NotFound, ""},
		"to replay what somebody else changed":   {replay(&adapterv1.ReplayDeadLetterRequest{Name: d.GetName()}), codes.FailedPrecondition, ""},
		"to send again what was not sent":        {replay(&adapterv1.ReplayDeadLetterRequest{Name: d.GetName(), NotApplied: true}), codes.FailedPrecondition, ""},
		"to discard without a reason":            {discard(&adapterv1.DiscardDeadLetterRequest{Name: d.GetName()}), codes.InvalidArgument, "reason"},
		"a NUL in a reason":                      {replay(&adapterv1.ReplayDeadLetterRequest{Name: d.GetName(), Reason: "\x00"}), codes.InvalidArgument, "reason"},
		"to replay everything":                   {many(&adapterv1.ReplayDeadLettersRequest{Parent: "connections/acme"}), codes.InvalidArgument, "filter"},
		"to replay of all connections":           {many(&adapterv1.ReplayDeadLettersRequest{Parent: "connections/-", Filter: narrow}), codes.InvalidArgument, "parent"},
		"a rate that is negative":                {many(&adapterv1.ReplayDeadLettersRequest{Parent: "connections/acme", Filter: narrow, Rate: -1}), codes.InvalidArgument, "rate"},
		"a rate that is no number":               {many(&adapterv1.ReplayDeadLettersRequest{Parent: "connections/acme", Filter: narrow, Rate: math.NaN()}), codes.InvalidArgument, "rate"},
		"a rate beyond the bound":                {many(&adapterv1.ReplayDeadLettersRequest{Parent: "connections/acme", Filter: narrow, Rate: 1e9}), codes.InvalidArgument, "rate"},
		"a request id that is none":              {many(&adapterv1.ReplayDeadLettersRequest{Parent: "connections/acme", Filter: narrow, RequestId: "1"}), codes.InvalidArgument, "request_id"},
		"to list a parent that is none":          {list(&adapterv1.ListDeadLettersRequest{Parent: "acme"}), codes.InvalidArgument, "parent"},
		"to list a connection not here":          {list(&adapterv1.ListDeadLettersRequest{Parent: "connections/nobody"}), codes.NotFound, ""},
		"a negative page":                        {list(&adapterv1.ListDeadLettersRequest{Parent: "connections/acme", PageSize: -1}), codes.InvalidArgument, "page_size"},
		"a class that is none":                   {of(&adapterv1.DeadLetterFilter{Classes: []string{"BAD"}}), codes.InvalidArgument, "filter.classes[0]"},
		"too many kinds":                         {of(&adapterv1.DeadLetterFilter{Kinds: make([]string, 21)}), codes.InvalidArgument, "filter.kinds"},
		"an entity that is none":                 {of(&adapterv1.DeadLetterFilter{EntityUid: "1"}), codes.InvalidArgument, "filter.entity_uid"},
		"a state that is none":                   {of(&adapterv1.DeadLetterFilter{States: []adapterv1.DeadLetter_State{99}}), codes.InvalidArgument, "filter.states[0]"},
		"times that hold nothing":                {of(&adapterv1.DeadLetterFilter{FromTime: now, BeforeTime: now}), codes.InvalidArgument, "filter.before_time"},
		"a time that is none":                    {of(&adapterv1.DeadLetterFilter{FromTime: &timestamppb.Timestamp{Nanos: -1}}), codes.InvalidArgument, "filter.from_time"},
		"a token of another filter":              {list(&adapterv1.ListDeadLettersRequest{Parent: "connections/acme", PageToken: page.GetNextPageToken(), Filter: narrow}), codes.InvalidArgument, "page_token"},
		"a token of another connection":          {list(&adapterv1.ListDeadLettersRequest{Parent: "connections/other", PageToken: page.GetNextPageToken()}), codes.InvalidArgument, "page_token"},
		"a batch that nobody knows":              {batchOf(ctx, h, mirror.JobName("acme", uuid.New())), codes.InvalidArgument, "name"},
		"a batch of another connection or never": {batchOf(ctx, h, "connections/acme/deadLetterBatches/"+uuid.NewString()), codes.NotFound, ""},
	} {
		t.Run(row, func(t *testing.T) { refused(t, c.err, c.code, c.field) })
	}
}

func batchOf(ctx context.Context, h house, name string) error {
	_, err := h.letters.GetDeadLetterBatch(ctx, &adapterv1.GetDeadLetterBatchRequest{Name: name})
	return err
}
