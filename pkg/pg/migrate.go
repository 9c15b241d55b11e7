package pg

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"
)

// Series is one run of migrations with a version table of its own: the kernel's, or an adapter's.
type Series struct {
	Table string // the version table: "kernel_version"
	Files fs.FS  // NNN_noun.sql in tern form, at the root
}

// Migrate brings the database to the last migration of each series, in order, under tern's advisory lock: several
// replicas may start at once. It reports how many migrations it ran.
func Migrate(ctx context.Context, url string, series ...Series) (int, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("connect to migrate: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	ran := 0
	for _, s := range series {
		n, err := s.run(ctx, conn)
		if err != nil {
			return ran, fmt.Errorf("migrate %s: %w", s.Table, err)
		}
		ran += n
	}
	return ran, nil
}

func (s Series) run(ctx context.Context, conn *pgx.Conn) (int, error) {
	m, err := migrate.NewMigrator(ctx, conn, s.Table)
	if err != nil {
		return 0, fmt.Errorf("read version: %w", err)
	}
	if err := m.LoadMigrations(s.Files); err != nil {
		return 0, fmt.Errorf("load: %w", err)
	}
	ran := 0
	m.OnStart = func(int32, string, string, string) { ran++ }
	return ran, m.Migrate(ctx)
}

// Sub is the folder dir of files, for a Series.
func Sub(files fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil { // only an invalid dir, which is a constant of the program
		return files
	}
	return sub
}
