package operate_test

import (
	"math"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func TestAFreshAdapterIsOpenAndKnowsNothing(t *testing.T) {
	h := open(t)
	s, err := h.adapter.GetStatus(t.Context(), &adapterv1.GetStatusRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if s.GetAdapter() != "halo" || s.GetVersion() != "devel" || !s.GetStartTime().AsTime().Equal(started) || s.GetJobFormat() != 1 || !s.GetJetstreamConnected() {
		t.Errorf("status %v", s)
	}
	c := s.GetConnections()
	if len(c) != 2 || c[0].GetName() != "connections/acme" || c[1].GetName() != "connections/other" {
		t.Fatalf("connections %v", c)
	}
	if g := c[0].GetGate(); g.GetState() != adapterv1.Gate_STATE_CLOSED || g.GetAvailableCalls() != 10 || g.GetHoldTime() != nil {
		t.Errorf("gate %v", g)
	}
	if n := c[1].GetGate().GetAvailableCalls(); n != math.MaxInt32 {
		t.Errorf("without a limit: %d calls", n)
	}
	if f := c[0].GetFreshness(); len(f) != 2 || f[0].GetKind() != "note" || f[1].GetKind() != "ticket" || f[1].GetSweptTime() != nil {
		t.Errorf("freshness %v", f)
	}
	if c[0].GetOldestRunnableAge() != nil {
		t.Errorf("oldest runnable %v", c[0].GetOldestRunnableAge())
	}
}

func TestAConnectionTellsWhatWaitsAndWhatDied(t *testing.T) {
	h := open(t)
	h.Learn(t, "acme", "1", "printer")
	_, first := h.write(t, "1", "a")
	h.write(t, "1", "b")
	if err := mirror.QueueFetch(t.Context(), h.DB, "acme", mirror.Ref{Kind: "ticket", VendorID: "7"}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	h.exec(t, `update job set runnable_at = now() - interval '90 s' where id = $1`, first)
	h.exec(t, `insert into dead_letter (id, connection, kind, class, resolved_at) values
		(gen_random_uuid(), 'acme', 'ticket', 'REFUSED', null), (gen_random_uuid(), 'acme', 'ticket', 'REFUSED', now())`)
	h.exec(t, `insert into cursor (connection, kind, swept_at, rows, expected, began, error, missed) values
		('acme', 'ticket', '2026-11-01 11:59:00Z', 200, 1000, 7, '', 3), ('acme', 'note', null, 5, 0, 7, 'no', 4)`)
	c, err := h.adapter.GetConnection(t.Context(), &adapterv1.GetConnectionRequest{Name: "connections/acme"})
	if err != nil {
		t.Fatal(err)
	}
	if c.GetPendingWrites() != 2 || c.GetQueuedFetches() != 1 || c.GetDeadLetters() != 1 || c.GetMissedDeliveries() != 7 {
		t.Errorf("counts %v", c)
	}
	if age := c.GetOldestRunnableAge().AsDuration(); age < 90*time.Second || age > 5*time.Minute {
		t.Errorf("oldest runnable %v", age)
	}
	note, ticket := c.GetFreshness()[0], c.GetFreshness()[1]
	if !ticket.GetRunning() || ticket.GetRows() != 200 || ticket.GetExpectedRows() != 1000 || ticket.GetSweptTime().AsTime().Minute() != 59 {
		t.Errorf("ticket %v", ticket)
	}
	if note.GetRunning() || note.GetRows() != 0 || note.GetError() != "no" || note.GetSweptTime() != nil {
		t.Errorf("note %v", note)
	}
	quiet, err := h.adapter.GetConnection(t.Context(), &adapterv1.GetConnectionRequest{Name: "connections/other"})
	if err != nil || quiet.GetPendingWrites()+quiet.GetQueuedFetches()+quiet.GetDeadLetters()+quiet.GetMissedDeliveries() != 0 {
		t.Errorf("the other connection: %v, %v", quiet, err)
	}
}

func TestOfSeveralGatesTheWorstIsShown(t *testing.T) {
	h := open(t)
	for row, c := range map[string]struct {
		rows  string
		state adapterv1.Gate_State
		why   string
		calls int32
		hold  bool
	}{
		"a budget half used":             {`('acme', '', 5.7, 0, '', null)`, adapterv1.Gate_STATE_CLOSED, "", 5, false},
		"a reason that is over":          {`('acme', '', 5, 0, 'down', null)`, adapterv1.Gate_STATE_CLOSED, "", 5, false},
		"open":                           {`('acme', '', 5, 1, 'down', null)`, adapterv1.Gate_STATE_OPEN, "down", 0, false},
		"one of two stopped":             {`('acme', 'a', 5, 1, 'down', null), ('acme', 'b', 5, 3, 'who', null)`, adapterv1.Gate_STATE_STOPPED, "who", 0, false},
		"opened by hand":                 {`('acme', '', 5, 4, 'works', null)`, adapterv1.Gate_STATE_FORCED, "works", 0, false},
		"half open is less than open":    {`('acme', 'a', 5, 1, 'down', null), ('acme', 'b', 5, 2, 'half', null)`, adapterv1.Gate_STATE_OPEN, "down", 0, false},
		"the vendor asks to wait":        {`('acme', '', 5, 0, '', now() + interval '1 h')`, adapterv1.Gate_STATE_CLOSED, "", 0, true},
		"the vendor asked to wait, once": {`('acme', '', 5, 0, '', now() - interval '1 h')`, adapterv1.Gate_STATE_CLOSED, "", 5, false},
	} {
		t.Run(row, func(t *testing.T) {
			h.exec(t, `delete from gate`)
			h.exec(t, `insert into gate (connection, key, budget, state, reason, hold_until)
				select id, key, jsonb_build_object('buckets', jsonb_build_object('1h0m0s', jsonb_build_object('level', level, 'at', now()))),
					state, reason, hold::timestamptz
				from (values `+c.rows+`) v (id, key, level, state, reason, hold)`)
			got, err := h.adapter.GetConnection(t.Context(), &adapterv1.GetConnectionRequest{Name: "connections/acme"})
			if err != nil {
				t.Fatal(err)
			}
			g := got.GetGate()
			if g.GetState() != c.state || g.GetReason() != c.why || g.GetAvailableCalls() != c.calls || c.hold != (g.GetHoldTime() != nil) {
				t.Errorf("got %v", g)
			}
		})
	}
}

func TestConnectionsArePaged(t *testing.T) {
	h := open(t)
	first, err := h.adapter.ListConnections(t.Context(), &adapterv1.ListConnectionsRequest{PageSize: 1})
	if err != nil {
		t.Fatal(err)
	}
	second, err := h.adapter.ListConnections(t.Context(), &adapterv1.ListConnectionsRequest{PageSize: 1, PageToken: first.GetNextPageToken()})
	if err != nil {
		t.Fatal(err)
	}
	if first.GetConnections()[0].GetName() != "connections/acme" || second.GetConnections()[0].GetName() != "connections/other" || second.GetNextPageToken() != "" {
		t.Errorf("got %v and %v", first, second)
	}
}

func TestWhatAnOperatorAsksWronglyOfConnections(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	for row, c := range map[string]struct {
		ask   func() error
		code  codes.Code
		field string
	}{
		"a name that is none": {func() error {
			_, err := h.adapter.GetConnection(ctx, &adapterv1.GetConnectionRequest{Name: "acme"})
			return err
		}, codes.InvalidArgument, "name"},
		"a connection that is not configured": {func() error {
			_, err := h.adapter.GetConnection(ctx, &adapterv1.GetConnectionRequest{Name: "connections/nobody"})
			return err
		}, codes.NotFound, ""},
		"a negative page": {func() error {
			_, err := h.adapter.ListConnections(ctx, &adapterv1.ListConnectionsRequest{PageSize: -1})
			return err
		}, codes.InvalidArgument, "page_size"},
		"a token that is none": {func() error {
			_, err := h.adapter.ListConnections(ctx, &adapterv1.ListConnectionsRequest{PageToken: "x"})
			return err
		}, codes.InvalidArgument, "page_token"},
	} {
		t.Run(row, func(t *testing.T) { refused(t, c.ask(), c.code, c.field) })
	}
}
