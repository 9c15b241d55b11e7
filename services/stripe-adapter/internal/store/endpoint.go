package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/seal"
)

// Endpoint is a webhook endpoint that we have made at Stripe.
type Endpoint struct {
	ID       string
	Secret   string // empty: it cannot be opened any more
	MadeAt   time.Time
	RetireAt time.Time // another has taken its place, and it is deleted then; zero: it is the one in use
}

// Endpoints keeps them, and what Stripe tells once of each under a key that is not in the database.
type Endpoints struct {
	DB  *pgxpool.Pool
	Box *seal.Box
}

const claimEndpoint = `
insert into registration (connection, next_at) values ($1, now() + $2::interval)
on conflict (connection) do update set next_at = excluded.next_at where registration.next_at <= now()`

// Claim is whether a connection's endpoint is due to be looked at, and this replica is to do it; nobody else is for so long.
func (s Endpoints) Claim(ctx context.Context, connection string, lease time.Duration) (mine bool, err error) {
	ct, err := s.DB.Exec(ctx, claimEndpoint, connection, lease)
	if err != nil {
		return false, fmt.Errorf("claim the endpoint of %s: %w", connection, err)
	}
	return ct.RowsAffected() > 0, nil
}

// Done says when it is due again.
func (s Endpoints) Done(ctx context.Context, connection string, next time.Duration) error {
	_, err := s.DB.Exec(ctx, `update registration set next_at = now() + $2::interval where connection = $1`, connection, next)
	return err
}

// List are a connection's, the newest first.
func (s Endpoints) List(ctx context.Context, connection string) ([]Endpoint, error) {
	rows, err := s.DB.Query(ctx, `select vendor_id, secret, made_at, retire_at from endpoint where connection = $1 order by made_at desc`, connection)
	if err != nil {
		return nil, fmt.Errorf("read the endpoints of %s: %w", connection, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Endpoint, err error) {
		var sealed []byte
		var retire *time.Time
		if err := row.Scan(&e.ID, &sealed, &e.MadeAt, &retire); err != nil {
			return e, err
		}
		if retire != nil {
			e.RetireAt = *retire
		}
		e.Secret, _ = s.Box.Open(sealed, about(connection, e.ID)) // under another key: empty
		return e, nil
	})
}

// Use keeps a new one, which takes the place of the others; they retire after a while.
func (s Endpoints) Use(ctx context.Context, connection, id, secret string, overlap time.Duration) error {
	err := pg.InTx(ctx, s.DB, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(`update endpoint set retire_at = now() + $2::interval where connection = $1 and retire_at is null`, connection, overlap)
		b.Queue(`insert into endpoint (connection, vendor_id, secret) values ($1, $2, $3)`, connection, id, s.Box.Seal(secret, about(connection, id)))
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return fmt.Errorf("keep an endpoint of %s: %w", connection, err)
	}
	return nil
}

// Forget forgets one that is gone.
func (s Endpoints) Forget(ctx context.Context, connection, id string) error {
	_, err := s.DB.Exec(ctx, `delete from endpoint where connection = $1 and vendor_id = $2`, connection, id)
	return err
}

func about(connection, id string) string { return connection + "/" + id }
