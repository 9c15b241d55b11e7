package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Payments is the mirror of Stripe's payment intents, each with its latest charge.
func Payments(c Config) mirror.Kind[*paymentsv1.Payment] {
	k := kept[*paymentsv1.Payment](c, "payment", "payments")
	k.ColumnNames = []string{"state", "customer", "made_at"}
	k.Columns = func(x *paymentsv1.Payment) []any {
		return []any{int16(x.GetState()), last(x.GetCustomer()), madeAt(x)} //nolint:gosec // few states
	}
	k.Derive = func(_ string, x *paymentsv1.Payment) {
		charge := x.GetLatestCharge()
		count(x.GetAmount(), x.GetAmountCapturable(), x.GetAmountReceived(), charge.GetAmount(), charge.GetAmountCaptured(), charge.GetAmountRefunded())
	}
	return k
}

// unended is in which states a payment may still move: all but succeeded and canceled.
const unended = `select made_at from payment where connection = $1 and made_at < $2 and state not in (6, 7) and vendor_id is not null and deleted_at is null
	order by made_at desc limit 1`

// Unended is when the latest payment was made that may still move, of those made before a time; false: there is none.
func Unended(ctx context.Context, q pg.Querier, connection string, before time.Time) (at time.Time, ok bool, err error) {
	err = q.QueryRow(ctx, unended, connection, before).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return at, false, nil
	}
	if err != nil {
		return at, false, fmt.Errorf("look for payments that may still move: %w", err)
	}
	return at, true, nil
}

// last is the id at the end of a name, as it stands there.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
