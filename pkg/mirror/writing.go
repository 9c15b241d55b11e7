package mirror

import (
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Writing gathers what is to be written of locked entities of one kind of one connection: a statement for each table, however
// many they are.
type Writing struct {
	table      *Table
	connection string

	whole, looks sheet
	news         changes
	after        jobs
}

// Writing is an empty one.
func (s *Store) Writing(kind, connection string) *Writing {
	return &Writing{table: s.byName[kind], connection: connection}
}

// add folds e anew, and gathers it with a change if something visible moved.
func (w *Writing) add(e *Entity, h how) (shown bool, err error) {
	into, values := &w.whole, w.table.values
	shown = w.table.refold(e)
	if h == folded {
		into, values = &w.looks, w.table.look
	}
	row, err := values(e)
	if err != nil {
		return false, fmt.Errorf("store %s %s: %w", w.table.Name, e.UID, err)
	}
	if h != folded {
		row = append(row, h == replaced)
	}
	into.add(row)
	if shown {
		w.news.add(e)
	}
	return shown, nil
}

// Queue queues the writing of it in b: entities first, jobs after.
func (w *Writing) Queue(b *pgx.Batch) {
	w.whole.queue(b, w.table.sql.updateAll)
	w.looks.queue(b, w.table.sql.foldAll)
	w.news.queue(b, w.table.Name, w.connection)
	w.after.queue(b, w.connection)
}

// sheet is rows about to be written alike, a column each but for the first, which is the same in all.
type sheet struct {
	first   any
	columns [][]any
}

func (s *sheet) add(row []any) {
	if s.columns == nil {
		s.columns = make([][]any, len(row)-1)
	}
	s.first = row[0]
	for i, v := range row[1:] {
		s.columns[i] = append(s.columns[i], v)
	}
}

func (s *sheet) queue(b *pgx.Batch, sql string) {
	if s.columns == nil {
		return
	}
	args := []any{s.first}
	for _, c := range s.columns {
		args = append(args, c)
	}
	b.Queue(sql, args...)
}

// from is the rows of a sheet as a table k with these columns, each with its type: "version bigint".
func from(columns []string) string {
	names, arrays := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		name, of, _ := strings.Cut(c, " ")
		names[i], arrays[i] = name, fmt.Sprintf("$%d::%s[]", i+2, of)
	}
	return " from unnest(" + strings.Join(arrays, ", ") + ") k (" + strings.Join(names, ", ") + ") where r.connection = $1 and r.uid = k.uid"
}

// typed are the columns named, with the types of these values of theirs.
func typed(names []string, values []any) ([]string, error) {
	columns := make([]string, len(names))
	for i, v := range values {
		of := ""
		switch v.(type) {
		case string, *string:
			of = "text"
		case bool, *bool:
			of = "boolean"
		case int16, *int16:
			of = "smallint"
		case int32, *int32:
			of = "integer"
		case int64, *int64:
			of = "bigint"
		case time.Time, *time.Time:
			of = "timestamptz"
		default:
			return nil, fmt.Errorf("column %s: cannot be filled from a %T", names[i], v)
		}
		columns[i] = names[i] + " " + of
	}
	return columns, nil
}
