package api_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

const acme = "connections/acme"

// ask makes one call of the service and returns its error.
type ask func(context.Context, *house) error

func get(name string) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.GetTicket(ctx, &psav1.GetTicketRequest{Name: name})
		return err
	}
}

func batch(parent string, names ...string) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.BatchGetTickets(ctx, &psav1.BatchGetTicketsRequest{Parent: parent, Names: names})
		return err
	}
}

func list(r *psav1.ListTicketsRequest) ask {
	return func(ctx context.Context, h *house) error { _, err := h.ListTickets(ctx, r); return err }
}

func filter(f *psav1.TicketFilter) ask {
	return list(&psav1.ListTicketsRequest{Parent: acme, Filter: f})
}

func create(parent string, t *psav1.Ticket, request string) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.CreateTicket(ctx, &psav1.CreateTicketRequest{Parent: parent, Ticket: t, RequestId: request})
		return err
	}
}

func made(t *psav1.Ticket) ask { return create(acme, t, id()) }

func update(t *psav1.Ticket, request string, mask ...string) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.UpdateTicket(ctx, &psav1.UpdateTicketRequest{Ticket: t, RequestId: request, UpdateMask: &fieldmaskpb.FieldMask{Paths: mask}})
		return err
	}
}

func masked(mask ...string) ask {
	return update(&psav1.Ticket{Name: ticketName("acme", "7"), Summary: "x", Status: "1", Type: "3"}, "", mask...)
}

func remove(name, reason, request string) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.DeleteTicket(ctx, &psav1.DeleteTicketRequest{Name: name, Reason: reason, RequestId: request})
		return err
	}
}

func add(parent string, n *psav1.Note, request string) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.AddNote(ctx, &psav1.AddNoteRequest{Parent: parent, Note: n, RequestId: request})
		return err
	}
}

func note(name string) ask {
	return func(ctx context.Context, h *house) error {
		_, err := h.GetNote(ctx, &psav1.GetNoteRequest{Name: name})
		return err
	}
}

func notes(r *psav1.ListNotesRequest) ask {
	return func(ctx context.Context, h *house) error { _, err := h.ListNotes(ctx, r); return err }
}

func files(r *psav1.ListAttachmentsRequest) ask {
	return func(ctx context.Context, h *house) error { _, err := h.ListAttachments(ctx, r); return err }
}

func watch(parent, token string) ask {
	return func(ctx context.Context, h *house) error {
		w, err := h.WatchTickets(ctx, &psav1.WatchTicketsRequest{Parent: parent, ResumeToken: token})
		if err == nil {
			_, err = w.Recv()
		}
		return err
	}
}

// wrong is an input of the contract that is refused.
type wrong struct {
	ask   ask
	code  codes.Code
	why   string // the reason
	field string
}

func invalid(field string, a ask) wrong {
	return wrong{a, codes.InvalidArgument, "INVALID_FIELD", field}
}

func unknown(a ask) wrong { return wrong{a, codes.NotFound, "NOT_FOUND", ""} }

func elsewhere(a ask) wrong { return wrong{a, codes.NotFound, "NO_CONNECTION", ""} }

