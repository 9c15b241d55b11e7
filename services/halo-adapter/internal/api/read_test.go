package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func TestATicketIsReadByEitherName(t *testing.T) {
	h := open(t)
	uid := h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer", Status: "9"})
	for _, id := range []string{"7", "%37", "~" + uid.String()} {
		got, err := h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: ticketName("acme", id)})
		must(t, err)
		if got.GetName() != ticketName("acme", "7") || got.GetUid() != uid.String() || got.GetSummary() != "printer" ||
			got.GetState() != psav1.Ticket_STATE_CLOSED || got.GetEtag() == "" || got.GetMirror().GetVersion() != 1 {
			t.Errorf("%s is %v", id, got)
		}
	}
}

func TestATicketSaysHowFreshItIs(t *testing.T) {
	h := open(t)
	uid := h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	var seen time.Time
	must(t, h.db.QueryRow(t.Context(), `select as_of from ticket where uid = $1`, uid).Scan(&seen))
	read := func() time.Time {
		got, err := h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: ticketName("acme", "7")})
		must(t, err)
		return got.GetMirror().GetSyncTime().AsTime()
	}
	if got := read(); !got.Equal(seen) {
		t.Errorf("never swept: fresh as of %v, want its own last sight, %v", got, seen)
	}
	h.swept = seen.Add(time.Hour)
	if got := read(); !got.Equal(h.swept) {
		t.Errorf("swept since: fresh as of %v, want %v", got, h.swept)
	}
	made, err := h.CreateTicket(t.Context(), &psav1.CreateTicketRequest{Parent: "connections/acme", Ticket: &psav1.Ticket{Summary: "new"}, RequestId: id()})
	must(t, err)
	if made.GetMirror().GetSyncTime() != nil {
		t.Errorf("never at the vendor, and fresh as of %v", made.GetMirror().GetSyncTime())
	}
}

func TestADeletedTicketIsReadAndNotListed(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	h.learn("acme", mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: "7"}, Presence: mirror.Deleted})
	got, err := h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: ticketName("acme", "7")})
	must(t, err)
	if got.GetMirror().GetDeleteTime() == nil || got.GetSummary() != "printer" {
		t.Errorf("got %v", got)
	}
	if l, err := h.ListTickets(t.Context(), &psav1.ListTicketsRequest{Parent: "connections/acme"}); err != nil || len(l.GetTickets()) > 0 {
		t.Errorf("listed: %v, %v", l, err)
	}
}

func TestABatchComesInTheOrderOfItsNames(t *testing.T) {
	h := open(t)
	var names []string
	for i := range 5 {
		uid := h.ticket("acme", fmt.Sprint(i), i, &psav1.Ticket{Summary: fmt.Sprint(i)})
		names = append(names, ticketName("acme", fmt.Sprint(i)), ticketName("acme", "~"+uid.String()))
	}
	slices.Reverse(names)
	names = append(names, names[0])
	got, err := h.BatchGetTickets(t.Context(), &psav1.BatchGetTicketsRequest{Parent: "connections/acme", Names: names})
	must(t, err)
	var summaries []string
	for _, x := range got.GetTickets() {
		summaries = append(summaries, x.GetSummary())
	}
	if s := strings.Join(summaries, ""); s != "44332211004" {
		t.Errorf("got %s", s)
	}
	_, err = h.BatchGetTickets(t.Context(), &psav1.BatchGetTicketsRequest{Parent: "connections/acme", Names: append(names, ticketName("acme", "99"))})
	want(t, err, codes.NotFound, "NOT_FOUND", "")
	if !strings.Contains(err.Error(), ticketName("acme", "99")) {
		t.Errorf("the unknown one is not named: %v", err)
	}
}

