package yardstick_test

import (
	"bytes"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/pgtest"

	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const ticket = "connections/acme/tickets/10001"

// prepare is a database with a mirror of one ticket, and the yardstick's tables.
func prepare(t *testing.T, effective []byte) *pgxpool.Pool {
	t.Helper()
	db, err := yardstick.Open(t.Context(), pgtest.Database(t), 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	const mirror = `create table ticket (connection text, vendor_id text collate "C", effective bytea)`
	if _, err := db.Exec(t.Context(), mirror); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(t.Context(), `insert into ticket values ('acme', '10001', $1)`, effective); err != nil {
		t.Fatal(err)
	}
	if err := yardstick.Prepare(t.Context(), db, "ticket"); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestAReadReturnsTheBytesOfTheRow(t *testing.T) {
	effective, err := proto.Marshal(&psav1.Ticket{Name: ticket, Summary: "Printer on fire"})
	if err != nil {
		t.Fatal(err)
	}
	s := server(t, prepare(t, effective), false)
	got, err := s.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: ticket})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := proto.Marshal(got); err != nil || !bytes.Equal(b, effective) {
		t.Errorf("got %x (%v), want %x", b, err, effective)
	}
}

func server(t *testing.T, db *pgxpool.Pool, withRiver bool) *yardstick.Server {
	t.Helper()
	s, err := yardstick.NewServer(db, withRiver)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAWriteUpdatesTheRowAndInsertsAJob(t *testing.T) {
	for name, row := range map[string]struct {
		withRiver bool
		jobs      string
	}{
		"a bare one":   {false, `select count(*) from yardstick.job where vendor_id = '10001'`},
		"one of River": {true, `select count(*) from river.river_job where args ->> 'id' = '10001'`},
	} {
		t.Run(name, func(t *testing.T) {
			db := prepare(t, nil)
			got, err := server(t, db, row.withRiver).UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: ticket, Summary: "On fire again"}})
			if err != nil {
				t.Fatal(err)
			}
			var version, size, jobs int
			err = db.QueryRow(t.Context(), `select version, length(effective), (`+row.jobs+`) from yardstick.entity where vendor_id = '10001'`).Scan(&version, &size, &jobs)
			if err != nil || version != 2 || size < 1000 || size > 1100 || jobs != 1 {
				t.Errorf("version %d, %d bytes, %d jobs (%v); want version 2, about 1 KiB, one job", version, size, jobs, err)
			}
			if n := proto.Size(got); n != size {
				t.Errorf("answered %d bytes, want the %d written", n, size)
			}
		})
	}
}

func TestWhatIsNotThereIsAnError(t *testing.T) {
	s := server(t, prepare(t, nil), false)
	for _, name := range []string{"connections/acme/tickets/1", "tickets/10001", ""} {
		if _, err := s.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: name}); err == nil {
			t.Errorf("read %q", name)
		}
		if _, err := s.UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: name}}); err == nil {
			t.Errorf("wrote %q", name)
		}
	}
}
