package gate

import (
	"context"
	"sync"
	"time"
)

const lookEvery = 500 * time.Millisecond

// Run writes what calls report, looks at the gates of all replicas, and probes the vendors whose breaker is open,
// until ctx ends.
func (k *Keeper) Run(ctx context.Context, p Pinger) error {
	var under sync.WaitGroup
	defer under.Wait()
	for _, d := range k.desks {
		under.Go(func() { k.keep(ctx, d) })
	}
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		if err := k.lookAll(ctx, p, &under); err != nil && ctx.Err() == nil {
			k.log.WarnContext(ctx, "gates not looked at", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		case <-k.look:
		}
	}
}

// lookAll reads what is shut, tells of what changed, and begins the probes that are due.
func (k *Keeper) lookAll(ctx context.Context, p Pinger, under *sync.WaitGroup) error {
	began := time.Now()
	looking, cancel := context.WithTimeout(ctx, writePeriod)
	defer cancel()
	rows, cut, err := listShut(looking, k.db, k.names)
	if err != nil {
		return err
	}
	for key, state := range k.known.replace(rows, cut, began) {
		k.tell(key, &state)
	}
	if err := k.measureAll(looking); err != nil {
		return err
	}
	for _, s := range rows {
		if s.probeDue() && k.occupy(s.Key) {
			under.Go(func() {
				defer k.vacate(s.Key)
				if err := k.probe(ctx, p, s.Key); err != nil && ctx.Err() == nil {
					k.log.WarnContext(ctx, "gate not probed", "connection", s.Connection, "error", err)
				}
			})
		}
	}
	return nil
}

// occupy keeps a key whose row cannot be had from being probed by more and more at once.
func (k *Keeper) occupy(key Key) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.probing[key] {
		return false
	}
	k.probing[key] = true
	return true
}

func (k *Keeper) vacate(key Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.probing, key)
}
