package gate

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

const (
	flushEvery = 200 * time.Millisecond
	lookEvery  = time.Second
	patience   = 15 * time.Second // of one probe
)

// Run writes what calls report, looks at the gates of all replicas, and probes the vendors whose breaker is open,
// until ctx ends.
func (k *Keeper) Run(ctx context.Context, p Pinger) error {
	var probes sync.WaitGroup
	defer probes.Wait()
	flush, look := time.NewTicker(flushEvery), time.NewTicker(lookEvery)
	defer flush.Stop()
	defer look.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return k.flush(context.WithoutCancel(ctx))
		case <-flush.C:
			err = k.flush(ctx)
		case <-look.C:
			err = k.lookAll(ctx, p, &probes)
		case <-k.look:
			err = k.lookAll(ctx, p, &probes)
		}
		if err != nil && ctx.Err() == nil {
			k.log.WarnContext(ctx, "gate not kept", "error", err)
		}
	}
}

func (k *Keeper) lookAll(ctx context.Context, p Pinger, probes *sync.WaitGroup) error {
	rows, err := List(ctx, k.db)
	if err != nil {
		return err
	}
	k.learn(rows)
	for _, s := range rows {
		if s.State == breaker.Closed || s.RetryAt.After(s.Now) || k.unknown(s.Connection) {
			continue
		}
		probes.Go(func() {
			if err := k.probe(ctx, p, s.Key); err != nil && ctx.Err() == nil {
				k.log.WarnContext(ctx, "gate not probed", "connection", s.Connection, "error", err)
			}
		})
	}
	return nil
}

func (k *Keeper) unknown(connection string) bool { _, ok := k.configs[connection]; return !ok }

// probe makes the cheap read that decides; whoever moves the row's retry time first makes it, and no lock is held
// while the vendor is asked.
func (k *Keeper) probe(ctx context.Context, p Pinger, key Key) error {
	mine, err := k.claimProbe(ctx, key)
	if err != nil || !mine {
		return err
	}
	probing, cancel := context.WithTimeout(context.WithValue(ctx, permitKey{}, &permit{name: key.Name, probe: true}), patience)
	defer cancel()
	verdict := p.Ping(probing, key)
	return k.decide(ctx, key, verdict)
}

func (k *Keeper) claimProbe(ctx context.Context, key Key) (mine bool, err error) {
	err = pg.InTx(ctx, k.db, func(tx pgx.Tx) error {
		rows, err := k.lock(ctx, tx, key.Connection, []string{key.Name})
		if err != nil {
			return err
		}
		s := rows[key.Name]
		if mine = s.State != breaker.Closed && !s.RetryAt.After(s.Now); !mine {
			return nil
		}
		s.Breaker = s.Probing(2*patience, s.Now)
		return save(ctx, tx, s)
	})
	return mine, err
}

// decide closes the gate's breaker when the vendor answered, opens it for longer when not. Any answer of a healthy
// vendor counts, a refusal of credentials stops.
func (k *Keeper) decide(ctx context.Context, key Key, verdict error) error {
	var is Status
	err := pg.InTx(ctx, k.db, func(tx pgx.Tx) error {
		rows, err := k.lock(ctx, tx, key.Connection, []string{key.Name})
		if err != nil {
			return err
		}
		is = rows[key.Name]
		is.Breaker = after(is, verdict, k.config(key.Connection).Breaker)
		return save(ctx, tx, is)
	})
	if err != nil {
		return fmt.Errorf("save the probe's verdict: %w", err)
	}
	k.log.InfoContext(ctx, "gate probed", "connection", key.Connection, "key", key.Name, "state", is.State.String())
	k.learn([]Status{is})
	k.announce(key)
	return nil
}

func after(s Status, verdict error, c breaker.Config) breaker.Breaker {
	switch {
	case s.State == breaker.Closed:
		return s.Breaker
	case verdict == nil:
		return s.Close(s.Now)
	}
	switch f := fault.Of(verdict); f.Kind {
	case fault.Unauthorized:
		return s.Stop(c, f.Reason, s.Now)
	case fault.Throttled, fault.NotFound, fault.Hidden, fault.Invalid, fault.Conflict:
		return s.Close(s.Now)
	default:
		return s.Trip(c, f.Reason, s.Now)
	}
}
