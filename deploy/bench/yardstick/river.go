package yardstick

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

const riverSchema = "river"

// RiverJob is a change as River's job.
type RiverJob struct {
	Connection string `json:"connection"`
	ID         string `json:"id"`
	Summary    string `json:"summary"`
}

// Kind is River's name for it.
func (RiverJob) Kind() string { return "update_ticket" }

// Queue is River's client that inserts and works nothing.
func Queue(db *pgxpool.Pool) (*river.Client[pgx.Tx], error) {
	return river.NewClient(riverpgxv5.New(db), &river.Config{Schema: riverSchema, Logger: quiet()})
}

func insertRiver(queue *river.Client[pgx.Tx]) inserter {
	return func(ctx context.Context, tx pgx.Tx, connection, id, summary string) error {
		_, err := queue.InsertTx(ctx, tx, RiverJob{connection, id, summary}, nil)
		return err
	}
}

// riverWorker makes changes at the vendor, one call each.
type riverWorker struct {
	river.WorkerDefaults[RiverJob]
	vendor *vendor
	db     *pgxpool.Pool // nil: no row is touched, and River completes the job by itself, in batches
}

// Work calls the vendor, and then updates the entity and completes the job in one transaction, as a worker must whose
// entity and job may not disagree.
func (w *riverWorker) Work(ctx context.Context, job *river.Job[RiverJob]) error {
	if err := w.vendor.update(ctx, job.Args.ID, job.Args.Summary); err != nil || w.db == nil {
		return err
	}
	effective, err := entity(job.Args.Summary)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) error {
		if err := change(ctx, tx, job.Args.Connection, job.Args.ID, effective); err != nil {
			return err
		}
		_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
}

// The least that River allows: it hears of a job by LISTEN/NOTIFY, and looks again as soon as it may.
const (
	fetchCooldown = time.Millisecond
	fetchPoll     = 10 * time.Millisecond // beside LISTEN; what it polls for in vain costs as well
)

// working is a client that works, as fast as it can be made to.
func working(db *pgxpool.Pool, w *riverWorker, workers int) (*river.Client[pgx.Tx], error) {
	all := river.NewWorkers()
	if err := river.AddWorkerSafely(all, w); err != nil {
		return nil, fmt.Errorf("river: %w", err)
	}
	return river.NewClient(riverpgxv5.New(db), &river.Config{
		Schema: riverSchema, Logger: quiet(), Workers: all,
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		FetchCooldown: fetchCooldown, FetchPollInterval: fetchPoll,
	})
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
