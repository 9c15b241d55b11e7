// Package bus answers how workers are woken and news is spread over NATS. Losing everything here costs only time: what
// has to be done stands in Postgres.
package bus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
)

const (
	maxUnacked = 4096            // publishes under way; beyond them wake-ups are dropped and counted
	maxAge     = time.Hour       // a wake-up older than this has been made good by the scan long ago
	retry      = time.Second     // between two tries to reach the stream
	heartbeat  = 5 * time.Second // of a pull: a consumer that is gone is noticed within two
)

// Bus carries the wake-ups of one adapter.
type Bus struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	adapter string
	log     *slog.Logger
	self    string // tells our own wake-ups from those of other replicas
	dropped atomic.Int64
	closed  <-chan struct{}

	mu     sync.Mutex
	waking map[string]*waking // by connection
}

// waking is a wake-up on its way to the stream.
type waking struct{ again *string } // a lane for which it has to be followed by another

// Connect connects to NATS and goes on trying in the background if it is away: nothing waits for it.
func Connect(url, adapter string, log *slog.Logger) (*Bus, error) {
	closed := make(chan struct{})
	nc, err := nats.Connect(url, nats.Name(adapter+"-adapter"), nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.ReconnectWait(500*time.Millisecond), nats.Timeout(2*time.Second), nats.ClosedHandler(func(*nats.Conn) { close(closed) }))
	if err != nil {
		return nil, fmt.Errorf("nats_url: %w", err)
	}
	js, err := jetstream.New(nc, jetstream.WithPublishAsyncMaxPending(2*maxUnacked), jetstream.WithPublishAsyncTimeout(answer),
		jetstream.WithPublishAsyncErrHandler(func(jetstream.JetStream, *nats.Msg, error) {}))
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("jetstream: %w", err)
	}
	return &Bus{nc: nc, js: js, adapter: adapter, log: log, self: nats.NewInbox(), waking: map[string]*waking{}, closed: closed}, nil
}

// Connected reports whether NATS answers.
func (b *Bus) Connected() bool { return b.nc.IsConnected() }

// Dropped is how many wake-ups were not published because too many were under way.
func (b *Bus) Dropped() int64 { return b.dropped.Load() }

// Close ends the connection after what was published has left.
func (b *Bus) Close() {
	_ = b.nc.FlushTimeout(time.Second) // best effort: a wake-up may be lost
	b.nc.Close()
}

func (b *Bus) stream() string { return strings.ToUpper(b.adapter) + "_JOBS" }

func (b *Bus) subject(connection, lane string) string {
	sum := sha256.Sum256([]byte(lane)) // a lane may hold anything, a subject's token may not
	return b.adapter + ".jobs." + connection + "." + hex.EncodeToString(sum[:8])
}

// Wake publishes that a lane may have something to do: to one of the replicas, as the stream deals them out, perhaps to this one,
// whose workers know already. It never blocks; what cannot be published is dropped. What comes while a wake-up of the connection is
// on its way is told by one more after it: whoever is woken looks at the whole connection.
func (b *Bus) Wake(connection, lane string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w := b.waking[connection]; w != nil {
		w.again = &lane
		return
	}
	b.publish(connection, lane)
}

// publish publishes a wake-up; b.mu is held.
func (b *Bus) publish(connection, lane string) {
	if b.js.PublishAsyncPending() >= maxUnacked || !b.nc.IsConnected() {
		b.dropped.Add(1)
		return
	}
	ack, err := b.js.PublishMsgAsync(&nats.Msg{Subject: b.subject(connection, lane), Header: nats.Header{from: {b.self}}})
	if err != nil {
		b.dropped.Add(1)
		return
	}
	b.waking[connection] = &waking{}
	go b.published(connection, ack)
}

// published waits until a wake-up is in the stream, or lost, which costs only time.
func (b *Bus) published(connection string, ack jetstream.PubAckFuture) {
	select {
	case <-ack.Ok():
	case <-ack.Err(): //nolint:errcheck // it is lost, which costs only time
	case <-b.closed:
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	w := b.waking[connection]
	delete(b.waking, connection)
	if w.again != nil {
		b.publish(connection, *w.again)
	}
}

// from is the header that says who woke: a replica's own workers know already.
const from = "Breakwater-From"

// Run calls woken for every wake-up of these connections that is dealt to this replica and not its own, until ctx ends. A stream
// or consumer that is lost is made again.
func (b *Bus) Run(ctx context.Context, connections []string, woken func(connection string)) error {
	var g errgroup.Group
	for _, c := range connections {
		g.Go(func() error { b.follow(ctx, c, woken); return nil })
	}
	return g.Wait()
}

func (b *Bus) follow(ctx context.Context, connection string, woken func(string)) {
	quiet := false
	for ctx.Err() == nil {
		err := b.consume(ctx, connection, woken)
		if ctx.Err() == nil && !quiet {
			b.log.WarnContext(ctx, "wake-ups interrupted", "connection", connection, "error", err)
		}
		quiet = err != nil
		select {
		case <-ctx.Done():
		case <-time.After(retry):
		}
	}
}

func (b *Bus) consume(ctx context.Context, connection string, woken func(string)) error {
	consumer, err := b.ensure(ctx, connection)
	if err != nil {
		return err
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(64), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return fmt.Errorf("pull wake-ups: %w", err)
	}
	stop := context.AfterFunc(ctx, messages.Stop)
	defer stop()
	defer messages.Stop()
	woken(connection) // what was published while nobody listened
	for {
		m, err := messages.Next()
		if err != nil {
			return fmt.Errorf("next wake-up: %w", err)
		}
		_ = m.Ack() // lost: it comes twice, which costs one look
		if m.Headers().Get(from) != b.self {
			woken(connection)
		}
	}
}

// ensure makes the stream and the connection's durable consumer where they are missing. One message per subject is
// kept: a lane that was woken twice has one thing to do.
func (b *Bus) ensure(ctx context.Context, connection string) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: b.stream(), Subjects: []string{b.adapter + ".jobs.>"}, MaxMsgsPerSubject: 1, MaxAge: maxAge,
		Discard: jetstream.DiscardOld, MaxBytes: 64 << 20, Storage: jetstream.FileStorage,
	})
	if err != nil {
		return nil, fmt.Errorf("make stream %s: %w", b.stream(), err)
	}
	c, err := b.js.CreateOrUpdateConsumer(ctx, b.stream(), jetstream.ConsumerConfig{
		Durable: "worker-" + connection, FilterSubject: b.adapter + ".jobs." + connection + ".>",
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: 10 * time.Second, MaxDeliver: 3, DeliverPolicy: jetstream.DeliverNewPolicy,
	})
	if err != nil {
		return nil, fmt.Errorf("make consumer of %s: %w", connection, err)
	}
	return c, nil
}

// Announce spreads a piece of news to all replicas, at most once.
func (b *Bus) Announce(topic string) { _ = b.nc.Publish(b.adapter+".news."+topic, nil) } // lost: everybody looks once a second anyway

// OnNews calls heard for each piece of news on topic.
func (b *Bus) OnNews(topic string, heard func()) error {
	_, err := b.nc.Subscribe(b.adapter+".news."+topic, func(*nats.Msg) { heard() })
	if err != nil {
		return fmt.Errorf("subscribe to news of %s: %w", topic, err)
	}
	return nil
}
