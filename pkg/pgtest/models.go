package pgtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"sync"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// models are the databases that others are copies of.
type models struct {
	mu    sync.Mutex
	admin string
	names map[string]string // by what the migrations say
}

// of is the database in which these series were run, on the server that admin leads to.
func (m *models) of(admin string, series []pg.Series) (name string, err error) {
	said, err := content(series)
	if err != nil {
		return "", err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if name = m.names[said]; name != "" {
		return name, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name = newName()
	url, err := embedded.CreateDatabase(ctx, admin, name)
	if err != nil {
		return "", err
	}
	if _, err := pg.Migrate(ctx, url, series...); err != nil {
		_ = embedded.DropDatabase(ctx, admin, name) // the migration's error says more
		return "", err
	}
	if m.names == nil {
		m.admin, m.names = admin, map[string]string{}
	}
	m.names[said] = name
	return name, nil
}

// drop removes them from somebody else's server.
func (m *models) drop(ctx context.Context) {
	for _, name := range m.names {
		_ = embedded.DropDatabase(ctx, m.admin, name) // one that stays is in nobody's way
	}
}

// content tells series with other tables or statements apart.
func content(series []pg.Series) (string, error) {
	sum := sha256.New()
	for _, s := range series {
		fmt.Fprintln(sum, s.Table)
		err := fs.WalkDir(s.Files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(s.Files, path)
			fmt.Fprintln(sum, path, len(text))
			_, _ = sum.Write(text)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("read the migrations of %s: %w", s.Table, err)
		}
	}
	return string(sum.Sum(nil)), nil
}
