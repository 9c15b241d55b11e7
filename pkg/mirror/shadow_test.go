package mirror

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/schema"
)

// The model's time is Postgres's here: what asks for the time unqualified is told the setting sim.now.
const simulatedTime = `
create schema sim;
create function sim.now() returns timestamptz language sql stable as $$ select current_setting('sim.now')::timestamptz $$;
create function sim.clock_timestamp() returns timestamptz language sql stable as $$ select current_setting('sim.now')::timestamptz $$;
`

const shadowTable = `
create table ticket (
    connection text not null, uid uuid not null, vendor_id text collate "C", version bigint not null,
    confirmed bytea, effective bytea not null, payload jsonb, digest bytea, closed bigint not null default 0, closed_at timestamptz,
    vendor_version bigint, vendor_time timestamptz, suspected_at timestamptz, as_of timestamptz, refusal jsonb, deleted_at timestamptz,
    created_at timestamptz not null default now(), primary key (connection, uid), unique (connection, vendor_id));
---- create above / drop below ----
drop table ticket;
`

// TestPostgresDoesWhatTheModelDoes plays the model with a real Store beside it, which must come to the same after
// every step.
func TestPostgresDoesWhatTheModelDoes(t *testing.T) {
	t.Parallel()
	conn := simulated(t)
	for n := range uint64(30) {
		c := seed(n)
		f := play(c, 0, "", func(w *world) { w.shadow, w.steps = newOnPostgres(t, conn, w), w.steps/2 })
		if f != nil {
			t.Fatalf("seed %d: %v", n, f)
		}
	}
}

func simulated(t *testing.T) *pgx.Conn {
	t.Helper()
	url := pgtest.Database(t) + "&search_path=sim,public,pg_catalog"
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) //nolint:usetesting // closing needs no live context
	if _, err := conn.Exec(t.Context(), simulatedTime); err != nil {
		t.Fatal(err)
	}
	_, err = pg.Migrate(t.Context(), url, pg.Series{Table: "kernel_version", Files: pg.Sub(schema.Kernel, "migrations")},
		pg.Series{Table: "test_version", Files: fstest.MapFS{"001_ticket.sql": {Data: []byte(shadowTable)}}})
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// onPostgres is a shadow of the model.
type onPostgres struct {
	t     *testing.T
	conn  *pgx.Conn
	world *world
	store *Store
	table *Table
	uids  map[*Entity]uuid.UUID
	moved bool // something was written since the last comparison
}

func newOnPostgres(t *testing.T, conn *pgx.Conn, w *world) *onPostgres {
	t.Helper()
	table := Kind[*psav1.Ticket]{
		Name: "ticket", Table: "ticket", ReadLag: w.mode.lag, ResourceName: w.table.ResourceName,
		Columns: func(*psav1.Ticket) []any { return nil },
	}.Bind()
	store, err := New(table)
	if err != nil {
		t.Fatal(err)
	}
	p := &onPostgres{t: t, conn: conn, world: w, store: store, table: table, uids: map[*Entity]uuid.UUID{}}
	p.exec("truncate ticket, job, change, attempt, dead_letter")
	return p
}

func (p *onPostgres) exec(sql string, args ...any) {
	p.t.Helper()
	if _, err := p.conn.Exec(p.t.Context(), sql, args...); err != nil {
		p.t.Fatal(sql, err)
	}
}

// tx runs f at the model's time, and keeps the model's numbers in step with Postgres's.
func (p *onPostgres) tx(f func(ctx context.Context, tx pgx.Tx) error) {
	p.t.Helper()
	ctx := p.t.Context()
	p.exec("select set_config('sim.now', $1, false), setval('moment', $2)", p.world.time.Format(time.RFC3339Nano), p.world.seq+1)
	if err := pgx.BeginFunc(ctx, p.conn, func(tx pgx.Tx) error { return f(ctx, tx) }); err != nil {
		p.t.Fatal(err)
	}
	p.world.seq += 10 // more than f can have drawn
	p.moved = true
}

func (p *onPostgres) apply(o Observation) {
	p.tx(func(ctx context.Context, tx pgx.Tx) error {
		_, err := p.store.Apply(ctx, tx, "acme", []Observation{o})
		return err
	})
}

func (p *onPostgres) propose(e *Entity, w Proposal) {
	p.tx(func(ctx context.Context, tx pgx.Tx) error {
		w.Kind, w.Connection = "ticket", "acme"
		w.Target = Target{UID: p.uids[e], VendorID: e.VendorID}
		b := &pgx.Batch{}
		a, err := p.store.Propose(ctx, tx, b, w)
		if err != nil {
			return err
		}
		p.uids[e] = a.Entity.UID
		var patch []byte
		if w.Patch != nil {
			patch = encode(w.Patch)
		}
		b.Queue(`insert into job (id, format, connection, kind, uid, lane, class, operation, effect, patch, paths, folded, state)
			values ($1, 1, 'acme', 'ticket', $2, $3, 0, $4, $5, $6, $7, true, 1)`, w.Job, a.Entity.UID, a.Lane, w.Operation, w.Effect, patch,
			append([]string{}, w.Paths...))
		return tx.SendBatch(ctx, b).Close()
	})
}

