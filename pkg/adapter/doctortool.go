package adapter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// doctorCommand looks at the vendor as the adapter would, with the adapter's own configuration.
type doctorCommand struct {
	Config      string        `help:"The configuration file." required:"" placeholder:"FILE"`
	Connections []string      `arg:"" optional:"" name:"connection" help:"The connections; none: all."`
	Each        time.Duration `help:"How long one check may take." default:"30s"`
	All         time.Duration `help:"How long the checks of one connection may take." default:"3m"`
}

// errToDo is that a person has to do something.
var errToDo = errors.New("something has to be done by a person")

// Run makes the checks of each connection and prints what they found. Its error says where a person has to do something.
func (c doctorCommand) Run(ctx context.Context, w world) error {
	if w.spec.Doctor == nil {
		return fmt.Errorf("%s-adapter has no checks", w.spec.Name)
	}
	cfg, err := w.load(c.Config)
	if err != nil {
		return err
	}
	asked, err := chosen(cfg.Connections(), c.Connections)
	if err != nil {
		return err
	}
	var todo []string
	for _, x := range asked {
		rows, err := c.examine(ctx, w, cfg, x)
		if err != nil {
			return err
		}
		if left := doctor.ToDo(rows); len(left) > 0 {
			todo = append(todo, x.Name+": "+strings.Join(left, "; "))
		}
	}
	if len(todo) > 0 {
		return fmt.Errorf("%w: %s", errToDo, strings.Join(todo, " | "))
	}
	_, err = fmt.Fprintln(w.out, "Nothing has to be done.")
	return err
}

func (c doctorCommand) examine(ctx context.Context, w world, cfg Config, x Connection) ([]doctor.Row, error) {
	limit := doctor.NewLimit(x.gate().Budget)
	checks, err := w.spec.Doctor(cfg, x.Name, Kernel{
		Gate: func(string) upstream.Gate { return limit }, Log: w.logger(cfg.Common().Log.Level),
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.spec.Name, err)
	}
	rows := doctor.Examination{Each: c.Each, All: c.All}.Examine(ctx, checks)
	if err := doctor.Print(w.out, x.Name, rows); err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(w.out, "%d calls were made.\n\n", limit.Calls())
	return rows, err
}

// chosen are the connections of these names, in their order; of none, all.
func chosen(all []Connection, names []string) ([]Connection, error) {
	if len(names) == 0 {
		return all, nil
	}
	var found []Connection
	for _, name := range names {
		at := slices.IndexFunc(all, func(x Connection) bool { return x.Name == name })
		if at < 0 {
			return nil, fmt.Errorf("no connection %q in the configuration", name)
		}
		found = append(found, all[at])
	}
	return found, nil
}
