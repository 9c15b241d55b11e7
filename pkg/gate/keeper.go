package gate

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// Config is what one connection may do. The zero value works: no limit, the breaker's defaults.
type Config struct {
	Limit   budget.Limit
	Breaker breaker.Config
	Hold    time.Duration // after a 429 that does not say how long; default 30 s
}

// Pinger makes the adapter's cheap read, which decides whether an open breaker closes.
type Pinger interface {
	Ping(ctx context.Context, key Key) error
}

// Keeper keeps the gates of one replica.
type Keeper struct {
	db      *pgxpool.Pool
	configs map[string]Config
	log     *slog.Logger

	// OnChange is called when a gate is seen to open or close; set before Run, may be nil. It must not block.
	OnChange func(Key, breaker.State)
	// Announce spreads the news of a change to other replicas; set before Run, may be nil. It must not block.
	Announce func(Key)

	look chan struct{} // look at the rows now

	mu      sync.Mutex
	known   map[Key]Status
	pending map[Key]*tally
}

// New is a keeper of these connections.
func New(db *pgxpool.Pool, configs map[string]Config, log *slog.Logger) *Keeper {
	return &Keeper{
		db: db, configs: configs, log: log, look: make(chan struct{}, 1),
		known: map[Key]Status{}, pending: map[Key]*tally{},
	}
}

func (k *Keeper) config(connection string) Config { return k.configs[connection] }

// Look makes Run look at the rows soon: somebody said that one changed.
func (k *Keeper) Look() {
	select {
	case k.look <- struct{}{}:
	default:
	}
}

// closed is how long calls of key are known not to pass, by this replica's clock; zero: nothing is known against them.
func (k *Keeper) closed(key Key) time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch s := k.known[key]; {
	case s.State != breaker.Closed:
		return max(time.Second, time.Until(s.RetryAt))
	default:
		return max(0, time.Until(s.HoldUntil))
	}
}

// learn takes in the rows as they are now and tells of changes.
func (k *Keeper) learn(rows []Status) {
	for _, s := range rows {
		k.mu.Lock()
		was, seen := k.known[s.Key]
		k.known[s.Key] = s
		k.mu.Unlock()
		if k.OnChange != nil && (seen && was.State != s.State || !seen && s.State != breaker.Closed) {
			k.OnChange(s.Key, s.State)
		}
	}
}

func (k *Keeper) announce(key Key) {
	if k.Announce != nil {
		k.Announce(key)
	}
}
