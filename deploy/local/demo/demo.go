package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

// ErrNotHeld is the answer when a scene did not hold; what did not has been said by then.
var ErrNotHeld = errors.New("not all scenes held") //nolint:gochecknoglobals // a sentinel

// tickets is how many there are in the simulated Halo, customers in the simulated Stripe.
const (
	tickets   = 5000
	customers = 200
)

// Run plays the demo on a stack of its own, made as cfg says, and tells out. Its last line is the verdict; the data is kept
// when that is bad. Any other error than ErrNotHeld means that the stack did not start.
func Run(ctx context.Context, cfg stack.Config, out io.Writer) error {
	began := time.Now()
	r := newReport(out)
	r.welcome(cfg)
	cfg.Only, cfg.Tickets, cfg.Customers = []string{"halo", "stripe"}, tickets, customers
	cfg.Scaled, cfg.Fresh, cfg.Progress = true, true, func(line string) { r.line("  %s", line) }
	cfg.Postgres = map[string]string{} // its own defaults: what is accepted is on disk, as it should be
	on, err := stack.Start(ctx, cfg)
	if err != nil {
		return err
	}
	unheld, err := perform(ctx, on, r)
	if err != nil {
		r.line("\n%s broken off: %v", r.paint(red, "✗"), err)
	}
	if len(unheld) > 0 {
		on.Keep()
		r.line("\n  The logs are in %s", filepath.Join(on.Addresses().Data, "logs"))
	}
	if err := on.Stop(ctx); err != nil {
		r.line("  Not all of it ended well: %s", oneLine(err))
	}
	r.line("\n  All of it took %s.\n%s", span(time.Since(began)), verdict(unheld))
	if len(unheld) > 0 {
		return ErrNotHeld
	}
	return nil
}

// perform fills the mirror and plays the scenes, until one of the stack's processes ends by itself; that is the error then.
func perform(ctx context.Context, on *stack.Stack, r *report) (unheld []string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var watch sync.WaitGroup
	defer watch.Wait()
	defer cancel(nil)
	watch.Go(func() {
		select {
		case err := <-on.Failed():
			cancel(err)
		case <-ctx.Done():
		}
	})
	s, err := newStage(on, r)
	if err != nil {
		return left(0), err
	}
	defer s.adapter.close()
	defer s.shop.close()
	if err := s.fill(ctx); err != nil {
		return left(0), fmt.Errorf("the mirror is not filled: %w", errors.Join(err, context.Cause(ctx)))
	}
	return s.playAll(ctx)
}

// playAll plays every scene whatever became of those before it, and names those that did not hold.
func (s *stage) playAll(ctx context.Context) (unheld []string, err error) {
	for i, sc := range scenes() {
		if ctx.Err() != nil {
			return append(unheld, left(i)...), context.Cause(ctx)
		}
		if !s.run(ctx, i+1, sc) {
			unheld = append(unheld, label(i))
		}
	}
	s.budget(ctx)
	return unheld, nil
}

// left names the scenes from a place on: they were not played.
func left(from int) (names []string) {
	for i := from; i < len(scenes()); i++ {
		names = append(names, label(i))
	}
	return names
}

func label(place int) string { return fmt.Sprintf("%d (%s)", place+1, scenes()[place].name) }

// verdict is the last line.
func verdict(unheld []string) string {
	all := len(scenes())
	text := fmt.Sprintf("demo: %d of %d scenes held", all-len(unheld), all)
	if len(unheld) > 0 {
		text += "; " + strings.Join(unheld, ", ") + " did not"
	}
	return text
}
