package operate

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// connections tells how each of these stands, in their order. What Postgres holds of others is left out.
func (s *server) connections(ctx context.Context, ids []string) ([]*adapterv1.Connection, error) {
	all := make([]*adapterv1.Connection, len(ids))
	byID := make(map[string]*adapterv1.Connection, len(ids))
	for i, id := range ids {
		all[i] = &adapterv1.Connection{Name: connectionName(id), Freshness: s.unswept()}
		byID[id] = all[i]
	}
	if err := s.gates(ctx, byID); err != nil {
		return nil, err
	}
	b := &pgx.Batch{}
	queueCounts(b, ids, byID)
	queueDeadLetters(b, ids, byID)
	queueFreshness(b, ids, byID)
	if err := s.DB.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read how connections stand: %w", err)
	}
	return all, nil
}

const counts = `
select connection, count(*) filter (where class = 0), count(*) filter (where class = 1 and state < 2),
	extract(epoch from clock_timestamp() - min(runnable_at) filter (where state = 1 and runnable_at <= now()))::float8
from job where connection = any($1) and state < 3 group by connection`

func queueCounts(b *pgx.Batch, ids []string, byID map[string]*adapterv1.Connection) {
	b.Queue(counts, ids).Query(func(rows pgx.Rows) error {
		var id string
		var writes, fetches int64
		var age *float64
		_, err := pgx.ForEachRow(rows, []any{&id, &writes, &fetches, &age}, func() error {
			c := byID[id]
			c.PendingWrites, c.QueuedFetches = writes, fetches
			if age != nil {
				c.OldestRunnableAge = durationpb.New(time.Duration(*age * float64(time.Second)))
			}
			return nil
		})
		return err
	})
}

const deadLetters = `
select connection, count(*) from dead_letter where connection = any($1) and resolved_at is null group by connection`

func queueDeadLetters(b *pgx.Batch, ids []string, byID map[string]*adapterv1.Connection) {
	b.Queue(deadLetters, ids).Query(func(rows pgx.Rows) error {
		var id string
		var n int64
		_, err := pgx.ForEachRow(rows, []any{&id, &n}, func() error { byID[id].DeadLetters = n; return nil })
		return err
	})
}

// freshness says of each kind how far it is swept. A sweep that waits for its budget is under way; one that failed is
// not, until somebody takes it up again.
const freshness = `
select connection, kind, swept_at, rows, expected, error, next_at, missed,
	began <> 0 and (error = '' or coalesce(lease_until > clock_timestamp(), false)), withheld,
	case when believe_until > clock_timestamp() then believe else 0 end, case when believe_until > clock_timestamp() then believed_by else '' end
from cursor where connection = any($1) order by connection, kind`

func queueFreshness(b *pgx.Batch, ids []string, byID map[string]*adapterv1.Connection) {
	b.Queue(freshness, ids).Query(func(rows pgx.Rows) error {
		var id string
		var f adapterv1.Freshness
		var swept *time.Time
		var next time.Time
		var missed int64
		_, err := pgx.ForEachRow(rows, []any{
			&id, &f.Kind, &swept, &f.Rows, &f.ExpectedRows, &f.Error, &next, &missed, &f.Running, &f.WithheldAbsences, &f.BelievedAbsences, &f.BelievedBy,
		}, func() error {
			c := byID[id]
			c.MissedDeliveries += missed
			is := freshnessOf(c, f.GetKind())
			is.Running, is.Error, is.NextTime = f.GetRunning(), f.GetError(), timestamppb.New(next)
			is.WithheldAbsences, is.BelievedAbsences, is.BelievedBy = f.GetWithheldAbsences(), f.GetBelievedAbsences(), f.GetBelievedBy()
			if f.GetRunning() {
				is.Rows, is.ExpectedRows = f.GetRows(), f.GetExpectedRows()
			}
			if swept != nil {
				is.SweptTime = timestamppb.New(*swept)
			}
			return nil
		})
		return err
	})
}

// unswept is every kind, as long as nothing is known of its sweeps.
func (s *server) unswept() []*adapterv1.Freshness {
	var all []*adapterv1.Freshness
	for _, t := range s.Mirror.Tables() {
		all = append(all, &adapterv1.Freshness{Kind: t.Name})
	}
	return sorted(all)
}

// freshnessOf is c's entry of a kind; a new one for a cursor that is of no kind of the mirror.
func freshnessOf(c *adapterv1.Connection, kind string) *adapterv1.Freshness {
	for _, f := range c.GetFreshness() {
		if f.GetKind() == kind {
			return f
		}
	}
	f := &adapterv1.Freshness{Kind: kind}
	c.Freshness = sorted(append(c.GetFreshness(), f))
	return f
}
