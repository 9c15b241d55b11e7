package halo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// Edit changes the same tickets as everybody, and others.
func (c *company) Edit(ctx context.Context, dice *rand.Rand, count int) error {
	text := func(field string) string { return fmt.Sprintf("%s by hand, the %d.", field, count) }
	n := dice.IntN(100)
	cold := firstTicket + 2*hot + dice.IntN(tickets-2*hot)
	switch {
	case n < 8:
		return c.screens.create(ctx, map[string]any{"summary": text("summary"), "details": text("details")})
	case n < 30:
		return c.screens.edit(ctx, cold, fields(dice, text))
	case n < 33:
		return c.screens.remove(ctx, cold)
	}
	s, vendorID, _ := c.Subjects.Known(dice, kind)
	id, err := strconv.Atoi(vendorID)
	switch {
	case err != nil:
		return nil //nolint:nilerr // the vendor does not have it yet
	case n < 45:
		return c.screens.note(ctx, id, text("note"))
	case n < 46:
		c.Subjects.Drop(s)
		return c.screens.remove(ctx, id)
	case n < 47:
		_, other, _ := c.Subjects.Known(dice, kind)
		into, err := strconv.Atoi(other)
		if err != nil {
			return nil //nolint:nilerr // nor that
		}
		return c.screens.merge(ctx, id, into)
	default:
		return c.screens.edit(ctx, id, fields(dice, text))
	}
}

func fields(dice *rand.Rand, text func(field string) string) map[string]any {
	switch dice.IntN(4) {
	case 0:
		return map[string]any{"details": text("details")}
	case 1:
		return map[string]any{"status_id": []int{1, 2, 9}[dice.IntN(3)], "summary": text("summary")}
	default:
		return map[string]any{"summary": text("summary")}
	}
}