func TestListsAreFilteredAndPaged(t *testing.T) {
	h := open(t)
	for i := range 7 {
		h.ticket("acme", fmt.Sprint(i), i/2, &psav1.Ticket{ // pairs changed in the same moment
			Summary: fmt.Sprint(i), Client: fmt.Sprint(10 + i%2), Agent: fmt.Sprint(10 + i%3), Status: fmt.Sprint(8 + i%2),
		})
	}
	h.ticket("other", "0", 9, &psav1.Ticket{Summary: "x", Client: "10"})
	_, err := h.UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: ticketName("acme", "3"), Team: "second"}})
	must(t, err)
	h.exec(`update ticket set refusal = '{}' where vendor_id = '4'`)
	for row, c := range map[string]struct {
		filter *psav1.TicketFilter
		want   string
	}{
		"all":                 {nil, "6543210"},
		"by client":           {&psav1.TicketFilter{Client: "10"}, "6420"},
		"by agent":            {&psav1.TicketFilter{Agent: "11"}, "41"},
		"by client and agent": {&psav1.TicketFilter{Client: "10", Agent: "11"}, "4"},
		"by status":           {&psav1.TicketFilter{Statuses: []string{"9", "7"}}, "531"},
		"by state":            {&psav1.TicketFilter{States: []psav1.Ticket_State{psav1.Ticket_STATE_CLOSED, psav1.Ticket_STATE_NEW}}, "531"},
		"by no known state":   {&psav1.TicketFilter{States: []psav1.Ticket_State{psav1.Ticket_STATE_UNSPECIFIED}}, "6420"},
		"by time":             {&psav1.TicketFilter{UpdatedSince: timestamppb.New(noon.Add(2 * time.Minute))}, "654"},
		"the pending":         {&psav1.TicketFilter{Pending: true}, "3"},
		"the refused":         {&psav1.TicketFilter{Refused: true}, "4"},
		"none":                {&psav1.TicketFilter{Client: "77"}, ""},
	} {
		t.Run(row, func(t *testing.T) {
			for _, size := range []int32{1, 2, 3, 0, 1000} {
				got := h.listed(t, size, c.filter)
				if sorted(got) != sorted(c.want) || len(got) > 1 && got[0] < got[len(got)-1] {
					t.Errorf("in pages of %d: %s, want %s", size, got, c.want)
				}
			}
		})
	}
}

// listed is every page's summaries, in one line.
func (h *house) listed(t *testing.T, size int32, f *psav1.TicketFilter) string {
	t.Helper()
	all, token := "", ""
	for {
		p, err := h.ListTickets(t.Context(), &psav1.ListTicketsRequest{Parent: "connections/acme", PageSize: size, PageToken: token, Filter: f})
		must(t, err)
		if size > 0 && len(p.GetTickets()) > int(size) {
			t.Errorf("a page of %d holds %d", size, len(p.GetTickets()))
		}
		for _, x := range p.GetTickets() {
			all += x.GetSummary()
		}
		if token = p.GetNextPageToken(); token == "" {
			return all
		}
	}
}

func sorted(s string) string {
	r := []rune(s)
	slices.Sort(r)
	return string(r)
}

func TestARefusedCreateIsListedOnlyWhenAskedFor(t *testing.T) {
	h := open(t)
	made, err := h.CreateTicket(t.Context(), &psav1.CreateTicketRequest{Parent: "connections/acme", Ticket: &psav1.Ticket{Summary: "n"}, RequestId: id()})
	must(t, err)
	if got := h.listed(t, 0, nil); got != "n" {
		t.Errorf("pending: %q", got)
	}
	h.exec(`update ticket set refusal = '{}', pending = false`)
	h.exec(`update job set folded = false, state = 5`)
	if got := h.listed(t, 0, nil); got != "" {
		t.Errorf("refused: %q", got)
	}
	if got := h.listed(t, 0, &psav1.TicketFilter{Refused: true}); got != "n" {
		t.Errorf("refused, asked for: %q", got)
	}
	if _, err := h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: made.GetName()}); err != nil {
		t.Errorf("by its name: %v", err)
	}
}

