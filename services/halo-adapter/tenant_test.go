package main

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// tenant is one connection, from both sides.
type tenant struct {
	*simulator

	via *replica
}

// of is the connection to v, through r.
func (r *replica) of(v *simulator) tenant { return tenant{simulator: v, via: r} }

// only is the one connection of r.
func (r *replica) only() tenant { return r.of(r.vendors[0]) }

// in is c within a subtest.
func (c tenant) in(t testing.TB) tenant {
	own := *c.simulator
	own.TB = t
	return tenant{simulator: &own, via: c.via}
}

// through is c through another replica.
func (c tenant) through(r *replica) tenant { return tenant{simulator: c.simulator, via: r} }

func (c tenant) parent() string { return "connections/" + c.name }

func (c tenant) called(id int) string { return c.parent() + "/tickets/" + strconv.Itoa(id) }

// asked fails the test if a call did.
func asked[M any](c tenant, m M, err error) M {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
	return m
}

func (c tenant) create(t *psav1.Ticket) *psav1.Ticket {
	c.Helper()
	made, err := c.via.tickets.CreateTicket(context.Background(), &psav1.CreateTicketRequest{Parent: c.parent(), Ticket: t, RequestId: uuid.NewString()})
	return asked(c, made, err)
}

func (c tenant) summarize(name, summary string) *psav1.Ticket {
	c.Helper()
	return c.update(&psav1.Ticket{Name: name, Summary: summary}, "summary")
}

func (c tenant) update(t *psav1.Ticket, paths ...string) *psav1.Ticket {
	c.Helper()
	now, err := c.via.tickets.UpdateTicket(context.Background(), &psav1.UpdateTicketRequest{Ticket: t, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}})
	return asked(c, now, err)
}

func (c tenant) delete(name string) *psav1.Ticket {
	c.Helper()
	now, err := c.via.tickets.DeleteTicket(context.Background(), &psav1.DeleteTicketRequest{Name: name, Reason: "not needed", RequestId: uuid.NewString()})
	return asked(c, now, err)
}

func (c tenant) note(ticket, text string) *psav1.Note {
	c.Helper()
	n, err := c.via.tickets.AddNote(context.Background(), &psav1.AddNoteRequest{Parent: ticket, Note: &psav1.Note{Text: text}, RequestId: uuid.NewString()})
	return asked(c, n, err)
}

func (c tenant) ticket(name string) *psav1.Ticket {
	c.Helper()
	t, err := c.via.tickets.GetTicket(context.Background(), &psav1.GetTicketRequest{Name: name})
	return asked(c, t, err)
}

// live are all tickets that are not deleted, by name.
func (c tenant) live() map[string]*psav1.Ticket {
	c.Helper()
	all, r := map[string]*psav1.Ticket{}, &psav1.ListTicketsRequest{Parent: c.parent(), PageSize: 100}
	for {
		page, err := c.via.tickets.ListTickets(context.Background(), r)
		for _, t := range asked(c, page, err).GetTickets() {
			all[t.GetName()] = t
		}
		if r.PageToken = page.GetNextPageToken(); r.GetPageToken() == "" {
			return all
		}
	}
}

func (c tenant) notes(ticket string) []*psav1.Note {
	c.Helper()
	page, err := c.via.tickets.ListNotes(context.Background(), &psav1.ListNotesRequest{Parent: ticket, PageSize: 500})
	return asked(c, page, err).GetNotes()
}

func (c tenant) status() *adapterv1.Connection {
	c.Helper()
	s, err := c.via.adapter.GetConnection(context.Background(), &adapterv1.GetConnectionRequest{Name: c.parent()})
	return asked(c, s, err)
}

func (c tenant) job(name string) *adapterv1.Job {
	c.Helper()
	j, err := c.via.jobs.GetJob(context.Background(), &adapterv1.GetJobRequest{Name: name})
	return asked(c, j, err)
}

// swept waits until the mirror holds everything that was there when it is called.
func (c tenant) swept() {
	c.Helper()
	since := time.Now()
	until(c, c.name+" is swept", func() string {
		for _, f := range c.status().GetFreshness() {
			if f.GetSweptTime().AsTime().Before(since) {
				return fmt.Sprintf("%s swept to %v of %v, %d of %d rows, %q", f.GetKind(), f.GetSweptTime().AsTime(), since, f.GetRows(), f.GetExpectedRows(), f.GetError())
			}
		}
		return ""
	})
}

// unswept says which kind has never been swept to the end.
func unswept(s *adapterv1.Connection) string {
	for _, f := range s.GetFreshness() {
		if f.GetSweptTime() == nil {
			return fmt.Sprintf("%s: %d of %d rows, %q", f.GetKind(), f.GetRows(), f.GetExpectedRows(), f.GetError())
		}
	}
	return ""
}

// confirmed waits until no write of the ticket is pending, and none was refused.
func (c tenant) confirmed(name string) (t *psav1.Ticket) {
	c.Helper()
	until(c, name+" is confirmed", func() string {
		t = c.ticket(name)
		if m := t.GetMirror(); len(m.GetPendingWrites()) > 0 || m.GetRefusal() != nil {
			return m.String()
		}
		return ""
	})
	return t
}

// refused waits until a write of the ticket was refused.
func (c tenant) refused(name string) (t *psav1.Ticket) {
	c.Helper()
	until(c, name+" is refused", func() string {
		if t = c.ticket(name); t.GetMirror().GetRefusal() == nil || len(t.GetMirror().GetPendingWrites()) > 0 {
			return t.GetMirror().String()
		}
		return ""
	})
	return t
}

