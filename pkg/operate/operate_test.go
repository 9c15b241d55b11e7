package operate_test

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/operate"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var started = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// allowance is a month's reads.
var allowance = budget.Limit{Calls: 10_000, Window: 30 * 24 * time.Hour, Share: 0.9, Burst: 9000, Reads: true, Low: 0.7}

// house is an adapter of the connections acme and other, as an operator sees it.
type house struct {
	*fixture.World
	accepted *job.Store
	adapter  adapterv1.AdapterServiceClient
	jobs     adapterv1.JobServiceClient
	letters  adapterv1.DeadLetterServiceClient
}

func open(t *testing.T) house {
	t.Helper()
	w := fixture.New(t)
	update, err := job.Operation[*psav1.Ticket]{
		Name: "UpdateTicket", Kind: "ticket", Safety: job.Idempotent,
		Attempt: func(context.Context, *job.Job, *psav1.Ticket) (job.Result, error) {
			return job.Result{}, &fault.Error{
				Kind: fault.Invalid, Reason: "MISSING", Field: "outcome", Status: 400, Code: "E7", Message: "no outcome given", TrackingID: "req-1",
			}
		},
	}.Bind()
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, []*job.Op{update}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := rpc.NewServer(rpc.Config{Adapter: "halo"}, slog.New(slog.DiscardHandler))
	operate.Register(s, operate.Config{
		Adapter: "halo", Version: "devel", Started: started, DB: w.DB, Mirror: w.Mirror, Jobs: jobs, JetStream: func() bool { return true },
		Gate: w.Gate, Connections: map[string]gate.Config{
			"acme": {Budget: budget.Terms{Limits: []budget.Limit{{Calls: 100, Window: time.Hour, Share: 1, Burst: 10}, allowance}}}, "other": {},
		},
	})
	conn := dial(t, s)
	return house{
		World: w, accepted: jobs, adapter: adapterv1.NewAdapterServiceClient(conn), jobs: adapterv1.NewJobServiceClient(conn),
		letters: adapterv1.NewDeadLetterServiceClient(conn),
	}
}

func dial(t *testing.T, s *rpc.Server) *grpc.ClientConn {
	t.Helper()
	lis := bufconn.Listen(1 << 16)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, lis) }()
	conn, err := grpc.NewClient("passthrough:///house", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return conn
}

// write accepts an update of the ticket with this id.
func (h house) write(t *testing.T, id, summary string) (uid, jobID uuid.UUID) {
	t.Helper()
	return h.Accept(t, h.accepted, fixture.Write{Operation: "UpdateTicket", Target: mirror.Target{VendorID: id}, Summary: summary})
}

func (h house) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := h.DB.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// refused checks that err has this code and names this field.
func refused(t *testing.T, err error, code codes.Code, field string) {
	t.Helper()
	s := status.Convert(err)
	var info *errdetails.ErrorInfo
	var named string
	for _, d := range s.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			info = d
		case *errdetails.BadRequest:
			named = d.GetFieldViolations()[0].GetField()
		}
	}
	if s.Code() != code || info.GetDomain() != "breakwater.halo" || code == codes.InvalidArgument && named != field {
		t.Errorf("got %v, field %q, want %s, field %q", err, named, code, field)
	}
}
