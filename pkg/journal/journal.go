// Package journal answers what we asked the vendor and what it said: one row per HTTP request, redacted, written off the hot
// path, and rather dropped and counted than waited for.
package journal

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Config is how much is kept, and how. The zero value works.
type Config struct {
	Secrets []string // words that mark a key's value as secret, beside the usual ones: "pin" masks "user_pin" too
	Headers []string // headers kept, beside the usual ones
	MaxBody int      // bytes kept of a body; 0: 4 KiB

	Queue int           // rows that may wait; 0: 2048
	Batch int           // rows written at once; 0: 500
	Every time.Duration // the longest a row waits for others; 0: 200 ms
	Hold  time.Duration // how long rows that Postgres does not take are held; 0: 1 min
	Grace time.Duration // of one write, the last one included; 0: 5 s

	Meters metric.MeterProvider // nil: the global one
	Log    *slog.Logger         // nil: the default one
}

// Copier is the pool, or a connection.
type Copier interface {
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
}

// Journal takes rows from any goroutine; Run writes them. It is an upstream.Recorder.
type Journal struct {
	db      Copier
	cfg     Config
	redact  redactor
	queue   chan Call
	lost    atomic.Int64
	dropped metric.Int64Counter
	written metric.Int64Counter
}

var _ upstream.Recorder = (*Journal)(nil)

// New is a Journal that writes nothing until it runs.
func New(db Copier, cfg Config) *Journal {
	cfg = cfg.withDefaults()
	m := cfg.Meters.Meter("github.com/breakwater-acl/breakwater/pkg/journal")
	dropped, _ := m.Int64Counter("breakwater.journal.dropped", metric.WithDescription("Calls that the journal had no room or no time for."))
	written, _ := m.Int64Counter("breakwater.journal.written", metric.WithDescription("Calls written to the journal."))
	return &Journal{
		db: db, cfg: cfg, redact: newRedactor(cfg), queue: make(chan Call, cfg.Queue), dropped: dropped, written: written,
	}
}

// Record queues a row of x, or drops it when there is no room: no call waits for its journal.
func (j *Journal) Record(x *upstream.Exchange) {
	select {
	case j.queue <- j.redact.call(x):
	default:
		j.drop(context.Background(), 1)
	}
}

// Dropped is how many rows were lost since the start.
func (j *Journal) Dropped() int64 { return j.lost.Load() }

func (j *Journal) drop(ctx context.Context, n int) {
	j.lost.Add(int64(n))
	j.dropped.Add(ctx, int64(n))
}

func (c Config) withDefaults() Config {
	c.MaxBody = or(c.MaxBody, 4<<10)
	c.Queue = or(c.Queue, 2048)
	c.Batch = or(c.Batch, 500)
	c.Every = or(c.Every, 200*time.Millisecond)
	c.Hold = or(c.Hold, time.Minute)
	c.Grace = or(c.Grace, 5*time.Second)
	if c.Meters == nil {
		c.Meters = otel.GetMeterProvider()
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func or[T int | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}
