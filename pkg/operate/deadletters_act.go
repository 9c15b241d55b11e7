package operate

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/page"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

const (
	maxWhy      = 1000 // characters of why
	usualRate   = 10   // dead letters a second
	highestRate = 1000
	sampleSize  = 10
)

// ReplayDeadLetter makes again what was buried.
func (s *deadLetterService) ReplayDeadLetter(ctx context.Context, r *adapterv1.ReplayDeadLetterRequest) (*adapterv1.DeadLetter, error) {
	if err := rpc.Text("reason", r.GetReason(), 0, maxWhy); err != nil {
		return nil, err
	}
	d := job.Decision{Caller: rpc.Caller(ctx), Reason: r.GetReason(), Overwrite: r.GetOverwrite(), NotApplied: r.GetNotApplied()}
	return s.act(ctx, r.GetName(), d, s.Jobs.Replay)
}

// DiscardDeadLetter gives up a dead letter.
func (s *deadLetterService) DiscardDeadLetter(ctx context.Context, r *adapterv1.DiscardDeadLetterRequest) (*adapterv1.DeadLetter, error) {
	if err := rpc.Text("reason", r.GetReason(), 1, maxWhy); err != nil {
		return nil, err
	}
	return s.act(ctx, r.GetName(), job.Decision{Caller: rpc.Caller(ctx), Reason: r.GetReason()}, s.Jobs.Discard)
}

type doing = func(ctx context.Context, connection string, id uuid.UUID, d job.Decision) (job.Letter, error)

func (s *deadLetterService) act(ctx context.Context, resource string, d job.Decision, do doing) (*adapterv1.DeadLetter, error) {
	connection, id, err := s.letter(resource)
	if err != nil {
		return nil, err
	}
	l, err := do(ctx, connection, id, d)
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Precondition {
		return nil, rpc.About(resource, f)
	}
	if err != nil {
		return nil, rpc.About(resource, err)
	}
	return s.whole(ctx, l)
}

// ReplayDeadLetters makes again all that a filter selects.
func (s *deadLetterService) ReplayDeadLetters(ctx context.Context, r *adapterv1.ReplayDeadLettersRequest) (*adapterv1.DeadLetterBatch, error) {
	if err := rpc.Text("reason", r.GetReason(), 0, maxWhy); err != nil {
		return nil, err
	}
	b := job.Batch{Action: job.Replayed, Reason: r.GetReason(), Overwrite: r.GetOverwrite(), Rate: r.GetRate()}
	return s.begin(ctx, b, r)
}

// DiscardDeadLetters gives up all that a filter selects.
func (s *deadLetterService) DiscardDeadLetters(ctx context.Context, r *adapterv1.DiscardDeadLettersRequest) (*adapterv1.DeadLetterBatch, error) {
	if err := rpc.Text("reason", r.GetReason(), 1, maxWhy); err != nil {
		return nil, err
	}
	return s.begin(ctx, job.Batch{Action: job.Discarded, Reason: r.GetReason(), Rate: r.GetRate()}, r)
}

// many is what both requests about many dead letters have.
type many interface {
	GetParent() string
	GetFilter() *adapterv1.DeadLetterFilter
	GetDryRun() bool
	GetRequestId() string
}

func (s *deadLetterService) begin(ctx context.Context, b job.Batch, r many) (_ *adapterv1.DeadLetterBatch, err error) {
	if b.Connection, err = s.connection("parent", r.GetParent()); err != nil {
		return nil, err
	}
	if b.Filter, err = letterFilter(r.GetFilter()); err != nil {
		return nil, err
	}
	if b.Filter.Everything() {
		return nil, fault.Field("filter", "must narrow: name a kind, class, reason, operation or entity, or a time")
	}
	switch {
	case math.IsNaN(b.Rate) || b.Rate < 0 || b.Rate > highestRate:
		return nil, fault.Field("rate", fmt.Sprintf("must be 0 to %d dead letters a second", highestRate))
	case b.Rate == 0:
		b.Rate = usualRate
	}
	if r.GetRequestId() != "" {
		if b.RequestID, err = name.UUID("request_id", r.GetRequestId()); err != nil {
			return nil, err
		}
	}
	b.Caller = rpc.Caller(ctx)
	if r.GetDryRun() {
		return s.try(ctx, b)
	}
	if b, err = s.Jobs.Begin(ctx, b); err != nil {
		return nil, err
	}
	return shownBatch(b), nil
}

