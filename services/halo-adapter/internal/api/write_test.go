package api_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// accepted is a job as its row has it.
type accepted struct {
	id, uid                                          uuid.UUID
	connection, kind, operation, lane, caller, trace string
	reason                                           *string
	paths                                            []string
	patch, base, confirmed                           []byte
	guarded, folded                                  bool
	effect, state                                    int16
}

// jobs are all there are, in order of acceptance.
func (h *house) accepted() []accepted {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), `select id, uid, connection, kind, operation, lane, caller, traceparent, arguments->>'reason', paths,
		patch, base, base_confirmed, guarded, folded, effect, state from job where class = 0 order by seq`)
	must(h.t, err)
	defer rows.Close()
	var all []accepted
	for rows.Next() {
		var j accepted
		must(h.t, rows.Scan(&j.id, &j.uid, &j.connection, &j.kind, &j.operation, &j.lane, &j.caller, &j.trace, &j.reason, &j.paths,
			&j.patch, &j.base, &j.confirmed, &j.guarded, &j.folded, &j.effect, &j.state))
		all = append(all, j)
	}
	must(h.t, rows.Err())
	return all
}

func decode(t testing.TB, b []byte) *psav1.Ticket {
	t.Helper()
	m := &psav1.Ticket{}
	must(t, proto.Unmarshal(b, m))
	return m
}

func TestANewTicketIsPendingAtOnce(t *testing.T) {
	h := open(t)
	asked := &psav1.Ticket{Summary: "printer", Details: "on fire", Status: "9", Type: "3", Client: "12", Uid: "ignored", State: psav1.Ticket_STATE_NEW}
	made, err := h.CreateTicket(as(t.Context(), "billing"), &psav1.CreateTicketRequest{Parent: "connections/acme", Ticket: asked, RequestId: id()})
	must(t, err)
	if made.GetName() != ticketName("acme", "~"+made.GetUid()) || made.GetState() != psav1.Ticket_STATE_CLOSED || made.GetDetails() != "on fire" || made.GetEtag() == "" {
		t.Errorf("made %v", made)
	}
	jobs := h.accepted()
	if len(jobs) != 1 {
		t.Fatalf("%d jobs", len(jobs))
	}
	j := jobs[0]
	wanted := []string{"summary", "details", "status", "type", "client"}
	if j.operation != "CreateTicket" || j.effect != 1 || j.kind != "ticket" || j.connection != "acme" || j.uid.String() != made.GetUid() ||
		j.caller != "billing" || j.guarded || !j.folded || j.base != nil || j.confirmed != nil || !slices.Equal(j.paths, wanted) {
		t.Errorf("job %+v", j)
	}
	if p := decode(t, j.patch); !proto.Equal(p, &psav1.Ticket{Summary: "printer", Details: "on fire", Status: "9", Type: "3", Client: "12"}) {
		t.Errorf("patch %v", p)
	}
	w := made.GetMirror().GetPendingWrites()
	if len(w) != 1 || w[0].GetJob() != "connections/acme/jobs/"+j.id.String() || w[0].GetOperation() != "CreateTicket" ||
		w[0].GetState() != typev1.PendingWrite_STATE_QUEUED || !slices.Equal(w[0].GetPaths(), wanted) {
		t.Errorf("pending %v", w)
	}
	if !slices.Equal(h.woken, []string{"acme " + j.lane}) {
		t.Errorf("woken %v", h.woken)
	}
	read, err := h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: made.GetName()})
	must(t, err)
	if !proto.Equal(read, made) {
		t.Errorf("read %v, made %v", read, made)
	}
}

