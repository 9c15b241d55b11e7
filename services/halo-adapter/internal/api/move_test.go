package api_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func shut(r *psav1.CloseTicketRequest) ask {
	r.RequestId = id()
	return func(ctx context.Context, h *house) error { _, err := h.CloseTicket(ctx, r); return err }
}

func reopen(r *psav1.ReopenTicketRequest) ask {
	r.RequestId = id()
	return func(ctx context.Context, h *house) error { _, err := h.ReopenTicket(ctx, r); return err }
}

func restore(name string) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.RestoreTicket(ctx, &psav1.RestoreTicketRequest{Name: name, RequestId: id()})
		return err
	}
}

func assign(r *psav1.AssignTicketRequest) ask {
	r.RequestId = id()
	return func(ctx context.Context, h *house) error { _, err := h.AssignTicket(ctx, r); return err }
}

func entry(parent string, n *psav1.Note) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.AddTimeEntry(ctx, &psav1.AddTimeEntryRequest{Parent: parent, Note: n, RequestId: id()})
		return err
	}
}

// worked is an entry with this work on a ticket that there is.
func worked(w *psav1.Note_Work) ask { return entry(ticketName("acme", "7"), &psav1.Note{Work: w}) }

func TestAClosedTicketShowsItAtOnceAndIsClosedOnce(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer", Status: "1"})
	name := ticketName("acme", "7")
	want(t, reopen(&psav1.ReopenTicketRequest{Name: name})(t.Context(), h), codes.FailedPrecondition, "NOT_CLOSED", "")
	got, err := h.CloseTicket(t.Context(), &psav1.CloseTicketRequest{Name: name, RequestId: id()})
	must(t, err)
	if got.GetStatus() != "9" || got.GetState() != psav1.Ticket_STATE_CLOSED {
		t.Errorf("got %v", got)
	}
	want(t, shut(&psav1.CloseTicketRequest{Name: name})(t.Context(), h), codes.FailedPrecondition, "ALREADY_CLOSED", "")
	got, err = h.ReopenTicket(t.Context(), &psav1.ReopenTicketRequest{Name: name, RequestId: id()})
	must(t, err)
	if got.GetStatus() != "2" || got.GetState() == psav1.Ticket_STATE_CLOSED {
		t.Errorf("got %v", got)
	}
	want(t, reopen(&psav1.ReopenTicketRequest{Name: name})(t.Context(), h), codes.FailedPrecondition, "NOT_CLOSED", "")
	j := h.accepted()
	if len(j) != 2 || j[0].operation != "CloseTicket" || j[1].operation != "ReopenTicket" || !slices.Equal(j[0].paths, []string{"status"}) {
		t.Errorf("jobs %+v", j)
	}
}

func TestADeletedTicketIsRestoredAtOnceAndOnce(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	name := ticketName("acme", "7")
	want(t, restore(name)(t.Context(), h), codes.FailedPrecondition, "NOT_DELETED", "")
	must(t, remove(name, "", id())(t.Context(), h))
	got, err := h.RestoreTicket(t.Context(), &psav1.RestoreTicketRequest{Name: name, RequestId: id()})
	must(t, err)
	if got.GetMirror().GetDeleteTime() != nil || got.GetSummary() != "printer" || len(got.GetMirror().GetPendingWrites()) != 2 {
		t.Errorf("got %v", got)
	}
	want(t, restore(name)(t.Context(), h), codes.FailedPrecondition, "NOT_DELETED", "")
	must(t, update(&psav1.Ticket{Name: name, Summary: "screen"}, "")(t.Context(), h))
	l, err := h.ListTickets(t.Context(), &psav1.ListTicketsRequest{Parent: acme})
	if err != nil || len(l.GetTickets()) != 1 || l.GetTickets()[0].GetSummary() != "screen" {
		t.Errorf("listed %v, %v", l, err)
	}
	h.ticket("acme", "8", 1, &psav1.Ticket{Summary: "desk"})
	h.learn("acme", mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: "8"}, Presence: mirror.Deleted})
	got, err = h.RestoreTicket(t.Context(), &psav1.RestoreTicketRequest{Name: ticketName("acme", "8"), RequestId: id()})
	if err != nil || got.GetMirror().GetDeleteTime() != nil || got.GetSummary() != "desk" {
		t.Errorf("what a person has deleted: %v, %v", got, err)
	}
}

func TestAnAssignmentSetsWhatItSays(t *testing.T) {
	for row, c := range map[string]struct {
		r     *psav1.AssignTicketRequest
		paths []string
		agent string
		team  string
	}{
		"an agent": {&psav1.AssignTicketRequest{Agent: proto.String("4")}, []string{"agent"}, "4", "first"},
		"nobody":   {&psav1.AssignTicketRequest{Agent: proto.String("")}, []string{"agent"}, "", "first"},
		"a team":   {&psav1.AssignTicketRequest{Team: proto.String("second")}, []string{"team"}, "3", "second"},
		"both":     {&psav1.AssignTicketRequest{Agent: proto.String("5"), Team: proto.String("third")}, []string{"agent", "team"}, "5", "third"},
	} {
		t.Run(row, func(t *testing.T) {
			h := open(t)
			h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer", Agent: "3", Team: "first"})
			c.r.Name, c.r.RequestId = ticketName("acme", "7"), id()
			got, err := h.AssignTicket(t.Context(), c.r)
			must(t, err)
			if j := h.accepted()[0]; j.operation != "AssignTicket" || !slices.Equal(j.paths, c.paths) || got.GetAgent() != c.agent || got.GetTeam() != c.team {
				t.Errorf("got %v, job %+v", got, j)
			}
		})
	}
}

