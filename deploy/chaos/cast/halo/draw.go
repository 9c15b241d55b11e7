package halo

import (
	"context"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Draw draws any change of a ticket.
func (c *company) Draw(ctx context.Context, h *cast.Hand) (cast.Intent, bool) {
	n := h.Dice.IntN(100)
	if n < 8 {
		return c.create(h, n < 1), true
	}
	s, ok := c.Subjects.One(h.Dice, kind)
	switch {
	case !ok:
		return cast.Intent{}, false
	case n < 30:
		return c.note(h, s), true
	case n < 32:
		return c.remove(h, s), true
	case n < 34:
		return c.update(h, s, nil, true), true
	case n < 50: // what it has just read, if nobody has changed it since
		read, err := c.Get(ctx, h.Dice.IntN(8), kind, s.Name)
		return c.update(h, s, &read, false), err == nil
	default:
		return c.update(h, s, nil, false), true
	}
}

// noPriority is one that no tenant has: the vendor refuses what names it.
const noPriority = "77"

func (c *company) create(h *cast.Hand, bad bool) cast.Intent {
	w := h.Begin(history.Create, kind, [16]byte{})
	w.Bad = bad
	t := &psav1.Ticket{Summary: h.Text("summary"), Details: h.Text("details"), Type: "1", Client: "2"}
	w.Values["summary"], w.Values["details"] = t.GetSummary(), t.GetDetails()
	intent := cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := c.at(replica).CreateTicket(ctx, &psav1.CreateTicketRequest{Parent: c.Parent, Ticket: t, RequestId: w.Request.String()})
		return view(got), err
	}}
	if bad {
		t.Priority = noPriority
		intent.Then = func(v cast.View) cast.Intent { return c.note(h, cast.Subject{Kind: kind, UID: v.UID, Name: v.Name}) } // which cannot be made either
	}
	return intent
}

// update sets one field or two; a bad one the vendor refuses. With an etag it is guarded.
func (c *company) update(h *cast.Hand, s cast.Subject, read *cast.View, bad bool) cast.Intent {
	w := h.Begin(history.Update, kind, s.UID)
	w.Bad = bad
	t, mask := &psav1.Ticket{Name: s.Name}, &fieldmaskpb.FieldMask{}
	if n := h.Dice.IntN(3); n != 0 {
		t.Summary = h.Text("summary")
		w.Values["summary"], mask.Paths = t.GetSummary(), append(mask.GetPaths(), "summary")
	} else {
		t.Details = h.Text("details")
		w.Values["details"], mask.Paths = t.GetDetails(), append(mask.GetPaths(), "details")
	}
	more(h, t, mask, bad)
	w.Paths = mask.GetPaths()
	if read != nil {
		t.Etag, w.Read = read.Etag, read.Fields
	}
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := c.at(replica).UpdateTicket(ctx, &psav1.UpdateTicketRequest{Ticket: t, UpdateMask: mask, RequestId: w.Request.String()})
		return view(got), err
	}}
}

// more sets fields whose values are few, and so tell nothing in a ledger; in the end they must be the same all the same.
func more(h *cast.Hand, t *psav1.Ticket, mask *fieldmaskpb.FieldMask, bad bool) {
	if bad {
		t.Priority, mask.Paths = noPriority, append(mask.GetPaths(), "priority")
	}
	if h.Dice.IntN(3) == 0 {
		t.Status, mask.Paths = []string{"1", "2", "9"}[h.Dice.IntN(3)], append(mask.GetPaths(), "status")
	}
}

func (c *company) note(h *cast.Hand, s cast.Subject) cast.Intent {
	w := h.Begin(history.Child, kind, s.UID)
	w.Values["text"] = h.Text("note")
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		_, err := c.at(replica).AddNote(ctx, &psav1.AddNoteRequest{Parent: s.Name, Note: &psav1.Note{Text: w.Values["text"]}, RequestId: w.Request.String()})
		return cast.View{}, err
	}}
}

func (c *company) remove(h *cast.Hand, s cast.Subject) cast.Intent {
	c.Subjects.Drop(s)
	w := h.Begin(history.Delete, kind, s.UID)
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := c.at(replica).DeleteTicket(ctx, &psav1.DeleteTicketRequest{Name: s.Name, Reason: "by " + h.Name, RequestId: w.Request.String()})
		return view(got), err
	}}
}