func (p *onPostgres) settle(job uuid.UUID, vendorID string, seen *Observation) (done bool) {
	p.tx(func(ctx context.Context, tx pgx.Tx) error {
		e, err := p.lock(ctx, tx, job)
		if err != nil {
			return err
		}
		b, w := &pgx.Batch{}, p.store.Writing("ticket", e.Connection)
		if done, err = p.store.Settle(ctx, tx, w, e, Settlement{Job: job, Kind: "ticket", UID: e.UID, VendorID: vendorID, Seen: seen}); err != nil {
			return err
		}
		w.Queue(b)
		b.Queue(`update job set state = case when $2 then 4 else 3 end, folded = not $2 where id = $1`, job, done)
		return tx.SendBatch(ctx, b).Close()
	})
	return done
}

func (p *onPostgres) lock(ctx context.Context, tx pgx.Tx, job uuid.UUID) (Held, error) {
	var uid uuid.UUID
	if err := tx.QueryRow(ctx, "select uid from job where id = $1", job).Scan(&uid); err != nil {
		return Held{}, err
	}
	return p.store.Hold(ctx, tx, p.table, "acme", Target{UID: uid}, nil)
}

func (p *onPostgres) settled(job uuid.UUID, at Moment) {
	p.exec("update job set settled = $2, settled_at = $3 where id = $1", job, at.Seq, at.At)
}

func (p *onPostgres) refuse(job uuid.UUID, was *Entity) {
	p.tx(func(ctx context.Context, tx pgx.Tx) error {
		e, err := p.lock(ctx, tx, job)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "update job set state = 5, folded = false where id = $1", job); err != nil {
			return err
		}
		return p.store.Refuse(ctx, tx, "ticket", e.Entity, job, was.Refusal)
	})
}

func (p *onPostgres) ask(l Look) {
	l.Ref = Ref{Kind: "ticket", VendorID: "1"}
	p.tx(func(ctx context.Context, tx pgx.Tx) error { return l.queue(ctx, tx, "acme") })
}

func (p *onPostgres) claim()  { p.exec("update job set state = 2 where class = 1") }
func (p *onPostgres) forget() { p.exec("delete from job where class = 1 and state = 2") }

// held is what of an entity must be the same on both sides.
type held struct {
	Confirmed, Effective         Message
	Version, VendorVersion       int64
	ClosedAt, VendorTime         time.Time
	SuspectedAt, AsOf, DeletedAt time.Time
	Writes                       []uuid.UUID
	Digest                       []byte
}

func hold(e *Entity) *held {
	if e == nil {
		return nil
	}
	h := &held{
		Confirmed: e.Confirmed, Effective: anonymous(e.Effective), Version: e.Version, VendorVersion: deref(e.VendorVersion),
		ClosedAt: e.Closed.At, VendorTime: e.VendorTime, SuspectedAt: e.SuspectedAt, AsOf: e.AsOf, DeletedAt: e.DeletedAt, Digest: e.Digest,
	}
	for _, w := range e.Writes {
		h.Writes = append(h.Writes, w.ID)
	}
	return h
}

// anonymous is m without our own ids, which each side draws for itself.
func anonymous(m Message) Message {
	t := proto.Clone(m).(*psav1.Ticket)
	t.Name, t.Uid, t.Etag = "", "", ""
	return t
}

func (p *onPostgres) compare() {
	w := p.world
	if !p.moved {
		return
	}
	p.moved = false
	p.same("row", w.row, p.table.sql.load, []string{"1"})
	if w.own != nil && w.own != w.row {
		p.same("create", w.own, p.table.sql.loadUID, []uuid.UUID{p.uids[w.own]})
	}
	var queued *fetch
	rows, err := p.conn.Query(p.t.Context(), "select runnable_at, again_at from job where class = 1 and state = 1")
	if err != nil {
		p.t.Fatal(err)
	}
	f := &fetch{}
	if _, err = pgx.ForEachRow(rows, []any{&f.runnable, &f.again}, func() error { queued = f; return nil }); err != nil {
		p.t.Fatal(err)
	}
	if (queued == nil) != (w.queued == nil) || queued != nil && (!queued.runnable.Equal(w.queued.runnable) || !queued.again.Equal(w.queued.again)) {
		w.fail("shadow", "queued %+v, and on Postgres %+v", w.queued, queued)
	}
}

func (p *onPostgres) same(name string, e *Entity, sql string, keys any) {
	found, err := p.table.query(p.t.Context(), p.conn, sql, "acme", keys)
	if err != nil {
		p.t.Fatal(err)
	}
	var there *Entity
	if len(found) > 0 {
		there = found[0]
		if err := p.table.loadWrites(p.t.Context(), p.conn, "acme", found); err != nil {
			p.t.Fatal(err)
		}
	}
	if diff := cmp.Diff(hold(e), hold(there), protocmp.Transform()); diff != "" {
		p.world.fail("shadow", "the %s is another on Postgres: %s", name, diff)
	}
}