func TestAPageEndsBeforeItGrowsTooLarge(t *testing.T) {
	h := open(t)
	for i := range 10 {
		h.ticket("acme", fmt.Sprint(i), i, &psav1.Ticket{Summary: fmt.Sprint(i), Details: strings.Repeat("é", 400_000)})
	}
	if got := h.listed(t, 500, nil); got != "9876543210" {
		t.Errorf("got %s", got)
	}
	var names []string
	for i := range 10 {
		names = append(names, ticketName("acme", fmt.Sprint(i)))
	}
	_, err := h.BatchGetTickets(t.Context(), &psav1.BatchGetTicketsRequest{Parent: "connections/acme", Names: names})
	want(t, err, codes.InvalidArgument, "INVALID_FIELD", "names")
}

func TestNotesAreListedNewestFirst(t *testing.T) {
	h := open(t)
	uid := h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	h.ticket("acme", "8", 1, &psav1.Ticket{Summary: "screen"})
	for i := range 4 {
		h.note("acme", "7", fmt.Sprint(i), i)
		h.note("acme", "8", fmt.Sprint(i), i)
	}
	for _, parent := range []string{"7", "~" + uid.String()} {
		all, token := "", ""
		for {
			p, err := h.ListNotes(t.Context(), &psav1.ListNotesRequest{Parent: ticketName("acme", parent), PageSize: 3, PageToken: token})
			must(t, err)
			for _, n := range p.GetNotes() {
				all += n.GetName() + " "
			}
			if token = p.GetNextPageToken(); token == "" {
				break
			}
		}
		if prefix := ticketName("acme", "7") + "/notes/"; strings.ReplaceAll(all, prefix, "") != "3 2 1 0 " {
			t.Errorf("got %s", all)
		}
	}
	_, err := h.ListNotes(t.Context(), &psav1.ListNotesRequest{Parent: ticketName("acme", "~"+uuid.NewString())})
	want(t, err, codes.NotFound, "NOT_FOUND", "")
}

func TestANoteIsReadByEitherNameOnItsOwnTicketOnly(t *testing.T) {
	h := open(t)
	ticket := h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	h.ticket("acme", "8", 1, &psav1.Ticket{Summary: "screen"})
	uid := h.note("acme", "7", "3", 1)
	for _, parent := range []string{"7", "~" + ticket.String()} {
		for _, n := range []string{"3", "~" + uid.String()} {
			got, err := h.GetNote(t.Context(), &psav1.GetNoteRequest{Name: ticketName("acme", parent) + "/notes/" + n})
			must(t, err)
			if got.GetName() != ticketName("acme", "7")+"/notes/3" || got.GetUid() != uid.String() {
				t.Errorf("%s of %s: %v", n, parent, got)
			}
		}
	}
	for _, missing := range []string{"8/notes/3", "8/notes/~" + uid.String(), "7/notes/4", "9/notes/3"} {
		_, err := h.GetNote(t.Context(), &psav1.GetNoteRequest{Name: ticketName("acme", missing)})
		want(t, err, codes.NotFound, "NOT_FOUND", "")
	}
	_, err := h.GetNote(t.Context(), &psav1.GetNoteRequest{Name: ticketName("acme", "7")})
	want(t, err, codes.InvalidArgument, "INVALID_FIELD", "name")
}

func TestWhatWasNeverShownIsNotRead(t *testing.T) {
	h := open(t)
	h.learn("acme", mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: "7"}, Presence: mirror.Deleted})
	_, err := h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: ticketName("acme", "7")})
	want(t, err, codes.NotFound, "NOT_FOUND", "")
	_, err = h.ListNotes(t.Context(), &psav1.ListNotesRequest{Parent: ticketName("acme", "7")})
	want(t, err, codes.NotFound, "NOT_FOUND", "")
	_, err = h.BatchGetTickets(t.Context(), &psav1.BatchGetTicketsRequest{Parent: "connections/acme", Names: []string{ticketName("acme", "7")}})
	want(t, err, codes.NotFound, "NOT_FOUND", "")
}