func badReads() map[string]wrong {
	many := make([]string, 501)
	for i := range many {
		many[i] = ticketName("acme", "7")
	}
	return map[string]wrong{
		"get: no name":                      invalid("name", get("")),
		"get: a name that is none":          invalid("name", get("tickets/7")),
		"get: half a uid":                   invalid("name", get(ticketName("acme", "~0193"))),
		"get: a NUL in the name":            invalid("name", get(ticketName("acme", "%00"))),
		"get: a ticket that nobody knows":   unknown(get(ticketName("acme", "77"))),
		"get: a uid that nobody knows":      unknown(get(ticketName("acme", "~"+uuid.NewString()))),
		"get: a connection not here":        elsewhere(get(ticketName("nobody", "7"))),
		"batch: no names":                   invalid("names", batch(acme)),
		"batch: too many names":             invalid("names", batch(acme, many...)),
		"batch: a name that is none":        invalid("names[1]", batch(acme, ticketName("acme", "7"), "x")),
		"batch: a name not under parent":    invalid("names[0]", batch(acme, ticketName("other", "7"))),
		"batch: no parent":                  invalid("parent", batch("", ticketName("acme", "7"))),
		"batch: a ticket that nobody knows": unknown(batch(acme, ticketName("acme", "7"), ticketName("acme", "77"))),
		"list: no parent":                   invalid("parent", list(&psav1.ListTicketsRequest{})),
		"list: a parent that is a ticket":   invalid("parent", list(&psav1.ListTicketsRequest{Parent: ticketName("acme", "7")})),
		"list: a connection not here":       elsewhere(list(&psav1.ListTicketsRequest{Parent: "connections/nobody"})),
		"list: a negative page":             invalid("page_size", list(&psav1.ListTicketsRequest{Parent: acme, PageSize: -1})),
		"list: a token that is none":        invalid("page_token", list(&psav1.ListTicketsRequest{Parent: acme, PageToken: "%%%"})),
		"list: a token of nothing":          invalid("page_token", list(&psav1.ListTicketsRequest{Parent: acme, PageToken: "e30"})),
		"list: a token that is too long":    invalid("page_token", list(&psav1.ListTicketsRequest{Parent: acme, PageToken: strings.Repeat("e", 5000)})),
		"list: a state that is none":        invalid("filter.states[1]", filter(&psav1.TicketFilter{States: []psav1.Ticket_State{1, 99}})),
		"list: too many states":             invalid("filter.states", filter(&psav1.TicketFilter{States: make([]psav1.Ticket_State, 11)})),
		"list: a status that is no number":  invalid("filter.statuses[0]", filter(&psav1.TicketFilter{Statuses: []string{"open"}})),
		"list: an empty status":             invalid("filter.statuses[0]", filter(&psav1.TicketFilter{Statuses: []string{""}})),
		"list: too many statuses":           invalid("filter.statuses", filter(&psav1.TicketFilter{Statuses: make([]string, 51)})),
		"list: a client that is no number":  invalid("filter.client", filter(&psav1.TicketFilter{Client: "acme"})),
		"list: a NUL in the agent":          invalid("filter.agent", filter(&psav1.TicketFilter{Agent: "1\x00"})),
		"list: a time that is none":         invalid("filter.updated_since", filter(&psav1.TicketFilter{UpdatedSince: &timestamppb.Timestamp{Nanos: -1}})),
		"notes: no parent":                  invalid("parent", notes(&psav1.ListNotesRequest{})),
		"notes: a ticket that nobody knows": unknown(notes(&psav1.ListNotesRequest{Parent: ticketName("acme", "77")})),
		"notes: a negative page":            invalid("page_size", notes(&psav1.ListNotesRequest{Parent: ticketName("acme", "7"), PageSize: -1})),
		"notes: a token that is none":       invalid("page_token", notes(&psav1.ListNotesRequest{Parent: ticketName("acme", "7"), PageToken: "x"})),
		"watch: no parent":                  invalid("parent", watch("", "")),
		"watch: a connection not here":      elsewhere(watch("connections/nobody", "")),
		"watch: a token that is none":       invalid("resume_token", watch(acme, "x")),
	}
}

