package gate

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// Config is what one connection may do. The zero value works: no limit, the breaker's defaults.
type Config struct {
	Budget  budget.Terms // of each of its keys
	Breaker breaker.Config
	Hold    time.Duration // after a 429 that does not say how long; default 30 s
}

// maxHold is the longest wish to wait that is believed without a person's word.
const maxHold = 24 * time.Hour

func (c Config) hold(asked time.Duration) time.Duration {
	switch {
	case asked > 0:
		return min(asked, maxHold)
	case c.Hold > 0:
		return c.Hold
	}
	return 30 * time.Second
}

// Pinger makes the adapter's cheap read, which decides whether an open breaker closes.
type Pinger interface {
	Ping(ctx context.Context, key Key) error
}

// Keeper keeps the gates of one replica.
type Keeper struct {
	db      *pgxpool.Pool
	configs map[string]Config
	names   []string         // of the connections
	desks   map[string]*desk // by connection
	log     *slog.Logger

	// OnChange is called when a gate is seen to open or close; set before Run, may be nil. It must not block.
	OnChange func(Key, breaker.State)
	// Announce spreads the news of a change to other replicas; set before Run, may be nil. It must not block.
	Announce func(Key)

	look   chan struct{} // look at the rows now
	known  known
	places places

	mu      sync.Mutex
	probing map[Key]bool
}

// New is a keeper of these connections.
func New(db *pgxpool.Pool, configs map[string]Config, log *slog.Logger) *Keeper {
	k := &Keeper{
		db: db, configs: configs, log: log, look: make(chan struct{}, 1), desks: map[string]*desk{},
		known: known{shut: map[Key]shut{}, low: map[string]bool{}}, places: places{held: map[Key][]time.Time{}}, probing: map[Key]bool{},
	}
	for name, c := range configs {
		k.names = append(k.names, name)
		k.desks[name] = newDesk(name, c)
	}
	slices.Sort(k.names)
	return k
}

func (k *Keeper) config(connection string) Config { return k.configs[connection] }

// Look makes Run look at the rows soon: somebody said that one changed.
func (k *Keeper) Look() {
	select {
	case k.look <- struct{}{}:
	default:
	}
}

// Closed is how long no call of a connection's own key is known to pass; zero: one may.
func (k *Keeper) Closed(connection string) time.Duration {
	return k.known.closed(Key{Connection: connection})
}

// Scarce reports whether what may be called on a connection's own key runs low, as this replica saw last: what can wait should.
func (k *Keeper) Scarce(connection string) bool { return k.known.scarce(connection) }

// closed is how long calls of key are known not to pass; zero: nothing is known against them. What shuts a connection's
// own key shuts all of them.
func (k *Keeper) closed(key Key) time.Duration {
	return max(k.known.closed(key), k.known.closed(Key{Connection: key.Connection}))
}

// learn takes in a row as it is now and tells of a change.
func (k *Keeper) learn(s Status) {
	k.measure(&s)
	k.tell(s.Key, k.known.learn(s))
}

// measure remembers whether a limit of a connection's own key, which was just read or taken from, runs low.
func (k *Keeper) measure(s *Status) {
	if t := k.config(s.Connection).Budget; s.Name == "" && t.MayRunLow() {
		k.known.measure(s.Connection, s.Budget.Low(t, s.Now))
	}
}

// measureAll does so for all connections: a replica that takes no calls knows it, too.
func (k *Keeper) measureAll(ctx context.Context) error {
	names := slices.DeleteFunc(slices.Clone(k.names), func(c string) bool { return !k.config(c).Budget.MayRunLow() })
	if len(names) == 0 {
		return nil
	}
	rows, err := list(ctx, k.db, "and key = ''", names, 1)
	if err != nil {
		return fmt.Errorf("look what is left of budgets: %w", err)
	}
	for i := range rows {
		k.measure(&rows[i])
	}
	return nil
}

func (k *Keeper) tell(key Key, changed *breaker.State) {
	if changed != nil && k.OnChange != nil {
		k.OnChange(key, *changed)
	}
}

func (k *Keeper) announce(key Key) {
	if k.Announce != nil {
		k.Announce(key)
	}
}
