package adapter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// target is what is decided about: one dead letter, or all that a filter selects.
type target struct {
	person
	selection
	Connection string  `arg:"" help:"The connection."`
	ID         string  `arg:"" optional:"" help:"The dead letter; without one, all that the flags select."`
	Rate       float64 `help:"At most so many a second, of many." default:"10"`
	Yes        bool    `help:"Do it; without this, many are only counted and the first shown."`
}

const lookEvery = 500 * time.Millisecond

type replayLetter struct {
	target
	Why        string `help:"Why, for the record."`
	Overwrite  bool   `help:"Write it even if somebody else has changed its fields since."`
	NotApplied bool   `help:"You have looked: the vendor has not applied it. Of one with an unknown outcome only."`
}

// Run replays one dead letter, or many.
func (c replayLetter) Run(ctx context.Context, w world) error {
	if c.ID == "" && c.NotApplied {
		return errors.New("--not-applied: is said of one dead letter at a time; name it")
	}
	return c.decide(ctx, w,
		func(ctx context.Context, s adapterv1.DeadLetterServiceClient) (*adapterv1.DeadLetter, error) {
			return s.ReplayDeadLetter(ctx, &adapterv1.ReplayDeadLetterRequest{
				Name: letterName(c.Connection, c.ID), Reason: c.Why, Overwrite: c.Overwrite, NotApplied: c.NotApplied,
			})
		},
		func(ctx context.Context, s adapterv1.DeadLetterServiceClient, id string) (*adapterv1.DeadLetterBatch, error) {
			return s.ReplayDeadLetters(ctx, &adapterv1.ReplayDeadLettersRequest{
				Parent: "connections/" + c.Connection, Filter: c.filter(), Reason: c.Why, Overwrite: c.Overwrite, Rate: c.Rate, DryRun: !c.Yes, RequestId: id,
			})
		})
}

type discardLetter struct {
	target
	Why string `help:"Why, for the record." required:""`
}

// Run discards one dead letter, or many.
func (c discardLetter) Run(ctx context.Context, w world) error {
	return c.decide(ctx, w,
		func(ctx context.Context, s adapterv1.DeadLetterServiceClient) (*adapterv1.DeadLetter, error) {
			return s.DiscardDeadLetter(ctx, &adapterv1.DiscardDeadLetterRequest{Name: letterName(c.Connection, c.ID), Reason: c.Why})
		},
		func(ctx context.Context, s adapterv1.DeadLetterServiceClient, id string) (*adapterv1.DeadLetterBatch, error) {
			return s.DiscardDeadLetters(ctx, &adapterv1.DiscardDeadLettersRequest{
				Parent: "connections/" + c.Connection, Filter: c.filter(), Reason: c.Why, Rate: c.Rate, DryRun: !c.Yes, RequestId: id,
			})
		})
}

type (
	decideOne  = func(context.Context, adapterv1.DeadLetterServiceClient) (*adapterv1.DeadLetter, error)
	decideMany = func(context.Context, adapterv1.DeadLetterServiceClient, string) (*adapterv1.DeadLetterBatch, error)
)

func (c target) decide(ctx context.Context, w world, one decideOne, many decideMany) error {
	return c.ask(ctx, w, func(ctx context.Context, s adapterv1.DeadLetterServiceClient) error {
		if c.ID == "" {
			return c.decideMany(ctx, w, s, many)
		}
		ctx, cancel := context.WithTimeout(ctx, askFor)
		defer cancel()
		d, err := one(ctx, s)
		if err != nil {
			return err
		}
		return printLetter(w.out, d)
	})
}

// decideMany shows what is selected or, if told to, has it done and tells how it goes on.
func (c target) decideMany(ctx context.Context, w world, s adapterv1.DeadLetterServiceClient, many decideMany) error {
	b, err := many(ctx, s, uuid.NewString())
	if err != nil {
		return err
	}
	if !c.Yes {
		_, _ = fmt.Fprintf(w.out, "%d dead letters are selected; nothing was done: add --yes to %s them\n\n", b.GetSelectedCount(), b.GetAction())
		return printLetters(w.out, b.GetSample())
	}
	for {
		_, _ = fmt.Fprintf(w.out, "%s: %d of %d done, %d left as they are\n", word(b.GetState().String()), b.GetDoneCount(), b.GetSelectedCount(), b.GetSkippedCount())
		if b.GetState() != adapterv1.DeadLetterBatch_STATE_RUNNING {
			return printSkip(w.out, b)
		}
		select {
		case <-ctx.Done():
			_, _ = fmt.Fprintf(w.out, "it goes on without you; stop it with: dead-letters cancel %s %s\n", c.Connection, last(b.GetName()))
			return nil
		case <-time.After(lookEvery):
		}
		if b, err = s.GetDeadLetterBatch(ctx, &adapterv1.GetDeadLetterBatchRequest{Name: b.GetName()}); err != nil {
			return err
		}
	}
}

func printSkip(out io.Writer, b *adapterv1.DeadLetterBatch) error {
	if b.GetLastSkip() == "" {
		return nil
	}
	_, err := fmt.Fprintf(out, "the last that was left: %s\n", b.GetLastSkip())
	return err
}

type listBatches struct {
	person
	Connection string `arg:"" help:"The connection."`
	Limit      int32  `help:"How many." default:"20"`
}

// Run prints a table of batches.
func (c listBatches) Run(ctx context.Context, w world) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	return c.ask(ctx, w, func(ctx context.Context, s adapterv1.DeadLetterServiceClient) error {
		page, err := s.ListDeadLetterBatches(ctx, &adapterv1.ListDeadLetterBatchesRequest{Parent: "connections/" + c.Connection, PageSize: c.Limit})
		if err != nil {
			return err
		}
		return printBatches(w.out, page.GetDeadLetterBatches())
	})
}

func printBatches(out io.Writer, batches []*adapterv1.DeadLetterBatch) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "BATCH\tASKED\tBY\tACTION\tSTATE\tSELECTED\tDONE\tLEFT\tWHY")
	for _, b := range batches {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", last(b.GetName()), b.GetCreateTime().AsTime().Format(time.DateTime),
			dash(b.GetCaller()), b.GetAction(), word(b.GetState().String()), b.GetSelectedCount(), b.GetDoneCount(), b.GetSkippedCount(),
			short(b.GetReason(), 40))
	}
	return t.Flush()
}

type cancelBatch struct {
	person
	Connection string `arg:"" help:"The connection."`
	ID         string `arg:"" help:"The batch."`
}

// Run stops a batch.
func (c cancelBatch) Run(ctx context.Context, w world) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	return c.ask(ctx, w, func(ctx context.Context, s adapterv1.DeadLetterServiceClient) error {
		b, err := s.CancelDeadLetterBatch(ctx, &adapterv1.CancelDeadLetterBatchRequest{
			Name: "connections/" + c.Connection + "/deadLetterBatches/" + c.ID,
		})
		if err != nil {
			return err
		}
		return printBatches(w.out, []*adapterv1.DeadLetterBatch{b})
	})
}
