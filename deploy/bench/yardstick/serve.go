package yardstick

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// Config is what a yardstick does beside reads.
type Config struct {
	Connections int32  `help:"Of the pool to Postgres that calls are served from." default:"8"`
	Jobs        string `help:"What a write inserts: bare, or river." enum:"bare,river" default:"bare"`
	Work        string `help:"What River's workers do beside the vendor's call: row (update the entity and complete the job in one transaction), or nothing; none: there are no workers." enum:"none,row,nothing" default:"none"`
	Workers     int    `help:"Of River, at once." default:"64"`
	WorkPool    int32  `help:"Connections of River's own pool." default:"17"`
}

// Arguments are the command line that leads to c.
func (c Config) Arguments() []string {
	return []string{
		fmt.Sprintf("--connections=%d", c.Connections), "--jobs=" + c.Jobs, "--work=" + c.Work,
		fmt.Sprintf("--workers=%d", c.Workers), fmt.Sprintf("--work-pool=%d", c.WorkPool),
	}
}

// Open makes a pool of so many connections.
func Open(ctx context.Context, url string, connections int32) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database's address is not a postgres:// URL") // without it: it holds a password
	}
	c.MaxConns = connections
	return pgxpool.NewWithConfig(ctx, c)
}

// Serve is the child: it serves gRPC and HTTP on free loopback ports, which it tells out in one line, until ctx ends.
//
//	POST /webhooks/{connection}     a delivery
//	POST /work, /rest               River's workers begin, and end
//	POST /hold, /go                 River's queue waits, and goes on
func Serve(ctx context.Context, c Config, out io.Writer) error {
	var t Tenant
	if err := json.Unmarshal([]byte(os.Getenv(tenantKey)), &t); err != nil {
		return fmt.Errorf("%s: %w", tenantKey, err)
	}
	db, err := Open(ctx, os.Getenv(databaseKey), c.Connections)
	if err != nil {
		return err
	}
	defer db.Close()
	calls, err := NewServer(db, c.Jobs == "river")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks/{connection}", newHooks(db, t.Hook))
	if c.Work != "none" {
		shift, err := newShift(ctx, c, t)
		if err != nil {
			return err
		}
		defer shift.db.Close()
		mux.HandleFunc("POST /work", answer(func(*http.Request) error { return shift.client.Start(ctx) }))
		mux.HandleFunc("POST /rest", answer(func(r *http.Request) error { return shift.client.Stop(r.Context()) }))
		mux.HandleFunc("POST /hold", answer(func(r *http.Request) error { return shift.client.QueuePause(r.Context(), river.QueueDefault, nil) }))
		mux.HandleFunc("POST /go", answer(func(r *http.Request) error { return shift.client.QueueResume(r.Context(), river.QueueDefault, nil) }))
	}
	return listen(ctx, calls, mux, out)
}

func listen(ctx context.Context, calls *Server, mux http.Handler, out io.Writer) error {
	var at [2]net.Listener
	for i := range at {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		at[i] = l
	}
	s, h := grpc.NewServer(), &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	psav1.RegisterTicketServiceServer(s, calls)
	defer context.AfterFunc(ctx, func() { s.Stop(); _ = h.Close() })()
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(at[1]) }()
	if _, err := fmt.Fprintln(out, at[0].Addr(), at[1].Addr()); err != nil {
		return err
	}
	err := s.Serve(at[0])
	if closed := <-failed; !errors.Is(closed, http.ErrServerClosed) {
		err = errors.Join(err, closed)
	}
	return err
}

// shift is River's workers.
type shift struct {
	db     *pgxpool.Pool
	client *river.Client[pgx.Tx]
}

func newShift(ctx context.Context, c Config, t Tenant) (*shift, error) {
	db, err := Open(ctx, os.Getenv(databaseKey), c.WorkPool)
	if err != nil {
		return nil, err
	}
	w := &riverWorker{}
	if w.vendor, err = signIn(ctx, t, c.Workers); err != nil {
		db.Close()
		return nil, err
	}
	if c.Work == "row" {
		w.db = db
	}
	client, err := working(db, w, c.Workers)
	if err != nil {
		db.Close()
		return nil, err
	}
	return &shift{db, client}, nil
}

func answer(do func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := do(r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}
