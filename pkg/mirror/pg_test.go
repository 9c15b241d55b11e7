package mirror_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/schema"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// mirrored are the columns of every mirror table.
const mirrored = `
    connection     text not null,
    uid            uuid not null,
    vendor_id      text collate "C",
    version        bigint not null,
    confirmed      bytea,
    effective      bytea not null,
    payload        jsonb,
    digest         bytea,
    closed         bigint not null default 0,
    closed_at      timestamptz,
    vendor_version bigint,
    vendor_time    timestamptz,
    suspected_at   timestamptz,
    as_of          timestamptz,
    refusal        jsonb,
    deleted_at     timestamptz,
    created_at     timestamptz not null default now(),
    primary key (connection, uid),
    unique (connection, vendor_id)`

const tables = `
create table ticket (state smallint not null, client text not null, updated_at timestamptz not null,` + mirrored + `);
create table note (parent uuid not null, written_at timestamptz not null,` + mirrored + `);
---- create above / drop below ----
drop table note, ticket;
`

func ticketKind() mirror.Kind[*psav1.Ticket] {
	return mirror.Kind[*psav1.Ticket]{
		Name: "ticket", Table: "ticket", Noise: []string{"last_action_time"}, MaxSuspects: 3,
		ResourceName: func(connection, id string) string { return "connections/" + connection + "/tickets/" + id },
		ColumnNames:  []string{"state", "client", "updated_at"},
		Columns: func(m *psav1.Ticket) []any {
			return []any{int16(m.GetState()), m.GetClient(), m.GetUpdateTime().AsTime()}
		},
	}
}

func noteKind() mirror.Kind[*psav1.Note] {
	return mirror.Kind[*psav1.Note]{
		Name: "note", Table: "note", Parent: "ticket",
		ResourceName: func(connection, id string) string { return "connections/" + connection + "/notes/" + id },
		ColumnNames:  []string{"written_at"},
		Columns:      func(m *psav1.Note) []any { return []any{m.GetCreateTime().AsTime()} },
	}
}

// house is a mirror on a database of its own, with the parts of other packages that it needs played by hand.
type house struct {
	t     *testing.T
	ctx   context.Context
	db    *pgxpool.Pool
	store *mirror.Store
}

const acme = "acme"

// newHouse is a house of tickets, changed as wanted, and notes.
func newHouse(t *testing.T, change ...func(*mirror.Kind[*psav1.Ticket])) *house {
	t.Helper()
	t.Parallel()
	tickets := ticketKind()
	for _, c := range change {
		c(&tickets)
	}
	url := pgtest.Migrated(t, pg.Series{Table: "kernel_version", Files: pg.Sub(schema.Kernel, "migrations")},
		pg.Series{Table: "test_version", Files: fstest.MapFS{"001_ticket.sql": {Data: []byte(tables)}}})
	db, err := pg.Open(t.Context(), url, pg.Config{LockTimeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	store, err := mirror.New(tickets.Bind(), noteKind().Bind())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, ctx: t.Context(), db: db, store: store}
	t.Cleanup(h.everyChangeIsTold)
	return h
}

// everyChangeIsTold looks that the changes of each row are its versions from 1 on, once each. They are not always told in
// that order: who waits for a row got the number of its transaction before.
func (h *house) everyChangeIsTold() {
	h.t.Helper()
	rows, err := h.db.Query(context.WithoutCancel(h.ctx), `
		with row as (select 'ticket' as kind, connection, uid, version from ticket union all select 'note', connection, uid, version from note)
		select kind || ' ' || uid || ': version ' || row.version || ', told ' || coalesce(array_agg(c.version order by c.version)::text, '{}')
		from row left join change c using (kind, connection, uid) group by kind, uid, row.version
		having coalesce(array_agg(c.version order by c.version) filter (where c.version is not null), '{}')
			<> (select coalesce(array_agg(v), '{}') from generate_series(1, row.version) v)`)
	if err != nil {
		h.t.Fatal(err)
	}
	wrong, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		h.t.Fatal(err)
	}
	for _, w := range wrong {
		h.t.Error(w)
	}
}