func TestAPieceOfWorkIsANoteInItsTicketsLane(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	w := &psav1.Note_Work{TimeSpent: durationpb.New(90 * time.Minute), StartTime: timestamppb.New(noon), Agent: "4", Billing: psav1.Note_BILLING_BILLABLE}
	n, err := h.AddTimeEntry(t.Context(), &psav1.AddTimeEntryRequest{Parent: ticketName("acme", "7"), Note: &psav1.Note{Work: w}, RequestId: id()})
	must(t, err)
	read, err := h.GetNote(t.Context(), &psav1.GetNoteRequest{Name: n.GetName()})
	must(t, err)
	if !proto.Equal(read, n) || !proto.Equal(n.GetWork(), w) {
		t.Errorf("made %v, read %v", n, read)
	}
	if j := h.accepted()[0]; j.operation != "AddTimeEntry" || j.kind != "note" || !slices.Equal(j.paths, []string{"work"}) || !strings.HasPrefix(j.lane, "ticket/") {
		t.Errorf("job %+v", j)
	}
}

// badMoves are requests for what a ticket's people do with it.
func badMoves() map[string]wrong {
	const seven = "connections/acme/tickets/7"
	hour := durationpb.New(time.Hour)
	return map[string]wrong{
		"close: a status that means something else": invalid("status", shut(&psav1.CloseTicketRequest{Name: seven, Status: "1"})),
		"close: a status that is none":              invalid("status", shut(&psav1.CloseTicketRequest{Name: seven, Status: "x"})),
		"close: nobody has said with what":          invalid("status", shut(&psav1.CloseTicketRequest{Name: "connections/other/tickets/7"})),
		"close: a ticket that nobody knows":         unknown(shut(&psav1.CloseTicketRequest{Name: ticketName("acme", "77")})),
		"restore: a ticket that nobody knows":       unknown(restore(ticketName("acme", "77"))),
		"restore: no name":                          invalid("name", restore("")),
		"close: no name":                            invalid("name", shut(&psav1.CloseTicketRequest{})),
		"close: an etag that is long":               invalid("etag", shut(&psav1.CloseTicketRequest{Name: seven, Etag: strings.Repeat("x", 101)})),
		"reopen: with a status that means closed":   invalid("status", reopen(&psav1.ReopenTicketRequest{Name: seven, Status: "9"})),
		"reopen: nobody has said with what":         invalid("status", reopen(&psav1.ReopenTicketRequest{Name: "connections/other/tickets/7"})),
		"assign: nothing":                           invalid("agent", assign(&psav1.AssignTicketRequest{Name: seven})),
		"assign: an agent that is none":             invalid("agent", assign(&psav1.AssignTicketRequest{Name: seven, Agent: proto.String("Amira")})),
		"assign: no team":                           invalid("team", assign(&psav1.AssignTicketRequest{Name: seven, Team: proto.String("")})),
		"assign: a team too long":                   invalid("team", assign(&psav1.AssignTicketRequest{Name: seven, Team: proto.String(strings.Repeat("x", 256))})),
		"entry: no note":                            invalid("note", entry(seven, nil)),
		"entry: no work":                            invalid("note.work", worked(nil)),
		"entry: no time":                            invalid("note.work.time_spent", worked(&psav1.Note_Work{})),
		"entry: less than no time":                  invalid("note.work.time_spent", worked(&psav1.Note_Work{TimeSpent: durationpb.New(-time.Hour)})),
		"entry: half a second":                      invalid("note.work.time_spent", worked(&psav1.Note_Work{TimeSpent: durationpb.New(time.Second / 2)})),
		"entry: a whole day":                        invalid("note.work.time_spent", worked(&psav1.Note_Work{TimeSpent: durationpb.New(24 * time.Hour)})),
		"entry: more seconds than there are":        invalid("note.work.time_spent", worked(&psav1.Note_Work{TimeSpent: &durationpb.Duration{Seconds: math.MaxInt64}})),
		"entry: a start that is none":               invalid("note.work.start_time", worked(&psav1.Note_Work{TimeSpent: hour, StartTime: &timestamppb.Timestamp{Nanos: -1}})),
		"entry: a start before there were any":      invalid("note.work.start_time", worked(&psav1.Note_Work{TimeSpent: hour, StartTime: &timestamppb.Timestamp{}})),
		"entry: an agent that is none":              invalid("note.work.agent", worked(&psav1.Note_Work{TimeSpent: hour, Agent: "04"})),
		"entry: a sort of work that is none":        invalid("note.work.work_type", worked(&psav1.Note_Work{TimeSpent: hour, WorkType: "on site"})),
		"entry: a billing that is none":             invalid("note.work.billing", worked(&psav1.Note_Work{TimeSpent: hour, Billing: 7})),
		"entry: a text too long":                    invalid("note.text", entry(seven, &psav1.Note{Text: strings.Repeat("x", 100_001), Work: &psav1.Note_Work{TimeSpent: hour}})),
		"note: with work":                           invalid("note.work", add(seven, &psav1.Note{Text: "x", Work: &psav1.Note_Work{TimeSpent: hour}}, id())),
	}
}
