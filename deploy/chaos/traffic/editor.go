package traffic

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/chaos/vendor"
)

// Editor is a person at the vendor's own screens, who changes the same tickets as everybody, and others.
type Editor struct {
	Vendor  *vendor.Control
	Tickets *Tickets
	Dice    *rand.Rand
	Pace    time.Duration
	Cold    []int // the vendor's ids of tickets that nobody else changes

	count int
}

// Run edits until ctx ends. What the vendor does not allow, such as to edit what was deleted, is no news.
func (e *Editor) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(e.Pace/2 + time.Duration(e.Dice.Int64N(int64(e.Pace)))):
			_ = e.edit(ctx)
		}
	}
}

func (e *Editor) edit(ctx context.Context) error {
	e.count++
	kind := e.Dice.IntN(100)
	cold := e.Cold[e.Dice.IntN(len(e.Cold))]
	switch {
	case kind < 8:
		return e.Vendor.Create(ctx, map[string]any{"summary": e.text("summary"), "details": e.text("details")})
	case kind < 30:
		return e.Vendor.Edit(ctx, cold, e.fields())
	case kind < 33:
		return e.Vendor.Delete(ctx, cold)
	}
	s, id, ok := e.Tickets.known(e.Dice)
	switch {
	case !ok:
		return nil
	case kind < 45:
		return e.Vendor.Note(ctx, id, e.text("note"))
	case kind < 46:
		e.Tickets.Drop(s.uid)
		return e.Vendor.Delete(ctx, id)
	case kind < 47:
		_, into, ok := e.Tickets.known(e.Dice)
		if !ok {
			return nil
		}
		return e.Vendor.Merge(ctx, id, into)
	default:
		return e.Vendor.Edit(ctx, id, e.fields())
	}
}

func (e *Editor) text(field string) string {
	return fmt.Sprintf("%s by hand, the %d.", field, e.count)
}

func (e *Editor) fields() map[string]any {
	switch e.Dice.IntN(4) {
	case 0:
		return map[string]any{"details": e.text("details")}
	case 1:
		return map[string]any{"status_id": []int{1, 2, 9}[e.Dice.IntN(3)], "summary": e.text("summary")}
	default:
		return map[string]any{"summary": e.text("summary")}
	}
}
