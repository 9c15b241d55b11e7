package mirror

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// alias is the name in the table alias that t is found by.
func (t Target) alias() string {
	if t.VendorID != "" {
		return t.VendorID
	}
	return uidAlias(t.UID)
}

func uidAlias(uid uuid.UUID) string { return "~" + uid.String() }

// Aliases are the entities that live on in the place of those that targets name, as far as these were merged into others
// or were given another id; the rest is left out.
func (s *Store) Aliases(ctx context.Context, q pg.Querier, kind, connection string, targets ...Target) (map[Target]uuid.UUID, error) {
	names := make([]string, 0, len(targets))
	for _, t := range targets {
		names = append(names, t.alias())
	}
	found, err := aliases(ctx, q, kind, connection, names)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	living := make(map[Target]uuid.UUID, len(found))
	for i, t := range targets {
		if uid, ok := found[names[i]]; ok {
			living[t] = uid
		}
	}
	return living, nil
}

// aliases are the uids that names lead to.
func aliases(ctx context.Context, q pg.Querier, kind, connection string, names []string) (map[string]uuid.UUID, error) {
	rows, err := q.Query(ctx, `select name, uid from alias where connection = $1 and kind = $2 and name = any($3::text[])`, connection, kind, names)
	if err != nil {
		return nil, fmt.Errorf("look for aliases: %w", err)
	}
	var found map[string]uuid.UUID
	var name string
	var uid uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&name, &uid}, func() error {
		if found == nil {
			found = map[string]uuid.UUID{}
		}
		found[name] = uid
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for aliases: %w", err)
	}
	return found, nil
}

// aliased makes a name lead to uid, for ever.
func aliased(b *pgx.Batch, kind, connection string, uid uuid.UUID, name string) {
	b.Queue(`insert into alias (connection, kind, name, uid) values ($1, $2, $4, $3)
		on conflict (connection, kind, name) do update set uid = excluded.uid`, connection, kind, uid, name)
}

// absorbed makes whatever led to other, and its own uid, lead to uid.
func absorbed(b *pgx.Batch, kind, connection string, uid, other uuid.UUID) {
	b.Queue(`update alias set uid = $3 where connection = $1 and kind = $2 and uid = $4`, connection, kind, uid, other)
	aliased(b, kind, connection, uid, uidAlias(other))
}
