package traffic

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/status"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Writer changes subjects, one change after the other. What it asks for is drawn from its hand.
type Writer struct {
	Hand     cast.Hand
	Callers  *Callers
	Cast     cast.Cast
	Subjects *cast.Subjects
	Told     *history.Recorder
	Pace     time.Duration // between two writes
}

// Run writes until stop; what was begun is asked until it is answered, or ctx ends.
func (w *Writer) Run(ctx context.Context, stop <-chan struct{}) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-stop:
			return nil
		case <-time.After(w.Pace/2 + time.Duration(w.Hand.Dice.Int64N(int64(w.Pace)))):
		}
		if err := w.write(ctx); err != nil {
			return fmt.Errorf("%s: %w", w.Hand.Name, err)
		}
	}
}

// write asks for any change, and for what belongs to it.
func (w *Writer) write(ctx context.Context) error {
	w.Hand.Count++
	drawing, cancel := context.WithTimeout(ctx, patience)
	intent, ok := w.Cast.Draw(drawing, &w.Hand)
	cancel()
	for ok {
		got, accepted, err := w.ask(ctx, intent)
		if err != nil {
			return err
		}
		if ok = accepted && intent.Then != nil; ok {
			intent = intent.Then(got)
		}
	}
	return nil
}

// ask insists on an answer and takes it down.
func (w *Writer) ask(ctx context.Context, i cast.Intent) (got cast.View, accepted bool, err error) {
	h := i.Write
	got, h.Asked, err = w.Callers.insist(ctx, w.Hand.Dice.IntN(8), i.Ask)
	switch {
	case err == nil:
		h.Accepted = time.Now()
	case ctx.Err() != nil:
		return got, false, err
	default:
		h.Refused = status.Code(err).String()
	}
	if err == nil && h.Op == history.Create {
		if h.Subject = got.UID; h.Subject == uuid.Nil {
			return got, false, fmt.Errorf("%s was created without a uid", got.Name)
		}
		w.Subjects.Add(got)
	}
	w.Told.Wrote(h)
	return got, err == nil, nil
}
