package mirror

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Query narrows a list: SQL conditions over the kind's columns, with their values. The zero value narrows nothing.
type Query struct {
	where []string
	args  []any
	all   bool
}

// the parameters of every list, before those of its conditions: connection and limit.
const listParameters = 2

// Where adds a condition on a filter column of the kind; each ? in it stands for the value.
func (q *Query) Where(condition string, value any) {
	q.args = append(q.args, value)
	q.where = append(q.where, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", listParameters+len(q.args))))
}

// Condition adds a condition without a value.
func (q *Query) Condition(sql string) { q.where = append(q.where, sql) }

// Pending lists only what has writes on their way. They are found by their jobs, of which there are few: an index on the
// entity's own rows would be written with every write that is accepted.
func (q *Query) Pending() {
	q.Condition("uid in (select uid from job where connection = $1 and folded)")
}

// WithRefused lists refused creates too; they are left out otherwise, like what is deleted.
func (q *Query) WithRefused() { q.all = true }

// Place is where a page begins: after this entity. The zero value is the start.
type Place struct {
	Order time.Time
	UID   uuid.UUID
}

// List reads up to limit entities, ordered by the kind's Order column and then the uid, both descending, after place.
func (s *Store) List(ctx context.Context, db pg.Querier, kind, connection string, q Query, after Place, limit int) ([]Row, error) {
	t := s.byName[kind]
	where := append([]string{"connection = $1", "deleted_at is null"}, q.where...)
	args := append([]any{connection, limit}, q.args...)
	if !q.all {
		where = append(where, "(confirmed is not null or refusal is null)")
	}
	if after != (Place{}) {
		where = append(where, fmt.Sprintf("(%s, uid) < ($%d, $%d)", t.Order, len(args)+1, len(args)+2))
		args = append(args, after.Order, after.UID)
	}
	rows, err := db.Query(ctx, fmt.Sprintf("select effective, as_of, uid, %[1]s from %[2]s where %[3]s order by %[1]s desc, uid desc limit $2",
		t.Order, t.Table, strings.Join(where, " and ")), args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", kind, err)
	}
	found, err := pgx.CollectRows(rows, scanListed)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", kind, err)
	}
	return found, nil
}

func scanListed(row pgx.CollectableRow) (Row, error) {
	var r Row
	var asOf *time.Time
	err := row.Scan(&r.Effective, &asOf, &r.UID, &r.Order)
	r.AsOf = deref(asOf)
	return r, err
}
