package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/resource"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
	"github.com/breakwater-acl/breakwater/pkg/schema"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/api"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/store"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is the service of the connections acme and other, over gRPC.
type house struct {
	psav1.TicketServiceClient

	t      testing.TB
	conn   *grpc.ClientConn
	db     *pgxpool.Pool
	mirror *mirror.Store
	jobs   *job.Store
	swept  time.Time // of every kind
	mu     sync.Mutex
	woken  []string
}

func open(t testing.TB) *house {
	t.Helper()
	url := pgtest.Migrated(t, pg.Series{Table: "kernel_version", Files: pg.Sub(schema.Kernel, "migrations")},
		pg.Series{Table: "adapter_version", Files: pg.Sub(store.Migrations, "migrations")})
	h := &house{t: t}
	var err error
	h.db, err = pg.Open(t.Context(), url, pg.Config{})
	must(t, err)
	t.Cleanup(h.db.Close)
	h.mirror, err = mirror.New(store.Tickets(store.Config{}, derive).Bind(), store.Notes(store.Config{}).Bind(), store.Attachments(store.Config{}).Bind())
	must(t, err)
	log := slog.New(slog.DiscardHandler)
	h.jobs, err = job.NewStore(h.db, h.mirror, gate.New(h.db, nil, log), nil, h.wake)
	must(t, err)
	s := rpc.NewServer(rpc.Config{Adapter: "halo"}, log)
	psav1.RegisterTicketServiceServer(s, api.NewTickets(resource.Config{
		Reads: h.db, Writes: h.db, Store: h.mirror, Jobs: h.jobs, Connections: []string{"acme", "other"}, Log: log,
		Swept: func(string, string) time.Time { return h.swept }, Patience: time.Second,
	}, map[string]api.Tenant{
		"acme":  {Close: "9", Reopen: "2", Closed: func(status string) bool { return status == "9" }},
		"other": {Closed: func(string) bool { return false }, CustomFields: map[string]string{"101": "CFrackUnit", "102": "CFtier"}},
	}))
	h.conn = serve(t, s)
	h.TicketServiceClient = psav1.NewTicketServiceClient(h.conn)
	return h
}

// derive is a tenant whose status 9 is closed.
func derive(_ string, t *psav1.Ticket) {
	t.State = psav1.Ticket_STATE_UNSPECIFIED
	if t.GetStatus() == "9" {
		t.State = psav1.Ticket_STATE_CLOSED
	}
}

func serve(t testing.TB, s *rpc.Server) *grpc.ClientConn {
	t.Helper()
	lis := bufconn.Listen(1 << 16)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, lis) }()
	conn, err := grpc.NewClient("passthrough:///house", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }))
	must(t, err)
	t.Cleanup(func() {
		_ = conn.Close()
		cancel()
		must(t, <-ended)
	})
	return conn
}

func (h *house) wake(connection, lane string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.woken = append(h.woken, connection+" "+lane)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) exec(sql string, args ...any) {
	h.t.Helper()
	_, err := h.db.Exec(context.Background(), sql, args...)
	must(h.t, err)
}

// learn is a fetch that sees this, and the uid of what it saw.
func (h *house) learn(connection string, o mirror.Observation) uuid.UUID {
	h.t.Helper()
	var results []mirror.Result
	must(h.t, pg.InTx(h.t.Context(), h.db, func(tx pgx.Tx) error {
		now, err := mirror.Now(h.t.Context(), tx)
		if err != nil {
			return err
		}
		o.Source, o.Opened = mirror.Fetch, now
		results, err = h.mirror.Apply(h.t.Context(), tx, connection, []mirror.Observation{o})
		return err
	}))
	return results[0].UID
}

// ticket makes the mirror hold a ticket of Halo's, changed at noon and so many minutes.
func (h *house) ticket(connection, id string, minute int, t *psav1.Ticket) uuid.UUID {
	h.t.Helper()
	t.UpdateTime = timestamppb.New(noon.Add(time.Duration(minute) * time.Minute))
	return h.learn(connection, mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: id}, Covers: mirror.Whole(), State: t})
}

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func (h *house) note(connection, ticket, action string, minute int) uuid.UUID {
	h.t.Helper()
	return h.learn(connection, mirror.Observation{
		Ref: mirror.Ref{Kind: "note", VendorID: store.ChildID(ticket, action)}, Covers: mirror.Whole(),
		Parent: mirror.Ref{Kind: "ticket", VendorID: ticket},
		State:  &psav1.Note{Text: "note " + action, CreateTime: timestamppb.New(noon.Add(time.Duration(minute) * time.Minute))},
	})
}

func (h *house) file(connection, ticket, file string, minute int) uuid.UUID {
	h.t.Helper()
	return h.learn(connection, mirror.Observation{
		Ref: mirror.Ref{Kind: "attachment", VendorID: store.ChildID(ticket, file)}, Covers: mirror.Whole(),
		Parent: mirror.Ref{Kind: "ticket", VendorID: ticket},
		State:  &psav1.Attachment{FileName: "acme's " + file, CreateTime: timestamppb.New(noon.Add(time.Duration(minute) * time.Minute))},
	})
}

// contents is all that the tables hold, to be compared.
func (h *house) contents() string {
	h.t.Helper()
	var all strings.Builder
	for _, table := range []string{"job", "ticket", "note", "attachment", "change", "dead_letter", "attempt"} {
		var rows string
		must(h.t, h.db.QueryRow(context.Background(), fmt.Sprintf(`select coalesce(string_agg(t::text, E'\n' order by t::text), '') from %s t`, table)).Scan(&rows))
		all.WriteString(table + ":\n" + rows + "\n")
	}
	return all.String()
}

func as(ctx context.Context, caller string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, rpc.CallerKey, caller)
}

func ticketName(connection, id string) string { return "connections/" + connection + "/tickets/" + id }

func id() string { return uuid.NewString() }

// want checks that err is a status with this code and reason, which names this field.
func want(t testing.TB, err error, code codes.Code, reason, field string) {
	t.Helper()
	s := status.Convert(err)
	var info *errdetails.ErrorInfo
	var bad *errdetails.BadRequest
	for _, d := range s.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			info = d
		case *errdetails.BadRequest:
			bad = d
		}
	}
	if s.Code() != code || info.GetReason() != reason || info.GetDomain() != "breakwater.halo" || info.GetMetadata()["field"] != field {
		t.Errorf("got %v, %v, want %s %s about %q", err, info, code, reason, field)
	}
	if v := bad.GetFieldViolations(); code == codes.InvalidArgument && (len(v) != 1 || v[0].GetField() != field) {
		t.Errorf("violations %v, want one of %q", v, field)
	}
}
