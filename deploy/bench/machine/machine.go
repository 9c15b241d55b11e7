// Package machine answers what figures were measured on.
package machine

import (
	"context"
	"os"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Facts are what a figure cannot be read without.
type Facts struct {
	Cores    int               `json:"cores"`
	CPU      string            `json:"cpu,omitempty"`
	System   string            `json:"system"`
	Go       string            `json:"go"`
	Postgres string            `json:"postgres"`
	Settings map[string]string `json:"postgres_settings"` // those that decide what a commit costs, and all that are not the default
	Others   float64           `json:"others"`            // share, 0 to 1, of all cores' time that went to others while the bench ran
}

// settings are the ones that decide what a commit and a cached read cost, and those that a command line or file has changed.
const settings = `
select name, current_setting(name) from pg_settings
where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method', 'shared_buffers', 'max_connections', 'commit_delay')
   or source = 'command line' and name not in ('listen_addresses', 'port', 'unix_socket_directories', 'data_directory', 'config_file', 'hba_file', 'ident_file')
order by name`

// Look gathers the facts of this machine and of the Postgres that db leads to.
func Look(ctx context.Context, db *pgxpool.Pool) (Facts, error) {
	f := Facts{
		Cores: runtime.NumCPU(), CPU: cpu(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Settings: map[string]string{},
	}
	if err := db.QueryRow(ctx, "select current_setting('server_version')").Scan(&f.Postgres); err != nil {
		return f, err
	}
	rows, err := db.Query(ctx, settings)
	if err != nil {
		return f, err
	}
	var name, value string
	_, err = pgx.ForEachRow(rows, []any{&name, &value}, func() error { f.Settings[name] = value; return nil })
	return f, err
}

// cpu is the processor's model; empty where the system does not say.
func cpu() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
