package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
)

// providePostgres starts our own server unless somebody provides one.
func (s *Stack) providePostgres(ctx context.Context) error {
	if s.cfg.DatabaseURL != "" {
		s.addresses.Postgres = s.cfg.DatabaseURL
		return nil
	}
	return s.step("postgres", func() error { return s.startPostgres(ctx) })
}

func (s *Stack) startPostgres(ctx context.Context) error {
	log, err := s.openLog("postgres")
	if err != nil {
		return err
	}
	s.files = append(s.files, log)
	port, err := s.freePort(ctx)
	if err != nil {
		return err
	}
	p, err := embedded.StartPostgres(ctx, embedded.PostgresConfig{
		Dir: filepath.Join(s.cfg.Data, "postgres"), Settings: s.cfg.Postgres, Log: log, Port: port,
	})
	if err != nil {
		return err
	}
	s.parts = append(s.parts, named{"postgres", p})
	s.addresses.Postgres = p.URL("postgres")
	return nil
}

// provideNATS starts our own server, inside this process, unless somebody provides one.
func (s *Stack) provideNATS() error {
	if s.cfg.NATSURL != "" {
		s.addresses.NATS = s.cfg.NATSURL
		return nil
	}
	return s.step("nats", s.startNATS)
}

func (s *Stack) startNATS() error {
	log, err := s.openLog("nats")
	if err != nil {
		return err
	}
	s.files = append(s.files, log)
	n, err := embedded.StartNATS(embedded.NATSConfig{
		Dir: filepath.Join(s.cfg.Data, "jetstream"), SyncAlways: s.cfg.SyncAlways, Log: log,
	})
	if err != nil {
		return err
	}
	s.nats = n
	s.parts = append(s.parts, named{"nats", natsPart{n}})
	s.addresses.NATS = n.URL()
	return nil
}

func (s *Stack) openLog(name string) (*os.File, error) {
	return os.OpenFile(s.logPath(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

func (s *Stack) logPath(name string) string { return filepath.Join(s.cfg.Data, "logs", name+".log") }

// natsPart makes a server inside this process look like the others.
type natsPart struct{ server *embedded.NATS }

func (n natsPart) Kill()                         { n.server.Halt() }
func (n natsPart) Restart(context.Context) error { return n.server.Restart() }
func (n natsPart) Stop(context.Context) error    { return n.server.Stop() }

// prepareData makes the folders that everything is kept in.
func (s *Stack) prepareData() (err error) {
	if s.temporary {
		if s.cfg.Data, err = os.MkdirTemp("", "breakwater-local-*"); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
	}
	if s.cfg.Data, err = filepath.Abs(s.cfg.Data); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	err = errors.Join(
		os.MkdirAll(s.cfg.Data, 0o700),
		os.Chmod(s.cfg.Data, 0o711), //nolint:gosec // as root, Postgres runs as another user, who must pass through
		os.MkdirAll(filepath.Join(s.cfg.Data, "logs"), 0o700),
		os.MkdirAll(filepath.Join(s.cfg.Data, "config"), 0o700),
	)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}