func (h *house) tx(f func(tx pgx.Tx) error) {
	h.t.Helper()
	if err := pg.InTx(h.ctx, h.db, f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.db.Exec(h.ctx, sql, args...); err != nil {
		h.t.Fatal(err)
	}
}

func read[T any](h *house, sql string, args ...any) T {
	h.t.Helper()
	var v T
	if err := h.db.QueryRow(h.ctx, sql, args...).Scan(&v); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (h *house) now() mirror.Moment {
	h.t.Helper()
	m, err := mirror.Now(h.ctx, h.db)
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func (h *house) apply(obs ...mirror.Observation) []mirror.Result {
	h.t.Helper()
	var results []mirror.Result
	h.tx(func(tx pgx.Tx) (err error) {
		results, err = h.store.Apply(h.ctx, tx, acme, obs)
		return err
	})
	return results
}

// ticket is an observation of a ticket by a request that is opened now.
func (h *house) ticket(source mirror.Source, id string, m *psav1.Ticket) mirror.Observation {
	h.t.Helper()
	o := mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: id}, Source: source, State: m, Covers: mirror.Whole()}
	if source != mirror.Snapshot {
		o.Opened = h.now()
	}
	return o
}

func (h *house) note(source mirror.Source, id, ticket string, m *psav1.Note) mirror.Observation {
	h.t.Helper()
	return mirror.Observation{
		Ref: mirror.Ref{Kind: "note", VendorID: id}, Source: source, State: m, Covers: mirror.Whole(),
		Parent: mirror.Ref{Kind: "ticket", VendorID: ticket}, Opened: h.now(),
	}
}

func (h *house) absent(source mirror.Source, id string) mirror.Observation {
	o := h.ticket(source, id, nil)
	o.Presence, o.State = mirror.Absent, nil
	return o
}

// propose accepts a write and inserts its job, as pkg/job does.
func (h *house) propose(p mirror.Proposal) (a mirror.Accepted, err error) {
	h.t.Helper()
	p.Connection = acme
	if p.Kind == "" {
		p.Kind = "ticket"
	}
	err = pg.InTx(h.ctx, h.db, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		if a, err = h.store.Propose(h.ctx, tx, b, p); err != nil {
			return err
		}
		var patch []byte
		if p.Patch != nil {
			if patch, err = proto.Marshal(p.Patch); err != nil {
				return err
			}
		}
		b.Queue(`insert into job (id, format, connection, kind, uid, lane, class, operation, effect, patch, paths, folded, state)
			values ($1, 1, $2, $3, $4, $5, 0, $6, $7, $8, $9, true, 1)`, p.Job, acme, p.Kind, a.Entity.UID, a.Lane, p.Operation, p.Effect,
			patch, append([]string{}, p.Paths...))
		return tx.SendBatch(h.ctx, b).Close()
	})
	return a, err
}

func (h *house) accepted(p mirror.Proposal) (uuid.UUID, mirror.Accepted) {
	h.t.Helper()
	p.Job = uuid.Must(uuid.NewV7())
	a, err := h.propose(p)
	if err != nil {
		h.t.Fatal(err)
	}
	return p.Job, a
}

func (h *house) patch(target mirror.Target, m *psav1.Ticket, paths ...string) uuid.UUID {
	h.t.Helper()
	job, _ := h.accepted(mirror.Proposal{Target: target, Operation: "UpdateTicket", Patch: m, Paths: paths})
	return job
}

func (h *house) create(m *psav1.Ticket, paths ...string) (job, uid uuid.UUID) {
	h.t.Helper()
	job, a := h.accepted(mirror.Proposal{Operation: "CreateTicket", Effect: mirror.Creates, Patch: m, Paths: paths})
	return job, a.Entity.UID
}

