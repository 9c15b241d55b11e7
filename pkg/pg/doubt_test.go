package pg_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

func TestInDoubt(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"it was committed":              {nil, false},
		"Postgres refused it":           {fmt.Errorf("insert: %w", &pgconn.PgError{Severity: "ERROR", Code: "23505"}), false},
		"Postgres ended the connection": {&pgconn.PgError{Severity: "FATAL", Code: "57P01"}, true},
		"the connection broke":          {io.ErrUnexpectedEOF, true},
		"nobody waited for the answer":  {context.DeadlineExceeded, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := pg.InDoubt(c.err); got != c.want {
				t.Errorf("in doubt: %v, want %v", got, c.want)
			}
		})
	}
}
