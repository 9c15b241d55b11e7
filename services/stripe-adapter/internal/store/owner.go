package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Owner is the account that a connection is of, and its mode.
type Owner struct {
	Account string // empty: not known
	Live    bool
}

// keepOwner fills in an account that was not known; the mode never changes.
const keepOwner = `
insert into owner (connection, account, live) values ($1, $2, $3)
on conflict (connection) do update set account = excluded.account where owner.account = '' and owner.live = excluded.live`

// KeepOwner keeps whose a connection is, unless that is known. It answers with what is known, if anything is; nil only asks.
func KeepOwner(ctx context.Context, q pg.Querier, connection string, is *Owner) (known Owner, ok bool, err error) {
	if is != nil {
		if _, err := q.Exec(ctx, keepOwner, connection, is.Account, is.Live); err != nil {
			return known, false, fmt.Errorf("keep whose %s is: %w", connection, err)
		}
	}
	err = q.QueryRow(ctx, `select account, live from owner where connection = $1`, connection).Scan(&known.Account, &known.Live)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return known, false, nil
	case err != nil:
		return known, false, fmt.Errorf("read whose %s is: %w", connection, err)
	}
	return known, true, nil
}
