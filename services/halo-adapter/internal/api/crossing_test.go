package api_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// TestNothingCrossesFromOneConnectionToAnother asks every method of the service, as the connection other, for what is
// acme's: by the vendor's id, by our uid, by a token. A method that this table lacks fails the test.
func TestNothingCrossesFromOneConnectionToAnother(t *testing.T) {
	h := open(t)
	uid := h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "acme's", Client: "12"})
	h.ticket("acme", "8", 2, &psav1.Ticket{Summary: "acme's", Client: "12"})
	h.note("acme", "7", "1", 1)
	h.note("acme", "7", "2", 2)
	h.file("acme", "7", "1", 1)
	h.file("acme", "7", "2", 2)
	list1, err := h.ListTickets(t.Context(), &psav1.ListTicketsRequest{Parent: acme, PageSize: 1})
	must(t, err)
	notes1, err := h.ListNotes(t.Context(), &psav1.ListNotesRequest{Parent: ticketName("acme", "7"), PageSize: 1})
	must(t, err)
	files1, err := h.ListAttachments(t.Context(), &psav1.ListAttachmentsRequest{Parent: ticketName("acme", "7"), PageSize: 1})
	must(t, err)
	if len(files1.GetAttachments()) != 1 || files1.GetAttachments()[0].GetName() != ticketName("acme", "7")+"/attachments/2" {
		t.Errorf("the newest is not first: %v", files1)
	}
	w, err := h.WatchTickets(t.Context(), &psav1.WatchTicketsRequest{Parent: acme})
	must(t, err)
	life, err := w.Recv()
	must(t, err)
	const other = "connections/other"
	hour := &psav1.Note_Work{TimeSpent: durationpb.New(time.Hour)}
	theirs := []string{ticketName("other", "7"), ticketName("other", "~"+uid.String())}
	asked := map[string][]ask{
		"GetTicket": {get(theirs[0]), get(theirs[1])},
		"BatchGetTickets": {
			batch(other, theirs[0]), batch(other, theirs[1]), batch(other, ticketName("acme", "7")), batch(other, ticketName("acme", "~"+uid.String())),
		},
		"ListTickets":   {list(&psav1.ListTicketsRequest{Parent: other, PageSize: 1, PageToken: list1.GetNextPageToken()})},
		"CreateTicket":  {create(other, &psav1.Ticket{Name: ticketName("acme", "7"), Summary: "x"}, id())},
		"UpdateTicket":  {update(&psav1.Ticket{Name: theirs[0], Summary: "x"}, ""), update(&psav1.Ticket{Name: theirs[1], Summary: "x"}, "")},
		"DeleteTicket":  {remove(theirs[0], "", id()), remove(theirs[1], "", id())},
		"CloseTicket":   {shut(&psav1.CloseTicketRequest{Name: theirs[0], Status: "9"}), shut(&psav1.CloseTicketRequest{Name: theirs[1], Status: "9"})},
		"ReopenTicket":  {reopen(&psav1.ReopenTicketRequest{Name: theirs[0], Status: "1"}), reopen(&psav1.ReopenTicketRequest{Name: theirs[1], Status: "1"})},
		"RestoreTicket": {restore(theirs[0]), restore(theirs[1])},
		"AssignTicket": {
			assign(&psav1.AssignTicketRequest{Name: theirs[0], Agent: proto.String("4")}), assign(&psav1.AssignTicketRequest{Name: theirs[1], Agent: proto.String("4")}),
		},
		"AddTimeEntry": {entry(theirs[0], &psav1.Note{Text: "x", Work: hour}), entry(theirs[1], &psav1.Note{Text: "x", Work: hour})},
		"AddNote":      {add(theirs[0], &psav1.Note{Text: "x"}, id()), add(theirs[1], &psav1.Note{Text: "x"}, id())},
		"GetNote":      {note(theirs[0] + "/notes/1"), note(theirs[1] + "/notes/1"), note(ticketName("acme", "8") + "/notes/1")},
		"ListNotes": {
			notes(&psav1.ListNotesRequest{Parent: theirs[0]}), notes(&psav1.ListNotesRequest{Parent: theirs[1]}),
			notes(&psav1.ListNotesRequest{Parent: ticketName("acme", "8"), PageToken: notes1.GetNextPageToken()}),
		},
		"ListAttachments": {
			files(&psav1.ListAttachmentsRequest{Parent: theirs[0]}), files(&psav1.ListAttachmentsRequest{Parent: theirs[1]}),
			files(&psav1.ListAttachmentsRequest{Parent: ticketName("acme", "8"), PageToken: files1.GetNextPageToken()}),
		},
		"WatchTickets": {watch(other, life.GetResumeToken())},
	}
	methods := map[string]bool{}
	for _, m := range psav1.TicketService_ServiceDesc.Methods {
		methods[m.MethodName] = true
	}
	for _, s := range psav1.TicketService_ServiceDesc.Streams {
		methods[s.StreamName] = true
	}
	for m := range methods {
		t.Run(m, func(t *testing.T) {
			if len(asked[m]) == 0 && !h.serves(t, m) {
				t.Skip("not served yet: nothing can cross")
			}
			if len(asked[m]) == 0 {
				t.Fatal("nobody asks for another connection's things here")
			}
			before := h.contents()
			for i, a := range asked[m] {
				err := a(t.Context(), h)
				if c := status.Code(err); c != codes.NotFound && c != codes.InvalidArgument || strings.Contains(status.Convert(err).Message(), "acme's") {
					t.Errorf("%d: %v", i, err)
				}
			}
			if h.contents() != before {
				t.Error("it changed something")
			}
		})
	}
	if l, err := h.ListTickets(t.Context(), &psav1.ListTicketsRequest{Parent: other, Filter: &psav1.TicketFilter{Client: "12"}}); err != nil || len(l.GetTickets()) > 0 {
		t.Errorf("other lists %v, %v", l, err)
	}
}

// serves says whether a method answers at all: the contract may be ahead of the adapter.
func (h *house) serves(t *testing.T, method string) bool {
	err := h.conn.Invoke(t.Context(), "/"+psav1.TicketService_ServiceDesc.ServiceName+"/"+method, &emptypb.Empty{}, &emptypb.Empty{})
	return status.Code(err) != codes.Unimplemented
}

// A request id is a caller's own on each connection: another connection's request with the same id is another one.
func TestARequestIDIsOfOneConnection(t *testing.T) {
	h := open(t)
	request := id()
	must(t, create(acme, &psav1.Ticket{Summary: "x"}, request)(t.Context(), h))
	must(t, create("connections/other", &psav1.Ticket{Summary: "y"}, request)(t.Context(), h))
	if n := len(h.accepted()); n != 2 {
		t.Errorf("%d jobs", n)
	}
}