func TestAnUpdateSetsWhatItsMaskNames(t *testing.T) {
	held := &psav1.Ticket{Summary: "printer", Details: "on fire", Status: "1", Type: "3", Priority: "4", Client: "12", Team: "first"}
	for row, c := range map[string]struct {
		asked *psav1.Ticket
		mask  []string
		paths []string
		is    *psav1.Ticket // what differs from held
	}{
		"no mask: what is populated": {
			&psav1.Ticket{Summary: "screen", Agent: "5", Type: "9", State: psav1.Ticket_STATE_NEW}, nil,
			[]string{"summary", "agent"},
			&psav1.Ticket{Summary: "screen", Agent: "5"},
		},
		"a mask that clears": {&psav1.Ticket{}, []string{"client", "team"}, []string{"client", "team"}, &psav1.Ticket{Client: "-", Team: "-"}},
		"a mask that leaves out what is populated": {
			&psav1.Ticket{Summary: "screen", Details: "off"},
			[]string{"details"},
			[]string{"details"},
			&psav1.Ticket{Details: "off"},
		},
		"a mask that says it twice": {&psav1.Ticket{Details: "off"}, []string{"details", "details"}, []string{"details"}, &psav1.Ticket{Details: "off"}},
		"everything": {
			&psav1.Ticket{Summary: "screen", Status: "9"},
			[]string{"*"},
			[]string{"summary", "details", "status", "priority", "client", "site", "user", "agent", "team", "custom_fields"},
			&psav1.Ticket{Summary: "screen", Status: "9", Details: "-", Priority: "-", Client: "-", Team: "-"},
		},
	} {
		t.Run(row, func(t *testing.T) {
			h := open(t)
			h.ticket("acme", "7", 1, proto.CloneOf(held))
			c.asked.Name = ticketName("acme", "7")
			r := &psav1.UpdateTicketRequest{Ticket: c.asked}
			if c.mask != nil {
				r.UpdateMask = &fieldmaskpb.FieldMask{Paths: c.mask}
			}
			got, err := h.UpdateTicket(t.Context(), r)
			must(t, err)
			j := h.accepted()[0]
			if j.operation != "UpdateTicket" || j.effect != 0 || !slices.Equal(j.paths, c.paths) || j.guarded {
				t.Errorf("job %+v", j)
			}
			for _, p := range []string{"summary", "details", "status", "type", "priority", "client", "agent", "team"} {
				wanted := value(held, p)
				switch is := value(c.is, p); is {
				case "":
				case "-":
					wanted = ""
				default:
					wanted = is
				}
				if value(got, p) != wanted {
					t.Errorf("%s is %q, want %q", p, value(got, p), wanted)
				}
				if slices.Contains(c.paths, p) && (value(decode(t, j.base), p) != value(held, p) || value(decode(t, j.confirmed), p) != value(held, p)) {
					t.Errorf("the base of %s is %q, was %q", p, value(decode(t, j.base), p), value(held, p))
				}
			}
			if len(got.GetMirror().GetPendingWrites()) != 1 || got.GetMirror().GetSyncTime() == nil || got.GetMirror().GetVersion() != 2 {
				t.Errorf("mirror %v", got.GetMirror())
			}
		})
	}
}

func value(t *psav1.Ticket, path string) string {
	return t.ProtoReflect().Get(t.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(path))).String()
}

func TestAnEtagGuardsAnUpdate(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	name := ticketName("acme", "7")
	was, err := h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: name})
	must(t, err)
	_, err = h.UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: name, Etag: was.GetEtag(), Summary: "screen"}})
	must(t, err)
	before := h.contents()
	_, err = h.UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: name, Etag: was.GetEtag(), Summary: "desk"}})
	want(t, err, codes.Aborted, "ETAG_STALE", "ticket.etag")
	_, err = h.DeleteTicket(t.Context(), &psav1.DeleteTicketRequest{Name: name, Etag: was.GetEtag(), RequestId: id()})
	want(t, err, codes.Aborted, "ETAG_STALE", "etag")
	if h.contents() != before {
		t.Error("what was refused changed something")
	}
	if j := h.accepted(); len(j) != 1 || !j[0].guarded {
		t.Errorf("jobs %+v", j)
	}
}