// once checks that each of these was created once, by the job that its caller was told of.
func (c tenant) once(made ...*psav1.Ticket) {
	c.Helper()
	times := map[string]int{}
	for _, e := range c.ours("ticket", "create") {
		times[e.Marks["third_party_id_string"]]++
	}
	for _, t := range made {
		job := t.GetMirror().GetPendingWrites()[0].GetJob()
		if n := times[job[strings.LastIndexByte(job, '/')+1:]]; n != 1 {
			c.Errorf("%s was created %d times, as %v", job, n, times)
		}
	}
	if len(times) != len(made) {
		c.Errorf("%d tickets were created, want %d", len(times), len(made))
	}
}

// noted waits until all notes of a ticket are confirmed.
func (c tenant) noted(ticket string) {
	c.Helper()
	until(c, "notes of "+ticket+" are confirmed", func() string {
		for _, n := range c.notes(ticket) {
			if m := n.GetMirror(); len(m.GetPendingWrites()) > 0 || m.GetRefusal() != nil {
				return m.String()
			}
		}
		return ""
	})
}

// agrees waits until the mirror holds just what the vendor has.
func (c tenant) agrees() {
	c.Helper()
	until(c, "the mirror agrees with "+c.name, c.difference)
}

// difference is between the vendor's truth and the mirror; empty: none.
func (c tenant) difference() string {
	c.Helper()
	live, noted := c.live(), map[int][]sim.ActionView{}
	for id := 10001; ; id++ {
		truth, ok := c.Truth(id)
		if !ok {
			break
		}
		name := c.called(id)
		got := live[name]
		delete(live, name)
		if truth.Ticket.Deleted {
			if got != nil {
				return name + " is deleted, and listed"
			}
			continue
		}
		if want, have := expected(truth.Ticket), bare(got); !proto.Equal(want, have) {
			return name + " (-vendor +mirror):\n" + cmp.Diff(want, have, protocmp.Transform())
		}
		noted[id] = truth.Actions
	}
	for name, t := range live {
		return name + " is not at the vendor: " + t.String()
	}
	for id, actions := range noted {
		if d := c.differentNotes(id, actions); d != "" {
			return c.called(id) + "'s notes (-vendor +mirror):\n" + d
		}
	}
	return ""
}

// bare is a ticket without what is ours.
func bare(t *psav1.Ticket) *psav1.Ticket {
	if t == nil {
		return nil
	}
	t, _ = proto.Clone(t).(*psav1.Ticket)
	t.Name, t.Uid, t.Etag, t.Mirror = "", "", "", nil
	return t
}

// expected is a ticket of Halo's in the contract's words, as a person would translate it.
func expected(t sim.TicketView) *psav1.Ticket {
	states := map[int32]psav1.Ticket_State{1: psav1.Ticket_STATE_NEW, 2: psav1.Ticket_STATE_IN_PROGRESS, 9: psav1.Ticket_STATE_CLOSED}
	out := &psav1.Ticket{
		Summary: t.Summary, Details: *t.Details, State: states[t.StatusID], Team: t.Team,
		Status: id(t.StatusID), Type: id(t.TicketTypeID), Priority: id(t.PriorityID), Client: id(t.ClientID), Site: id(t.SiteID),
		User: id(t.UserID), CreateTime: stamp(t.DateOccurred.Time), UpdateTime: stamp(t.LastUpdate.Time),
		LastActionTime: stamp(t.LastActionDate.Time),
	}
	if t.AgentID != 1 {
		out.Agent = id(t.AgentID)
	}
	if !t.DateClosed.IsZero() {
		out.CloseTime = stamp(t.DateClosed.Time)
	}
	return out
}

// stamp is a time as Halo's wire has it.
func stamp(t time.Time) *timestamppb.Timestamp {
	return timestamppb.New(t.Truncate(100 * time.Nanosecond))
}

func id(n int32) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(int(n))
}

// expectedNotes leaves out what the vendor itself logged: the first action of a seeded ticket.
func (c tenant) expectedNotes(ticket int, actions []sim.ActionView) map[string]*psav1.Note {
	all := map[string]*psav1.Note{}
	for _, a := range actions {
		if a.ID == 1 && ticket < 10001+c.seeded {
			continue
		}
		all[fmt.Sprintf("%s/notes/%d", c.called(ticket), a.ID)] = &psav1.Note{
			Text: strings.TrimSpace(reference.ReplaceAllString(a.Note, "")), Private: a.HiddenFromUser, Author: a.Who,
			Outcome: a.Outcome, CreateTime: stamp(a.DateTime.Time),
		}
	}
	return all
}

var reference = regexp.MustCompile(`\[ref [0-9a-f-]+\]$`) //nolint:gochecknoglobals // compiled once

// differentNotes is the difference between a ticket's actions and the mirror's notes. Where there are no actions nobody is
// asked: there are many such tickets.
func (c tenant) differentNotes(ticket int, actions []sim.ActionView) string {
	c.Helper()
	want, have := c.expectedNotes(ticket, actions), map[string]*psav1.Note{}
	if len(want) == 0 {
		return ""
	}
	for _, n := range c.notes(c.called(ticket)) {
		have[n.GetName()] = n
		n.Name, n.Uid, n.Etag, n.Mirror = "", "", "", nil
	}
	equal := func(a, b *psav1.Note) bool { return proto.Equal(a, b) }
	if maps.EqualFunc(want, have, equal) {
		return ""
	}
	return cmp.Diff(want, have, protocmp.Transform())
}
