package sweep_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// signal is a log that tells when something was logged.
type signal chan struct{}

func (s signal) Write(p []byte) (int, error) {
	select {
	case s <- struct{}{}:
	default:
	}
	return len(p), nil
}

// Promise 1: a replica that starts while Postgres is away goes on trying, and takes nothing else with it.
func TestARunnerWhosePostgresIsAwayGoesOnTrying(t *testing.T) {
	db, err := pgxpool.New(t.Context(), "postgres://127.0.0.1:1/nowhere")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	failed := make(signal)
	r := sweep.New(db, nil, nil, []string{"acme"}, sweep.Config{Poll: 1}, nil, slog.New(slog.NewTextHandler(failed, nil)))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	for range 3 {
		<-failed
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