func TestADeletionShowsAtOnceAndOnlyOnce(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	name := ticketName("acme", "7")
	got, err := h.DeleteTicket(t.Context(), &psav1.DeleteTicketRequest{Name: name, Reason: "spam", RequestId: id()})
	must(t, err)
	if got.GetMirror().GetDeleteTime() == nil || got.GetSummary() != "printer" {
		t.Errorf("got %v", got)
	}
	if j := h.accepted()[0]; j.operation != "DeleteTicket" || j.effect != 2 || j.reason == nil || *j.reason != "spam" || j.patch != nil || len(j.paths) > 0 {
		t.Errorf("job %+v", j)
	}
	before := h.contents()
	_, err = h.DeleteTicket(t.Context(), &psav1.DeleteTicketRequest{Name: name, RequestId: id()})
	want(t, err, codes.NotFound, "DELETED", "")
	_, err = h.UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: name, Summary: "x"}})
	want(t, err, codes.NotFound, "DELETED", "")
	_, err = h.AddNote(t.Context(), &psav1.AddNoteRequest{Parent: name, Note: &psav1.Note{Text: "x"}, RequestId: id()})
	want(t, err, codes.NotFound, "DELETED", "")
	if h.contents() != before {
		t.Error("what was refused changed something")
	}
}

func TestANoteRidesInTheLaneOfItsTicket(t *testing.T) {
	h := open(t)
	ticket, err := h.CreateTicket(t.Context(), &psav1.CreateTicketRequest{Parent: "connections/acme", Ticket: &psav1.Ticket{Summary: "n"}, RequestId: id()})
	must(t, err)
	n, err := h.AddNote(t.Context(), &psav1.AddNoteRequest{Parent: ticket.GetName(), Note: &psav1.Note{Text: "hello", Private: true, Author: "ignored"}, RequestId: id()})
	must(t, err)
	if n.GetName() != ticket.GetName()+"/notes/~"+n.GetUid() || n.GetText() != "hello" || !n.GetPrivate() || n.GetAuthor() != "" {
		t.Errorf("note %v", n)
	}
	j := h.accepted()
	if j[1].operation != "AddNote" || j[1].kind != "note" || j[1].effect != 1 || j[1].lane != j[0].lane || j[0].state != 1 || j[1].state != 0 {
		t.Errorf("jobs %+v", j)
	}
	l, err := h.ListNotes(t.Context(), &psav1.ListNotesRequest{Parent: ticket.GetName()})
	must(t, err)
	if len(l.GetNotes()) != 1 || !proto.Equal(l.GetNotes()[0], n) {
		t.Errorf("listed %v, made %v", l, n)
	}
}

// Promise 3: what was refused is taken back, and stays readable by its name with the reason.
func TestARefusedNoteSaysWhy(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	n, err := h.AddNote(t.Context(), &psav1.AddNoteRequest{Parent: ticketName("acme", "7"), Note: &psav1.Note{Text: "hello"}, RequestId: id()})
	must(t, err)
	uid := uuid.MustParse(n.GetUid())
	must(t, pg.InTx(t.Context(), h.db, func(tx pgx.Tx) error {
		e, err := h.mirror.Lock(t.Context(), tx, h.mirror.Table("note"), "acme", uid)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), "update job set state = 5, folded = false where uid = $1", uid); err != nil {
			return err
		}
		return h.mirror.Refuse(t.Context(), tx, "note", e, e.Writes[0].ID, &typev1.Refusal{Reason: "REFUSED", Message: "no such outcome"})
	}))
	got, err := h.GetNote(t.Context(), &psav1.GetNoteRequest{Name: n.GetName()})
	must(t, err)
	if got.GetText() != "hello" || got.GetMirror().GetRefusal().GetMessage() != "no such outcome" || len(got.GetMirror().GetPendingWrites()) > 0 {
		t.Errorf("got %v", got)
	}
	l, err := h.ListNotes(t.Context(), &psav1.ListNotesRequest{Parent: ticketName("acme", "7")})
	must(t, err)
	if len(l.GetNotes()) > 0 {
		t.Errorf("it is listed: %v", l)
	}
}