func (h *house) claim(job uuid.UUID) mirror.Moment {
	h.t.Helper()
	m := h.now()
	h.exec(`update job set state = 2, opened = $2, opened_at = $3 where id = $1`, job, m.Seq, m.At)
	return m
}

// settle settles a job as pkg/job does.
func (h *house) settle(job uuid.UUID, vendorID string, seen *mirror.Observation) (done bool) {
	h.t.Helper()
	kind, uid := read[string](h, "select kind from job where id = $1", job), read[uuid.UUID](h, "select uid from job where id = $1", job)
	h.tx(func(tx pgx.Tx) error {
		e, err := h.store.Hold(h.ctx, tx, h.store.Table(kind), acme, byUID(uid), nil)
		if err != nil {
			return err
		}
		b, w := &pgx.Batch{}, h.store.Writing(kind, acme)
		done, err = h.store.Settle(h.ctx, tx, w, e, mirror.Settlement{Job: job, Kind: kind, UID: uid, VendorID: vendorID, Seen: seen})
		if err != nil {
			return err
		}
		w.Queue(b)
		b.Queue(`update job set state = case when $2 then 4 else 3 end, folded = not $2, settled = nextval('moment'),
			settled_at = clock_timestamp(), vendor_id = nullif($3, '') where id = $1`, job, done, vendorID)
		return tx.SendBatch(h.ctx, b).Close()
	})
	return done
}

// answer is what a write that is claimed now is answered with.
func (h *house) answer(job uuid.UUID, id string, m *psav1.Ticket) *mirror.Observation {
	o := h.ticket(mirror.Write, id, m)
	o.Opened = h.claim(job)
	return &o
}

func (h *house) refuse(job uuid.UUID, reason string) {
	h.t.Helper()
	kind, uid := read[string](h, "select kind from job where id = $1", job), read[uuid.UUID](h, "select uid from job where id = $1", job)
	h.tx(func(tx pgx.Tx) error {
		e, err := h.store.Lock(h.ctx, tx, h.store.Table(kind), acme, uid)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(h.ctx, `update job set state = 5, folded = false where id = $1`, job); err != nil {
			return err
		}
		return h.store.Refuse(h.ctx, tx, kind, e, job, &typev1.Refusal{Job: mirror.JobName(acme, job), Reason: reason})
	})
}

func vendorID(id string) mirror.Target       { return mirror.Target{VendorID: id} }
func byUID(id uuid.UUID) mirror.Target       { return mirror.Target{UID: id} }
func (h *house) get(id string) *psav1.Ticket { h.t.Helper(); return h.show(vendorID(id)) }

// show is a ticket as a caller gets it, after its way over the wire.
func (h *house) show(target mirror.Target) *psav1.Ticket {
	h.t.Helper()
	m, err := h.find(target)
	if err != nil {
		h.t.Fatal(err)
	}
	return m
}

func (h *house) find(target mirror.Target) (*psav1.Ticket, error) {
	h.t.Helper()
	row, err := h.store.Get(h.ctx, h.db, "ticket", acme, target)
	if err != nil {
		return nil, err
	}
	return wire(h.t, row, &psav1.Ticket{}, time.Time{}), nil
}

func wire[T mirror.Message](t *testing.T, row mirror.Row, m T, swept time.Time) T {
	t.Helper()
	row.Into(m, swept)
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	proto.Reset(m)
	if err := proto.Unmarshal(b, m); err != nil {
		t.Fatal(err)
	}
	return m
}

// fetches are the queued fetches, "kind id".
func (h *house) fetches() []string {
	h.t.Helper()
	rows, err := h.db.Query(h.ctx, `select kind || ' ' || vendor_id from job where class = 1 order by 1`)
	if err != nil {
		h.t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		h.t.Fatal(err)
	}
	return found
}

// looked forgets the queued fetches, as if they had been made.
func (h *house) looked() { h.t.Helper(); h.exec(`delete from job where class = 1`) }
