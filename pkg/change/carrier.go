package change

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Carrier carries every visible change of an adapter to a stream, in order, and each once for as long as the stream
// keeps what it was given. Of all replicas one carries at a time.
//
// Where to go on is read off the stream's own end, and a message is appended only behind the end that was read: so a
// carrier that crashed between two steps leaves neither a gap nor a double, and one that was paused for longer than its
// lease changes nothing any more. Postgres keeps the place for when the stream has forgotten it by age. A stream that
// was lost is written again from what Postgres keeps.
type Carrier struct {
	DB      pg.Querier
	Stream  Stream
	Replica string // who carries, for people
	// Kinds and Connections are those whose subscribers are told when changes are missing.
	Kinds, Connections []string
	Bell               *Bell         // rings when it is worth to look before the next poll; may be nil
	Poll               time.Duration // default 100 ms
	Lease              time.Duration // default 5 s
	Limit              int           // changes in one append; default 500
	Log                *slog.Logger
}

// errLost says that another replica carries by now.
var errLost = errors.New("another replica carries the changes") //nolint:gochecknoglobals // a sentinel

// Run carries until ctx ends, whenever no other replica does.
func (c Carrier) Run(ctx context.Context) error {
	c = c.withDefaults()
	quiet := false
	for ctx.Err() == nil {
		err := c.turn(ctx)
		if err != nil && ctx.Err() == nil && !quiet {
			c.Log.WarnContext(ctx, "changes not carried", "error", err)
		}
		quiet = err != nil
		_ = pause(ctx, c.Lease/5, nil) // its only error is that ctx ended
	}
	return nil
}

// turn carries until the lease is lost, or something goes wrong; nil at once: another replica carries.
func (c Carrier) turn(ctx context.Context) error {
	t, err := take(ctx, c.DB, c.Replica, c.Lease)
	if err != nil || t == nil {
		return err
	}
	defer t.release(ctx, c.DB)
	if t.end, err = c.Stream.End(ctx); err != nil {
		return err
	}
	t.resume()
	for {
		rung := c.Bell.Next() // before the look: what rings meanwhile is not lost
		more, err := c.step(ctx, t)
		switch {
		case err != nil:
			return err
		case more:
			continue
		}
		if err := pause(ctx, breath, nil); err != nil {
			return err
		}
		if err := pause(ctx, c.Poll-breath, rung); err != nil {
			return err
		}
	}
}

// step carries what one look finds; more says that there may be more at once.
func (c Carrier) step(ctx context.Context, t *turn) (more bool, err error) {
	found, err := readAll(ctx, c.DB, t.at, c.Limit)
	if err != nil {
		return false, err
	}
	messages, at := c.messages(found)
	missing := found.missing(t.at)
	if missing {
		messages, at = c.gaps(found.floor), found.floor
		c.Log.WarnContext(ctx, "changes are missing from the stream: they are no longer kept", "up_to", found.floor.id())
	}
	if len(messages) == 0 && !missing {
		return false, t.renew(ctx, c.DB, c.Lease)
	}
	if t.end, err = c.Stream.Append(ctx, t.end, messages); err != nil {
		return false, err
	}
	t.at = at
	return missing || len(found.changes) == c.Limit, t.save(ctx, c.DB, c.Lease)
}

func (c Carrier) withDefaults() Carrier {
	if c.Poll <= 0 {
		c.Poll = 100 * time.Millisecond
	}
	if c.Lease <= 0 {
		c.Lease = 5 * time.Second
	}
	if c.Limit <= 0 {
		c.Limit = 500
	}
	return c
}
