package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/breakwater-acl/breakwater/pkg/change"
)

// Retention bounds a stream, by age and by size; what comes first ends a message.
type Retention struct {
	Age   time.Duration // default 7 days
	Bytes int64         // default 256 MiB
}

// Changes is the stream of what became visible: subject {adapter}.changes.{kind}.{connection}, message id the change's
// place. It is a change.Stream.
type Changes struct {
	js      jetstream.JetStream // of its own: changes and wake-ups do not wait for each other
	adapter string
	keep    Retention
}

// answer is how long the server has for one request.
const answer = 5 * time.Second

// Changes is this adapter's stream of changes.
func (b *Bus) Changes(keep Retention) (*Changes, error) {
	if keep.Age <= 0 {
		keep.Age = 7 * 24 * time.Hour
	}
	if keep.Bytes <= 0 {
		keep.Bytes = 256 << 20
	}
	js, err := jetstream.New(b.nc, jetstream.WithPublishAsyncMaxPending(maxUnacked), jetstream.WithPublishAsyncTimeout(answer),
		jetstream.WithPublishAsyncErrHandler(func(jetstream.JetStream, *nats.Msg, error) {}))
	if err != nil {
		return nil, fmt.Errorf("jetstream: %w", err)
	}
	return &Changes{js: js, adapter: b.adapter, keep: keep}, nil
}

// OnChange calls heard for each change that is carried, whichever replica carries it.
func (b *Bus) OnChange(heard func()) error {
	if _, err := b.nc.Subscribe(b.adapter+".changes.>", func(*nats.Msg) { heard() }); err != nil {
		return fmt.Errorf("subscribe to changes: %w", err)
	}
	return nil
}

func (c *Changes) name() string { return strings.ToUpper(c.adapter) + "_CHANGES" }

// End makes the stream where it is missing, and tells how it ends.
func (c *Changes) End(ctx context.Context) (change.End, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*answer)
	defer cancel()
	s, err := c.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: c.name(), Subjects: []string{c.adapter + ".changes.>"}, Storage: jetstream.FileStorage,
		MaxAge: c.keep.Age, MaxBytes: c.keep.Bytes, Discard: jetstream.DiscardOld,
	})
	if err != nil {
		return change.End{}, fmt.Errorf("make stream %s: %w", c.name(), err)
	}
	info, err := s.Info(ctx)
	if err != nil {
		return change.End{}, fmt.Errorf("look at stream %s: %w", c.name(), err)
	}
	end := change.End{Seq: info.State.LastSeq}
	if info.State.Msgs == 0 {
		return end, nil
	}
	last, err := s.GetMsg(ctx, end.Seq)
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound): // grown too old since we asked
		return end, nil
	case err != nil:
		return change.End{}, fmt.Errorf("read the end of stream %s: %w", c.name(), err)
	}
	end.ID = last.Header.Get(jetstream.MsgIDHeader)
	return end, nil
}

// Append publishes messages, each on condition that it comes right behind the one before.
func (c *Changes) Append(ctx context.Context, end change.End, messages []change.Message) (change.End, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*answer)
	defer cancel()
	acks := make([]jetstream.PubAckFuture, 0, len(messages))
	for i, m := range messages {
		ack, err := c.js.PublishAsync(c.adapter+".changes."+m.Kind+"."+m.Connection, m.Data,
			jetstream.WithMsgID(m.ID), jetstream.WithExpectLastSequence(end.Seq+uint64(i))) //nolint:gosec // never negative
		if err != nil {
			return end, fmt.Errorf("publish a change: %w", err)
		}
		acks = append(acks, ack)
	}
	for i, ack := range acks {
		if err := taken(ctx, ack, end.Seq+1); err != nil {
			return end, fmt.Errorf("publish a change: %w", err)
		}
		end = change.End{Seq: end.Seq + 1, ID: messages[i].ID}
	}
	return end, nil
}

// taken waits until the server has a message, at this place in its stream.
func taken(ctx context.Context, ack jetstream.PubAckFuture, seq uint64) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-ack.Err():
		return err
	case a := <-ack.Ok():
		if a.Sequence != seq {
			return fmt.Errorf("it stands at %d, not %d", a.Sequence, seq)
		}
		return nil
	}
}
