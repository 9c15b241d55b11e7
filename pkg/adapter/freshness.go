package adapter

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// freshness keeps in memory up to when each kind is swept, so that a read does not ask for it. It is at most a second
// old, and what is old says less than is true.
type freshness struct {
	db    *pgxpool.Pool
	log   *slog.Logger
	feeds map[string]string // by kind: the feed that tells of it
	swept atomic.Pointer[map[string]map[string]time.Time]
}

func (f *freshness) at(connection, kind string) time.Time {
	m := f.swept.Load()
	if m == nil {
		return time.Time{}
	}
	own, fed := (*m)[connection][kind], f.fed(connection, kind)
	if !own.IsZero() && fed.After(own) {
		return fed
	}
	return own
}

// fed is up to when the feed that tells of a kind is read; zero: it was not yet, or there is none.
func (f *freshness) fed(connection, kind string) time.Time {
	m := f.swept.Load()
	if m == nil || f.feeds[kind] == "" {
		return time.Time{}
	}
	return (*m)[connection][f.feeds[kind]]
}

// tell makes f know which feed tells of which kind.
func (f *freshness) tell(plans []sweep.Plan) {
	f.feeds = map[string]string{}
	for _, p := range plans {
		for _, kind := range p.Feeds {
			f.feeds[kind] = p.Kind
		}
	}
}

func (f *freshness) run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		m, err := sweep.Swept(ctx, f.db)
		if err == nil {
			f.swept.Store(&m)
		} else if ctx.Err() == nil {
			f.log.WarnContext(ctx, "freshness not read", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