func badWrites() map[string]wrong {
	seven, long := ticketName("acme", "7"), strings.Repeat("é", 1001)
	return map[string]wrong{
		"create: no parent":                  invalid("parent", create("", &psav1.Ticket{Summary: "x"}, id())),
		"create: a connection not here":      elsewhere(create("connections/nobody", &psav1.Ticket{Summary: "x"}, id())),
		"create: no ticket":                  invalid("ticket", made(nil)),
		"create: a ticket with a name":       invalid("ticket.name", made(&psav1.Ticket{Name: seven, Summary: "x"})),
		"create: no summary":                 invalid("ticket.summary", made(&psav1.Ticket{Details: "x"})),
		"create: a summary too long":         invalid("ticket.summary", made(&psav1.Ticket{Summary: long})),
		"create: a NUL in the summary":       invalid("ticket.summary", made(&psav1.Ticket{Summary: "a\x00b"})),
		"create: details too long":           invalid("ticket.details", made(&psav1.Ticket{Summary: "x", Details: strings.Repeat("x", 100_001)})),
		"create: a NUL in the details":       invalid("ticket.details", made(&psav1.Ticket{Summary: "x", Details: "\x00"})),
		"create: a status that is a word":    invalid("ticket.status", made(&psav1.Ticket{Summary: "x", Status: "open"})),
		"create: a type that is negative":    invalid("ticket.type", made(&psav1.Ticket{Summary: "x", Type: "-1"})),
		"create: a priority beyond 64 bits":  invalid("ticket.priority", made(&psav1.Ticket{Summary: "x", Priority: "9223372036854775808"})),
		"create: a client with zeros":        invalid("ticket.client", made(&psav1.Ticket{Summary: "x", Client: "007"})),
		"create: a site with a sign":         invalid("ticket.site", made(&psav1.Ticket{Summary: "x", Site: "+7"})),
		"create: a user with a space":        invalid("ticket.user", made(&psav1.Ticket{Summary: "x", User: " 7"})),
		"create: an agent in other digits":   invalid("ticket.agent", made(&psav1.Ticket{Summary: "x", Agent: "٧"})),
		"create: a team too long":            invalid("ticket.team", made(&psav1.Ticket{Summary: "x", Team: strings.Repeat("x", 256)})),
		"create: no request id":              invalid("request_id", create(acme, &psav1.Ticket{Summary: "x"}, "")),
		"create: a request id that is none":  invalid("request_id", create(acme, &psav1.Ticket{Summary: "x"}, "1")),
		"create: the nil request id":         invalid("request_id", create(acme, &psav1.Ticket{Summary: "x"}, uuid.Nil.String())),
		"create: a request id in braces":     invalid("request_id", create(acme, &psav1.Ticket{Summary: "x"}, "{"+id()+"}")),
		"update: no ticket":                  invalid("ticket", update(nil, "")),
		"update: no name":                    invalid("ticket.name", update(&psav1.Ticket{Summary: "x"}, "")),
		"update: a name that is a note's":    invalid("ticket.name", update(&psav1.Ticket{Name: seven + "/notes/1", Summary: "x"}, "")),
		"update: a ticket that nobody knows": unknown(update(&psav1.Ticket{Name: ticketName("acme", "77"), Summary: "x"}, "")),
		"update: a connection not here":      elsewhere(update(&psav1.Ticket{Name: ticketName("nobody", "7"), Summary: "x"}, "")),
		"update: nothing to set":             invalid("update_mask", update(&psav1.Ticket{Name: seven}, "")),
		"update: only what cannot be set":    invalid("update_mask", update(&psav1.Ticket{Name: seven, Type: "3", Uid: "x"}, "")),
		"update: an unknown path":            invalid("update_mask", masked("summary", "colour")),
		"update: a path in camels":           invalid("update_mask", masked("updateTime")),
		"update: a path below a field":       invalid("update_mask", masked("mirror.version")),
		"update: an empty path":              invalid("update_mask", masked("")),
		"update: a star among others":        invalid("update_mask", masked("*", "summary")),
		"update: the name":                   invalid("update_mask", masked("name")),
		"update: the uid":                    invalid("update_mask", masked("uid")),
		"update: the etag":                   invalid("update_mask", masked("etag")),
		"update: the mirror":                 invalid("update_mask", masked("mirror")),
		"update: the state":                  invalid("update_mask", masked("state")),
		"update: the type":                   invalid("update_mask", masked("type")),
		"update: the create time":            invalid("update_mask", masked("create_time")),
		"update: the update time":            invalid("update_mask", masked("update_time")),
		"update: the close time":             invalid("update_mask", masked("close_time")),
		"update: the last action":            invalid("update_mask", masked("last_action_time")),
		"update: no summary":                 invalid("ticket.summary", update(&psav1.Ticket{Name: seven}, "", "summary")),
		"update: everything, no status":      invalid("ticket.status", update(&psav1.Ticket{Name: seven, Summary: "x"}, "", "*")),
		"update: a summary too long":         invalid("ticket.summary", update(&psav1.Ticket{Name: seven, Summary: long}, "")),
		"update: a NUL in the team":          invalid("ticket.team", update(&psav1.Ticket{Name: seven, Team: "\x00"}, "")),
		"update: an etag too long":           invalid("ticket.etag", update(&psav1.Ticket{Name: seven, Summary: "x", Etag: long}, "")),
		"update: a stale etag":               {update(&psav1.Ticket{Name: seven, Summary: "x", Etag: `"0"`}, ""), codes.Aborted, "ETAG_STALE", "ticket.etag"},
		"update: a request id that is none":  invalid("request_id", update(&psav1.Ticket{Name: seven, Summary: "x"}, "1")),
		"delete: no name":                    invalid("name", remove("", "", id())),
		"delete: a ticket that nobody knows": unknown(remove(ticketName("acme", "77"), "", id())),
		"delete: a reason too long":          invalid("reason", remove(seven, long, id())),
		"delete: a NUL in the reason":        invalid("reason", remove(seven, "\x00", id())),
		"delete: no request id":              invalid("request_id", remove(seven, "", "")),
		"delete: a request id that is none":  invalid("request_id", remove(seven, "", "x")),
		"note: no parent":                    invalid("parent", add("", &psav1.Note{Text: "x"}, id())),
		"note: a ticket that nobody knows":   unknown(add(ticketName("acme", "77"), &psav1.Note{Text: "x"}, id())),
		"note: no note":                      invalid("note", add(seven, nil, id())),
		"note: a note with a name":           invalid("note.name", add(seven, &psav1.Note{Name: "x", Text: "x"}, id())),
		"note: no text":                      invalid("note.text", add(seven, &psav1.Note{Private: true}, id())),
		"note: a text too long":              invalid("note.text", add(seven, &psav1.Note{Text: strings.Repeat("x", 100_001)}, id())),
		"note: a NUL in the text":            invalid("note.text", add(seven, &psav1.Note{Text: "a\x00"}, id())),
		"note: no request id":                invalid("request_id", add(seven, &psav1.Note{Text: "x"}, "")),
	}
}

