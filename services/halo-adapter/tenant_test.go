package main

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
)

// tenant is one connection, from both sides.
type tenant struct {
	adaptertest.Connection

	at      *simulator
	tickets psav1.TicketServiceClient
}

// of is the connection to v, through r.
func (r *replica) of(v *simulator) tenant {
	return tenant{r.Of(v.Simulator, kinds()), v, r.tickets}
}

// start is the one tenant of a replica before it.
func alone(t testing.TB, settings with, v *simulator) tenant { return start(t, settings, v).of(v) }

// in is c within a subtest.
func (c tenant) in(t testing.TB) tenant {
	c.Connection = c.In(t)
	c.at = &simulator{c.Simulator, c.at.halo}
	return c
}

// through is c through another replica.
func (c tenant) through(r *replica) tenant {
	c.Connection, c.tickets = c.Through(r.Replica), r.tickets
	return c
}

func (c tenant) called(id int) string { return c.Parent() + "/tickets/" + strconv.Itoa(id) }

func (c tenant) edit(id int, field string, value any) int { return c.at.edit(id, field, value) }

func (c tenant) create(t *psav1.Ticket) *psav1.Ticket {
	c.Helper()
	r, _ := creating(c.Parent(), "").(*psav1.CreateTicketRequest)
	r.Ticket = t
	made, err := c.tickets.CreateTicket(context.Background(), r)
	return adaptertest.Asked(c, made, err)
}

func (c tenant) summarize(name, summary string) *psav1.Ticket {
	c.Helper()
	return c.update(&psav1.Ticket{Name: name, Summary: summary}, "summary")
}

func (c tenant) update(t *psav1.Ticket, paths ...string) *psav1.Ticket {
	c.Helper()
	now, err := c.tickets.UpdateTicket(context.Background(), &psav1.UpdateTicketRequest{Ticket: t, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}})
	return adaptertest.Asked(c, now, err)
}

func (c tenant) delete(name string) *psav1.Ticket {
	c.Helper()
	r, _ := deleting(name, "not needed").(*psav1.DeleteTicketRequest)
	now, err := c.tickets.DeleteTicket(context.Background(), r)
	return adaptertest.Asked(c, now, err)
}

func (c tenant) note(ticket, text string) *psav1.Note {
	c.Helper()
	r, _ := noting(ticket, text).(*psav1.AddNoteRequest)
	n, err := c.tickets.AddNote(context.Background(), r)
	return adaptertest.Asked(c, n, err)
}

func (c tenant) ticket(name string) *psav1.Ticket {
	c.Helper()
	t, err := c.tickets.GetTicket(context.Background(), &psav1.GetTicketRequest{Name: name})
	return adaptertest.Asked(c, t, err)
}

func (c tenant) notes(ticket string) []*psav1.Note {
	c.Helper()
	page, err := c.tickets.ListNotes(context.Background(), &psav1.ListNotesRequest{Parent: ticket, PageSize: 500})
	return adaptertest.Asked(c, page, err).GetNotes()
}

// confirmed waits until no write of the ticket is pending, and none was refused.
func (c tenant) confirmed(name string) (t *psav1.Ticket) {
	c.Helper()
	adaptertest.Until(c, name+" is confirmed", func() string {
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
	adaptertest.Until(c, name+" is refused", func() string {
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
	for _, e := range c.Ours("ticket", "create") {
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
	adaptertest.Until(c, "notes of "+ticket+" are confirmed", func() string {
		for _, n := range c.notes(ticket) {
			if m := n.GetMirror(); len(m.GetPendingWrites()) > 0 || m.GetRefusal() != nil {
				return m.String()
			}
		}
		return ""
	})
}