// try tells what a batch would do.
func (s *deadLetterService) try(ctx context.Context, b job.Batch) (*adapterv1.DeadLetterBatch, error) {
	n, sample, err := s.Jobs.Select(ctx, s.DB, b.Connection, b.Filter, sampleSize)
	if err != nil {
		return nil, err
	}
	shown := shownBatch(b)
	shown.Name, shown.State, shown.CreateTime, shown.SelectedCount = "", adapterv1.DeadLetterBatch_STATE_UNSPECIFIED, nil, n
	for _, l := range sample {
		shown.Sample = append(shown.GetSample(), shownLetter(l))
	}
	return shown, nil
}

// GetDeadLetterBatch returns how far a batch has come.
func (s *deadLetterService) GetDeadLetterBatch(ctx context.Context, r *adapterv1.GetDeadLetterBatchRequest) (*adapterv1.DeadLetterBatch, error) {
	return s.batch(r.GetName(), func(connection string, id uuid.UUID) (job.Batch, error) {
		return s.Jobs.Batch(ctx, s.DB, connection, id)
	})
}

// CancelDeadLetterBatch stops a batch.
func (s *deadLetterService) CancelDeadLetterBatch(ctx context.Context, r *adapterv1.CancelDeadLetterBatchRequest) (*adapterv1.DeadLetterBatch, error) {
	return s.batch(r.GetName(), func(connection string, id uuid.UUID) (job.Batch, error) {
		return s.Jobs.Cancel(ctx, connection, id, rpc.Caller(ctx))
	})
}

func (s *deadLetterService) batch(resource string, ask func(string, uuid.UUID) (job.Batch, error)) (*adapterv1.DeadLetterBatch, error) {
	connection, id, err := s.child(resource, "deadLetterBatches")
	if err != nil {
		return nil, err
	}
	b, err := ask(connection, id)
	if err != nil {
		return nil, rpc.About(resource, err)
	}
	return shownBatch(b), nil
}

// ListDeadLetterBatches returns a page of one connection's batches, latest first.
func (s *deadLetterService) ListDeadLetterBatches(ctx context.Context, r *adapterv1.ListDeadLetterBatchesRequest) (*adapterv1.ListDeadLetterBatchesResponse, error) {
	connection, err := s.connection("parent", r.GetParent())
	if err != nil {
		return nil, err
	}
	size, err := page.Size(r.GetPageSize())
	if err != nil {
		return nil, err
	}
	scope := []string{"ListDeadLetterBatches", rpc.Caller(ctx), r.GetParent()}
	after, err := page.Open[uuid.UUID](r.GetPageToken(), scope...)
	if err != nil {
		return nil, err
	}
	found, err := s.Jobs.Batches(ctx, s.DB, connection, after, size+1)
	if err != nil {
		return nil, err
	}
	answer := &adapterv1.ListDeadLetterBatchesResponse{}
	for _, b := range found[:min(size, len(found))] {
		answer.DeadLetterBatches = append(answer.GetDeadLetterBatches(), shownBatch(b))
	}
	if len(found) > size {
		answer.NextPageToken, err = page.Seal(found[size-1].ID, scope...)
	}
	return answer, err
}

func batchName(connection string, id uuid.UUID) string {
	if id == (uuid.UUID{}) {
		return ""
	}
	return connectionName(connection) + "/deadLetterBatches/" + id.String()
}

func shownBatch(b job.Batch) *adapterv1.DeadLetterBatch {
	d := &adapterv1.DeadLetterBatch{
		Name: batchName(b.Connection, b.ID), Action: "replay", Filter: shownFilter(b.Filter), Caller: b.Caller, Reason: b.Reason,
		Overwrite: b.Overwrite, Rate: b.Rate, State: adapterv1.DeadLetterBatch_STATE_RUNNING, SelectedCount: b.Selected, DoneCount: b.Done,
		SkippedCount: b.Skipped, LastSkip: b.LastSkip, CreateTime: timestamppb.New(b.CreatedAt), EndTime: stamp(b.EndedAt),
		Canceller: b.Canceller,
	}
	if b.Action == job.Discarded {
		d.Action = "discard"
	}
	switch {
	case b.Cancelled:
		d.State = adapterv1.DeadLetterBatch_STATE_CANCELLED
	case !b.EndedAt.IsZero():
		d.State = adapterv1.DeadLetterBatch_STATE_DONE
	}
	return d
}

func shownFilter(f job.LetterFilter) *adapterv1.DeadLetterFilter {
	shown := &adapterv1.DeadLetterFilter{
		Kinds: f.Kinds, Classes: f.Classes, Reasons: f.Reasons, Operations: f.Operations, VendorId: f.VendorID,
		FromTime: stamp(f.From), BeforeTime: stamp(f.Before),
	}
	if f.UID != (uuid.UUID{}) {
		shown.EntityUid = f.UID.String()
	}
	return shown
}
