package stack

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
)

// provideDatabase makes a database, or finds the one of an earlier run; a fresh one is nobody else's.
func (s *Stack) provideDatabase(ctx context.Context, name string) (string, error) {
	if !s.cfg.Fresh {
		return embedded.CreateDatabase(ctx, s.addresses.Postgres, name)
	}
	name += "_" + strings.ToLower(rand.Text()[:8])
	url, err := embedded.CreateDatabase(ctx, s.addresses.Postgres, name)
	if err == nil {
		s.fresh = append(s.fresh, name)
	}
	return url, err
}

// dropFresh removes the databases that were made for this run alone from somebody else's server; our own has ended by now.
func (s *Stack) dropFresh(ctx context.Context) []error {
	if s.cfg.DatabaseURL == "" || s.kept.Load() {
		return nil
	}
	var errs []error
	for _, name := range s.fresh {
		errs = append(errs, embedded.DropDatabase(ctx, s.addresses.Postgres, name))
	}
	return errs
}
