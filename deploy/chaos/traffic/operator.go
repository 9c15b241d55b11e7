package traffic

import (
	"context"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc/metadata"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// Operator is a person on call who deals with dead letters: replays one, now and then pressing twice, replays all that were
// refused, discards one.
type Operator struct {
	Callers *Callers
	Dice    *rand.Rand
	Pace    time.Duration // between two decisions
}

// Run decides until ctx ends. What is not answered, or left as it is, is asked again another time.
func (o *Operator) Run(ctx context.Context) error {
	ctx = metadata.AppendToOutgoingContext(ctx, rpc.CallerKey, "operator")
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(o.Pace/2 + time.Duration(o.Dice.Int64N(int64(o.Pace)))):
			_ = o.decide(ctx)
		}
	}
}

func (o *Operator) decide(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	replica, kind, twice, over := o.Dice.IntN(8), o.Dice.IntN(100), o.Dice.IntN(4) == 0, o.Dice.IntN(2) == 0
	letters := o.Callers.letters(replica)
	if kind < 8 {
		_, err := letters.ReplayDeadLetters(ctx, &adapterv1.ReplayDeadLettersRequest{
			Parent: o.Callers.Parent, Filter: &adapterv1.DeadLetterFilter{Classes: []string{"REFUSED"}}, Reason: "all of them", Rate: 20,
		})
		return err
	}
	page, err := letters.ListDeadLetters(ctx, &adapterv1.ListDeadLettersRequest{
		Parent: o.Callers.Parent, Filter: &adapterv1.DeadLetterFilter{States: []adapterv1.DeadLetter_State{adapterv1.DeadLetter_STATE_OPEN}}, PageSize: 20,
	})
	if err != nil || len(page.GetDeadLetters()) == 0 {
		return err
	}
	l := page.GetDeadLetters()[o.Dice.IntN(len(page.GetDeadLetters()))]
	if kind < 25 {
		return o.discard(ctx, letters, l)
	}
	if twice {
		go func() { _ = o.replay(ctx, o.Callers.letters(replica+1), l, over) }() // ends with ctx
	}
	return o.replay(ctx, letters, l, over)
}

func (*Operator) replay(ctx context.Context, at adapterv1.DeadLetterServiceClient, l *adapterv1.DeadLetter, overwrite bool) error {
	_, err := at.ReplayDeadLetter(ctx, &adapterv1.ReplayDeadLetterRequest{Name: l.GetName(), Reason: "once more", Overwrite: overwrite})
	return err
}

func (*Operator) discard(ctx context.Context, at adapterv1.DeadLetterServiceClient, l *adapterv1.DeadLetter) error {
	_, err := at.DiscardDeadLetter(ctx, &adapterv1.DiscardDeadLetterRequest{Name: l.GetName(), Reason: "nobody needs it"})
	return err
}
