package gate

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// MaxListed bounds how many keys of one connection are listed.
const MaxListed = 100

// maxShut bounds how many shut keys of one connection a replica remembers. The row of any other says so when it is asked.
const maxShut = 1000

const columnsOf = "select " + statusColumns + ` from unnest($1::text[]) c (id)
cross join lateral (select ` + rowColumns + ` from gate where connection = c.id %s limit $2) g order by connection, key`

// List is the gates of these connections, by connection and key: of each the connection's own, and at most MaxListed in
// all, those first that are shut.
func List(ctx context.Context, q pg.Querier, connections []string) ([]Status, error) {
	const worstFirst = "order by key <> '', state desc, hold_until desc nulls last, key"
	all, err := list(ctx, q, worstFirst, connections, MaxListed)
	if err != nil {
		return nil, fmt.Errorf("list gates: %w", err)
	}
	return all, nil
}

// listShut is the gates that calls do not pass; cut names the connections that have more than are listed.
func listShut(ctx context.Context, q pg.Querier, connections []string) (all []Status, cut map[string]bool, err error) {
	all, err = list(ctx, q, "and (state <> 0 or hold_until > clock_timestamp()) order by key", connections, maxShut)
	if err != nil {
		return nil, nil, fmt.Errorf("list gates that are shut: %w", err)
	}
	count := map[string]int{}
	cut = map[string]bool{}
	for _, s := range all {
		if count[s.Connection]++; count[s.Connection] == maxShut {
			cut[s.Connection] = true
		}
	}
	return all, cut, nil
}

func list(ctx context.Context, q pg.Querier, which string, connections []string, most int) ([]Status, error) {
	rows, err := q.Query(ctx, fmt.Sprintf(columnsOf, which), connections, most)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}
