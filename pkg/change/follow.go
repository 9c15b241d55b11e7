package change

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Follower follows the changes of one kind of one connection as they become visible.
type Follower struct {
	DB         pg.Querier
	Connection string
	Kind       string
	Bell       *Bell         // rings when it is worth to look before the next poll; may be nil
	Poll       time.Duration // default 250 ms
	Quiet      time.Duration // after which a page without changes is given as a sign of life; default 15 s
	Limit      int           // changes in a page; default 100
}

// breath is the least time between two looks that found the end.
const breath = 10 * time.Millisecond

// Follow gives every change after a place, in order, once, until ctx ends or give fails. The first page is given at
// once, whether it holds changes or not, so that its reader has a token. Errors are those of Read, of give and of ctx.
func (f Follower) Follow(ctx context.Context, after Position, give func(context.Context, Page) error) error {
	f = f.withDefaults()
	defer f.Bell.join()()
	var given time.Time
	for {
		rung := f.Bell.Next() // before the look: what rings meanwhile is not lost
		p, err := Read(ctx, f.DB, f.Connection, f.Kind, after, f.Limit)
		if err != nil {
			return err
		}
		if len(p.Changes) > 0 || time.Since(given) >= f.Quiet {
			if err := give(ctx, p); err != nil {
				return err
			}
			given = time.Now()
		}
		after = p.Next
		if p.More {
			continue
		}
		if err := f.wait(ctx, rung); err != nil {
			return err
		}
	}
}

func (f Follower) wait(ctx context.Context, rung <-chan struct{}) error {
	breath := f.Bell.breath()
	if err := pause(ctx, breath, nil); err != nil {
		return err
	}
	return pause(ctx, f.Poll-breath, rung)
}

func pause(ctx context.Context, d time.Duration, rung <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-rung:
	case <-timer.C:
	}
	return nil
}

func (f Follower) withDefaults() Follower {
	if f.Poll <= 0 {
		f.Poll = 250 * time.Millisecond
	}
	if f.Quiet <= 0 {
		f.Quiet = 15 * time.Second
	}
	if f.Limit <= 0 {
		f.Limit = 100
	}
	return f
}
