package traffic

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Writer changes tickets, one change after the other. What it asks for is drawn from its dice.
type Writer struct {
	Name    string
	Callers *Callers
	Tickets *Tickets
	Told    *history.Recorder
	Dice    *rand.Rand
	Pace    time.Duration // between two writes

	count int
}

// Run writes until stop; what was begun is asked until it is answered, or ctx ends.
func (w *Writer) Run(ctx context.Context, stop <-chan struct{}) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-stop:
			return nil
		case <-time.After(w.Pace/2 + time.Duration(w.Dice.Int64N(int64(w.Pace)))):
		}
		if err := w.write(ctx); err != nil {
			return fmt.Errorf("%s: %w", w.Name, err)
		}
	}
}

// write asks for any change.
func (w *Writer) write(ctx context.Context) error {
	w.count++
	kind := w.Dice.IntN(100)
	if kind < 8 {
		return w.create(ctx, kind < 1)
	}
	s, ok := w.Tickets.one(w.Dice)
	switch {
	case !ok:
		return nil
	case kind < 30:
		return w.note(ctx, s)
	case kind < 32:
		return w.remove(ctx, s)
	case kind < 34:
		return w.update(ctx, s, nil, true)
	case kind < 50:
		return w.guarded(ctx, s)
	default:
		return w.update(ctx, s, nil, false)
	}
}

// text is a value that nobody has used before.
func (w *Writer) text(field string) string {
	return fmt.Sprintf("%s of %s, its %d.", field, w.Name, w.count)
}

func (w *Writer) begin(op history.Op, ticket uuid.UUID) history.Write {
	return history.Write{Request: w.id(), Writer: w.Name, Op: op, Ticket: ticket, Values: map[string]string{}, Began: time.Now()}
}

// id is a request's, out of the dice.
func (w *Writer) id() (id uuid.UUID) {
	for i := range id {
		id[i] = byte(w.Dice.UintN(256)) //nolint:gosec // below 256
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}

// noPriority is one that no tenant has: the vendor refuses what names it.
const noPriority = "77"

func (w *Writer) create(ctx context.Context, bad bool) error {
	h := w.begin(history.Create, uuid.Nil)
	h.Bad = bad
	t := &psav1.Ticket{Summary: w.text("summary"), Details: w.text("details"), Type: "1", Client: "2"}
	if bad {
		t.Priority = noPriority
	}
	h.Values["summary"], h.Values["details"] = t.GetSummary(), t.GetDetails()
	var got *psav1.Ticket
	err := w.ask(ctx, &h, func(ctx context.Context, to psav1.TicketServiceClient) (err error) {
		got, err = to.CreateTicket(ctx, &psav1.CreateTicketRequest{Parent: w.Callers.Parent, Ticket: t, RequestId: h.Request.String()})
		return err
	})
	if err != nil || h.Accepted.IsZero() {
		return err
	}
	if h.Ticket, err = uuid.Parse(got.GetUid()); err != nil {
		return fmt.Errorf("a created ticket's uid: %w", err)
	}
	w.Told.Wrote(h)
	w.Tickets.Add(got)
	if bad {
		return w.note(ctx, subject{h.Ticket, got.GetName()}) // which cannot be made either
	}
	return nil
}

// ask insists on an answer and takes it down; a create, whose answer names it, is taken down by its own.
func (w *Writer) ask(ctx context.Context, h *history.Write, call func(ctx context.Context, to psav1.TicketServiceClient) error) (err error) {
	h.Asked, err = w.Callers.insist(ctx, w.Dice.IntN(8), call)
	switch {
	case err == nil:
		h.Accepted = time.Now()
	case ctx.Err() != nil:
		return err
	default:
		h.Refused = status.Code(err).String()
	}
	if h.Op != history.Create || err != nil {
		w.Told.Wrote(*h)
	}
	return nil
}

// update sets one field or two; a bad one the vendor refuses. With an etag it is guarded.
func (w *Writer) update(ctx context.Context, s subject, read *psav1.Ticket, bad bool) error {
	h := w.begin(history.Update, s.uid)
	h.Bad = bad
	t := &psav1.Ticket{Name: s.name, Etag: read.GetEtag()}
	mask := &fieldmaskpb.FieldMask{}
	if n := w.Dice.IntN(3); n != 0 {
		t.Summary = w.text("summary")
		h.Values["summary"], mask.Paths = t.GetSummary(), append(mask.GetPaths(), "summary")
	} else {
		t.Details = w.text("details")
		h.Values["details"], mask.Paths = t.GetDetails(), append(mask.GetPaths(), "details")
	}
	w.more(t, mask, bad)
	h.Paths = mask.GetPaths()
	if read != nil {
		h.Read = map[string]string{"summary": read.GetSummary(), "details": read.GetDetails(), "status": read.GetStatus()}
	}
	return w.ask(ctx, &h, func(ctx context.Context, to psav1.TicketServiceClient) error {
		_, err := to.UpdateTicket(ctx, &psav1.UpdateTicketRequest{Ticket: t, UpdateMask: mask, RequestId: h.Request.String()})
		return err
	})
}

// more sets fields whose values are few, and so tell nothing in a ledger; in the end they must be the same all the same.
func (w *Writer) more(t *psav1.Ticket, mask *fieldmaskpb.FieldMask, bad bool) {
	if bad {
		t.Priority, mask.Paths = noPriority, append(mask.GetPaths(), "priority")
	}
	if w.Dice.IntN(3) == 0 {
		t.Status, mask.Paths = []string{"1", "2", "9"}[w.Dice.IntN(3)], append(mask.GetPaths(), "status")
	}
}

// guarded changes what it has just read, if nobody has since.
func (w *Writer) guarded(ctx context.Context, s subject) error {
	reading, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	read, err := w.Callers.Replica(w.Dice.IntN(8)).GetTicket(reading, &psav1.GetTicketRequest{Name: s.name})
	if err != nil {
		return nil //nolint:nilerr // nothing was asked for
	}
	return w.update(ctx, s, read, false)
}

func (w *Writer) note(ctx context.Context, s subject) error {
	h := w.begin(history.Note, s.uid)
	h.Values["text"] = w.text("note")
	return w.ask(ctx, &h, func(ctx context.Context, to psav1.TicketServiceClient) error {
		_, err := to.AddNote(ctx, &psav1.AddNoteRequest{Parent: s.name, Note: &psav1.Note{Text: h.Values["text"]}, RequestId: h.Request.String()})
		return err
	})
}

func (w *Writer) remove(ctx context.Context, s subject) error {
	w.Tickets.Drop(s.uid)
	h := w.begin(history.Delete, s.uid)
	return w.ask(ctx, &h, func(ctx context.Context, to psav1.TicketServiceClient) error {
		_, err := to.DeleteTicket(ctx, &psav1.DeleteTicketRequest{Name: s.name, Reason: "by " + w.Name, RequestId: h.Request.String()})
		return err
	})
}