func TestWhatIsWrongIsRefusedAndChangesNothing(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	for _, table := range []map[string]wrong{badReads(), badWrites(), badMoves(), badCustomFields()} {
		for row, c := range table {
			t.Run(row, func(t *testing.T) {
				before := h.contents()
				want(t, c.ask(t.Context(), h), c.code, c.why, c.field)
				if h.contents() != before {
					t.Error("it changed something")
				}
			})
		}
	}
}

func TestWhatIsAtItsLimitIsAccepted(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	h.ticket("acme", "8", 1, &psav1.Ticket{Summary: "screen"})
	for row, a := range map[string]ask{
		"a summary of 1,000 characters":         made(&psav1.Ticket{Summary: strings.Repeat("é", 1000)}),
		"a description of 100,000 characters":   made(&psav1.Ticket{Summary: "x", Details: strings.Repeat("€", 100_000)}),
		"the largest id":                        made(&psav1.Ticket{Summary: "x", Client: "9223372036854775807"}),
		"a note of 100,000 characters":          add(ticketName("acme", "7"), &psav1.Note{Text: strings.Repeat("😀", 100_000)}, id()),
		"a reason of 1,000 characters":          remove(ticketName("acme", "8"), strings.Repeat("é", 1000), id()),
		"a page of more than may be":            list(&psav1.ListTicketsRequest{Parent: acme, PageSize: 1 << 30}),
		"the earliest time":                     filter(&psav1.TicketFilter{UpdatedSince: &timestamppb.Timestamp{Seconds: -62135596800}}),
		"the latest time":                       filter(&psav1.TicketFilter{UpdatedSince: &timestamppb.Timestamp{Seconds: 253402300799}}),
		"every state there is, and one of them": filter(&psav1.TicketFilter{States: []psav1.Ticket_State{0, 1, 2, 3, 4, 0, 1, 2, 3, 4}}),
	} {
		t.Run(row, func(t *testing.T) { must(t, a(t.Context(), h)) })
	}
}

// raw is a codec that sends bytes as they are.
type raw struct{ encoding.CodecV2 }

func (r raw) Marshal(v any) (mem.BufferSlice, error) {
	if b, ok := v.([]byte); ok {
		return mem.BufferSlice{mem.SliceBuffer(b)}, nil
	}
	return r.CodecV2.Marshal(v)
}

func TestBytesThatAreNoRequestChangeNothing(t *testing.T) {
	h := open(t)
	text := func(field protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(nil, field, protowire.BytesType), s)
	}
	in := func(field protowire.Number, b []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, field, protowire.BytesType), b)
	}
	for row, c := range map[string]struct {
		method, field, why string
		body               []byte
	}{
		"a summary that is not UTF-8":    {"CreateTicket", "ticket.summary", "INVALID_FIELD", in(2, text(5, "\xff"))},
		"a mask that is not UTF-8":       {"UpdateTicket", "update_mask.paths[0]", "INVALID_FIELD", in(2, text(1, "\xff"))},
		"a note that is not UTF-8":       {"AddNote", "note.text", "INVALID_FIELD", in(2, text(5, "\xff"))},
		"a reason that is not UTF-8":     {"DeleteTicket", "reason", "INVALID_FIELD", text(3, "\xff")},
		"a request id that is not UTF-8": {"CreateTicket", "request_id", "INVALID_FIELD", text(3, "\xff")},
		"a filter that is not UTF-8":     {"ListTickets", "filter.client", "INVALID_FIELD", in(4, text(2, "\xff"))},
		"bytes that are no message":      {"CreateTicket", "", "MALFORMED_REQUEST", []byte{0x0a, 0xff}},
	} {
		t.Run(row, func(t *testing.T) {
			before := h.contents()
			err := h.conn.Invoke(t.Context(), "/breakwater.psa.v1.TicketService/"+c.method, c.body, &psav1.Ticket{}, grpc.ForceCodecV2(raw{encoding.GetCodecV2("proto")}))
			if c.field != "" {
				want(t, err, codes.InvalidArgument, c.why, c.field)
			} else if status.Code(err) != codes.InvalidArgument {
				t.Errorf("got %v", err)
			}
			if h.contents() != before {
				t.Error("it changed something")
			}
		})
	}
}

func TestABodyOverTheLimitChangesNothing(t *testing.T) {
	h := open(t)
	before := h.contents()
	err := made(&psav1.Ticket{Summary: "x", Details: strings.Repeat("x", 3<<19)})(t.Context(), h)
	if status.Code(err) != codes.InvalidArgument || h.contents() != before {
		t.Errorf("got %v", err)
	}
}
