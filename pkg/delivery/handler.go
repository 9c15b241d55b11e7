package delivery

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/together"
)

// DefaultMaxBody bounds a call's body.
const DefaultMaxBody = 1 << 20

// LockTimeout is how long a vendor should wait for a row: that of the pool that deliveries are taken in through.
const LockTimeout = time.Second

// Config is where calls come in.
type Config struct {
	// Paths is the unguessable last part of each connection's address.
	Paths map[string]string
	// MaxBody bounds a call's body, in bytes; default 1 MiB.
	MaxBody int64
}

// Receiver takes in the webhook calls of one adapter.
type Receiver struct {
	db     *pgxpool.Pool
	mirror *mirror.Store
	hook   Hook
	cfg    Config
	wake   func(connection string)
	log    *slog.Logger
	count  counter

	// Fed reports whether a feed tells of a kind, and was read lately: only then is a notice left to it. Nil: it does.
	Fed func(connection, kind string) bool
	// Failed is told of several calls that were to be recorded together and could not be: each goes by itself. It may be nil.
	Failed func(ctx context.Context, what, connection string, n int, err error)

	together together.Groups[*call]
	shares   map[string]share // by connection
}

// New is a receiver. wake is told when a call queued a fetch.
func New(db *pgxpool.Pool, m *mirror.Store, hook Hook, cfg Config, wake func(string), log *slog.Logger) *Receiver {
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = DefaultMaxBody
	}
	r := &Receiver{db: db, mirror: m, hook: hook, cfg: cfg, wake: wake, log: log, count: newCounter(slices.Collect(maps.Keys(cfg.Paths)))}
	r.shares = make(map[string]share, len(cfg.Paths))
	for connection := range cfg.Paths {
		r.shares[connection] = newShare(db.Config().MaxConns)
	}
	r.together.Round, r.together.Rounds, r.together.Failed = r.round, 1, r.failed
	return r
}

// Mount adds the receiver's route: POST /webhooks/{connection}/{path}.
func (r *Receiver) Mount(mux *http.ServeMux) { mux.Handle("POST /webhooks/{connection}/{path}", r) }

// ServeHTTP answers 404 for an address that we did not give out, 401 without proof, 413 beyond the bound, 503 when
// Postgres cannot take it or too many come at once, and 2xx otherwise.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	connection := req.PathValue("connection")
	status, became := r.receive(w, req, connection)
	r.count.add(req.Context(), connection, became)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	w.WriteHeader(status)
}

func (r *Receiver) receive(w http.ResponseWriter, req *http.Request, connection string) (status int, became outcome) {
	if !r.known(connection, req.PathValue("path")) {
		return http.StatusNotFound, outcomeUnknown
	}
	share := r.shares[connection]
	if !share.enter() {
		return http.StatusServiceUnavailable, outcomeBusy
	}
	defer share.leave()
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, r.cfg.MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge, outcomeTooLarge
	case err != nil:
		return http.StatusBadRequest, outcomeUnread
	}
	ctx, cancel := context.WithTimeout(req.Context(), takeLimit)
	defer cancel()
	proof := r.hook.Prove(ctx, connection, req.Header, body)
	if proof == Rejected {
		return http.StatusUnauthorized, outcomeRejected
	}
	notices, err := r.read(connection, body)
	if err != nil {
		if kept := r.quarantine(ctx, connection, body, err); kept != nil {
			r.log.WarnContext(ctx, "delivery not quarantined", "connection", connection, "error", kept)
			return http.StatusServiceUnavailable, outcomeUnavailable
		}
		return http.StatusAccepted, outcomeQuarantined
	}
	if err := r.take(ctx, connection, notices, proof, body); err != nil {
		r.log.WarnContext(ctx, "delivery not taken", "connection", connection, "error", err)
		return http.StatusServiceUnavailable, outcomeUnavailable
	}
	if !slices.ContainsFunc(notices, func(n Notice) bool { return n.Ref.Kind != "" }) {
		return http.StatusOK, outcomeIgnored
	}
	return http.StatusOK, outcomeTaken
}

// known compares the path in constant time, also for a connection that does not exist.
func (r *Receiver) known(connection, path string) bool {
	want, ok := r.cfg.Paths[connection]
	a, b := sha256.Sum256([]byte(path)), sha256.Sum256([]byte(want))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && ok && want != ""
}
