package traffic

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
)

// Editor is a person at the vendor's own screens, who changes the same subjects as everybody, and others.
type Editor struct {
	Cast cast.Cast
	Dice *rand.Rand
	Pace time.Duration
}

// Run edits until ctx ends. What the vendor does not allow, such as to edit what was deleted, is no news.
func (e *Editor) Run(ctx context.Context) error {
	for count := 1; ; count++ {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(e.Pace/2 + time.Duration(e.Dice.Int64N(int64(e.Pace)))):
			_ = e.Cast.Edit(ctx, e.Dice, count)
		}
	}
}