func TestARepeatedRequestIsAnsweredAndQueuesNothing(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	name := ticketName("acme", "7")
	request := []string{id(), id(), id(), id()}
	for row, ask := range map[string]func(caller, content string) (interface{ GetUid() string }, error){
		"create": func(caller, content string) (interface{ GetUid() string }, error) {
			return h.CreateTicket(as(t.Context(), caller), &psav1.CreateTicketRequest{Parent: "connections/acme", Ticket: &psav1.Ticket{Summary: content}, RequestId: request[0]})
		},
		"update": func(caller, content string) (interface{ GetUid() string }, error) {
			return h.UpdateTicket(as(t.Context(), caller), &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: name, Summary: content}, RequestId: request[1]})
		},
		"note": func(caller, content string) (interface{ GetUid() string }, error) {
			return h.AddNote(as(t.Context(), caller), &psav1.AddNoteRequest{Parent: name, Note: &psav1.Note{Text: content}, RequestId: request[2]})
		},
	} {
		t.Run(row, func(t *testing.T) {
			first, err := ask("billing", "a")
			must(t, err)
			before := h.contents()
			second, err := ask("billing", "a")
			must(t, err)
			if !proto.Equal(second.(proto.Message), first.(proto.Message)) {
				t.Errorf("first %v, then %v", first, second)
			}
			_, err = ask("billing", "b")
			want(t, err, codes.AlreadyExists, "REQUEST_ID_REUSED", "request_id")
			if h.contents() != before {
				t.Error("the repeat changed something")
			}
			if _, err = ask("support", "b"); err != nil {
				t.Errorf("the same id of another caller: %v", err)
			}
		})
	}
	deletion := &psav1.DeleteTicketRequest{Name: name, RequestId: request[3]}
	_, err := h.DeleteTicket(t.Context(), deletion)
	must(t, err)
	before := h.contents()
	if got, err := h.DeleteTicket(t.Context(), deletion); err != nil || got.GetMirror().GetDeleteTime() == nil {
		t.Errorf("the deletion again: %v, %v", got, err)
	}
	if h.contents() != before {
		t.Error("the repeated deletion changed something")
	}
}

func TestOfRequestsAtTheSameTimeOneIsAccepted(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	was, err := h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: ticketName("acme", "7")})
	must(t, err)
	for round := range 5 {
		created, updated := id(), id()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				_, err := h.CreateTicket(t.Context(), &psav1.CreateTicketRequest{Parent: "connections/acme", Ticket: &psav1.Ticket{Summary: "new"}, RequestId: created})
				if err != nil {
					t.Errorf("create: %v", err)
				}
			})
			all.Go(func() {
				_, err := h.UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{
					RequestId: updated,
					Ticket:    &psav1.Ticket{Name: was.GetName(), Etag: was.GetEtag(), Summary: fmt.Sprint("screen ", round)},
				})
				if err != nil {
					t.Errorf("update: %v", err)
				}
			})
		}
		all.Wait()
		if n := len(h.accepted()); n != 2*(round+1) {
			t.Fatalf("%d jobs after round %d", n, round)
		}
		if was, err = h.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: was.GetName()}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTooManyPendingWritesAreRefused(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	r := &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: ticketName("acme", "7"), Summary: "x"}}
	for range 200 {
		_, err := h.UpdateTicket(t.Context(), r)
		must(t, err)
	}
	before := h.contents()
	_, err := h.UpdateTicket(t.Context(), r)
	want(t, err, codes.ResourceExhausted, "TOO_MANY_PENDING", "")
	if h.contents() != before {
		t.Error("what was refused changed something")
	}
}

func TestAWriteKeepsItsTrace(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer"})
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", "00-"+trace+"-00f067aa0ba902b7-01")
	_, err := h.UpdateTicket(ctx, &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: ticketName("acme", "7"), Summary: "x"}})
	must(t, err)
	if j := h.accepted()[0]; !strings.Contains(j.trace, trace) {
		t.Errorf("trace %q", j.trace)
	}
}
