package main

import (
	"context"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
)

// hangLimit is how much longer than its time a side may take before it counts as hung.
const hangLimit = time.Hour

// side is one of those that have their turns.
type side struct {
	name string
	run  func(ctx context.Context, length time.Duration) (load.Run, error)
}

// runs are what became of the sides: by side, then by round.
type runs [][]load.Run

// alternate gives every side its turn in every round: A B A B …. Before the first round each warms up.
func (b *bench) alternate(ctx context.Context, what string, show func(load.Run) string, sides ...side) (runs, error) {
	all := make(runs, len(sides))
	length := time.Duration(b.Seconds * float64(time.Second))
	for round := range b.Rounds + 1 {
		line := fmt.Sprintf("  %s, round %d of %d:", what, round, b.Rounds)
		for i, s := range sides {
			if round == 0 {
				if _, err := b.turn(ctx, s, length/4); err != nil {
					return nil, fmt.Errorf("%s, %s: %w", what, s.name, err)
				}
				continue
			}
			got, err := b.turn(ctx, s, length)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", what, s.name, err)
			}
			all[i] = append(all[i], got)
			line += fmt.Sprintf("  %s %s", s.name, show(got))
		}
		if round > 0 {
			b.say("%s", line)
		}
	}
	return all, nil
}

func (b *bench) turn(ctx context.Context, s side, length time.Duration) (load.Run, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, length+hangLimit, fmt.Errorf("no end after %v", length+hangLimit))
	defer cancel()
	return s.run(ctx, length)
}

// compare pairs one quantity of our side, the first, and of a yardstick, round by round.
func (all runs) compare(yardstick int, quantity func(load.Run) float64) measure.Comparison {
	if len(all) <= yardstick {
		return measure.Comparison{} // it has failed
	}
	return measure.Compare(each(all[0], quantity), each(all[yardstick], quantity))
}

func each(rounds []load.Run, quantity func(load.Run) float64) []float64 {
	values := make([]float64, 0, len(rounds))
	for _, r := range rounds {
		values = append(values, quantity(r))
	}
	return values
}

func perSecond(r load.Run) float64 { return r.PerSecond() }

func millis(q float64) func(load.Run) float64 {
	return func(r load.Run) float64 { return r.Millis(q) }
}

func also(name string) func(load.Run) float64 {
	return func(r load.Run) float64 { return r.Of(name) }
}
