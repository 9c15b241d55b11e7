package halo

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// Compare names all that differs between the mirror, as callers see it, and the vendor, as it knows itself.
func (c *company) Compare(ctx context.Context) (diff []string, err error) {
	ids, err := c.all(ctx)
	if err != nil {
		return nil, err
	}
	for n, id := range ids {
		truth, err := c.screens.truth(ctx, id)
		if err != nil {
			return nil, err
		}
		some, err := c.compareOne(ctx, c.at(n), truth)
		if err != nil {
			return nil, err
		}
		diff = append(diff, some...)
	}
	more, err := c.invented(ctx, ids)
	return append(diff, more...), err
}

// all is the ids of every ticket that the vendor ever had.
func (c *company) all(ctx context.Context) ([]int, error) {
	ledger, err := c.Vendor.Ledger(ctx)
	if err != nil {
		return nil, err
	}
	ids := map[int]bool{}
	for i := range tickets {
		ids[firstTicket+i] = true
	}
	for _, e := range ledger {
		if e.Kind == "ticket" && e.Op == "create" {
			id, err := strconv.Atoi(e.ID)
			if err != nil {
				return nil, fmt.Errorf("the ledger's ticket %q: %w", e.ID, err)
			}
			ids[id] = true
		}
	}
	return slices.Sorted(maps.Keys(ids)), nil
}

func (c *company) compareOne(ctx context.Context, at psav1.TicketServiceClient, has truth) ([]string, error) {
	name := fmt.Sprintf("%s/tickets/%d", c.Parent, has.Ticket.ID)
	t, err := at.GetTicket(ctx, &psav1.GetTicketRequest{Name: name})
	switch {
	case status.Code(err) == codes.NotFound && has.Ticket.Deleted:
		return nil, nil // it came and went unseen
	case status.Code(err) == codes.NotFound:
		return []string{fmt.Sprintf("ticket %d is not in the mirror", has.Ticket.ID)}, nil
	case err != nil:
		return nil, err
	}
	if has.Ticket.MergedInto != 0 {
		return c.merged(ctx, t, has)
	}
	if gone := t.GetMirror().GetDeleteTime() != nil; gone != has.Ticket.Deleted {
		return []string{fmt.Sprintf("ticket %d (%s) is deleted: %v, at the vendor: %v", has.Ticket.ID, t.GetUid(), gone, has.Ticket.Deleted)}, nil
	}
	if has.Ticket.Deleted {
		return nil, nil
	}
	diff := differences(t, has.Ticket)
	notes, err := c.notes(ctx, at, name)
	if err != nil {
		return nil, err
	}
	notes, more, err := c.ownNotes(ctx, has, notes)
	if err != nil {
		return nil, err
	}
	return append(append(diff, more...), noteDifferences(has, notes)...), nil
}

// ownNotes are a ticket's notes without those that the vendor has on one merged into it and nowhere else: somebody wrote them there
// after the merge. What is wrong with those is told.
func (c *company) ownNotes(ctx context.Context, has truth, notes []*psav1.Note) (own []*psav1.Note, diff []string, err error) {
	for _, n := range notes {
		ticket, id, ok := placeOf(n)
		if !ok || ticket == has.Ticket.ID {
			own = append(own, n)
			continue
		}
		if n.GetMirror().GetDeleteTime() != nil {
			continue
		}
		there, err := c.screens.truth(ctx, ticket)
		if err != nil {
			return nil, nil, err
		}
		if !leftBehind(there, id, has) {
			diff = append(diff, fmt.Sprintf("ticket %d lists %s (%q), which is not left on a ticket merged into it", has.Ticket.ID, n.GetName(), n.GetText()))
		}
	}
	return own, diff, nil
}

// leftBehind reports whether a note is on a merged ticket and was not copied to the one that lives on.
func leftBehind(on truth, id int, has truth) bool {
	there := slices.IndexFunc(on.Notes, func(n note) bool { return n.ID == id })
	return on.Ticket.MergedInto != 0 && there >= 0 && !slices.ContainsFunc(has.Notes, func(n note) bool {
		return n.From == on.Ticket.ID && n.Text == on.Notes[there].Text
	})
}

// placeOf is the ticket and the number that the vendor gave a note; false: it has none.
func placeOf(n *psav1.Note) (ticket, id int, ok bool) {
	parts := strings.Split(n.GetName(), "/") // connections/acme/tickets/10001/notes/3
	if len(parts) != 6 {
		return 0, 0, false
	}
	ticket, errTicket := strconv.Atoi(parts[3])
	id, errID := strconv.Atoi(parts[5])
	return ticket, id, errTicket == nil && errID == nil
}

// merged is what is wrong with what the name of a merged ticket leads to.
func (c *company) merged(ctx context.Context, t *psav1.Ticket, was truth) ([]string, error) {
	into, err := c.screens.truth(ctx, was.Ticket.MergedInto)
	if err != nil {
		return nil, err
	}
	if t.GetMirror().GetDeleteTime() != nil && untold(was, into) {
		return nil, nil
	}
	living := into.Ticket
	for living.MergedInto != 0 {
		next, err := c.screens.truth(ctx, living.MergedInto)
		if err != nil {
			return nil, err
		}
		living = next.Ticket
	}
	if strings.HasSuffix(t.GetName(), "/"+strconv.Itoa(living.ID)) {
		return nil, nil
	}
	return []string{fmt.Sprintf("ticket %d was merged into %d, and its name leads to %s (%s)", was.Ticket.ID, living.ID, t.GetName(), t.GetUid())}, nil
}

// untold reports whether nothing that the vendor shows tells of a merge any more: what was merged is deleted, and of its actions none was
// copied but the one that the vendor logged itself, which is left out of what it lists to us.
func untold(was, into truth) bool {
	copied := 0
	for _, n := range into.Notes {
		if n.From == was.Ticket.ID {
			copied++
		}
	}
	logged := slices.ContainsFunc(was.Notes, func(n note) bool { return n.ID == 1 && byItself(n) })
	return was.Ticket.Deleted && (copied == 0 || copied == 1 && logged)
}

// byItself reports whether nobody of the cast wrote a note.
func byItself(n note) bool { return !strings.HasPrefix(n.Text, "note ") }

// differences names the fields in which a ticket is not as the vendor has it.
func differences(t *psav1.Ticket, has ticket) (diff []string) {
	agent := number(has.AgentID)
	if has.AgentID == 1 {
		agent = "" // nobody
	}
	for _, f := range []struct{ name, ours, theirs string }{
		{"id", t.GetName()[strings.LastIndexByte(t.GetName(), '/')+1:], strconv.Itoa(has.ID)},
		{"summary", t.GetSummary(), has.Summary},
		{"details", t.GetDetails(), has.Details},
		{"status", t.GetStatus(), number(has.StatusID)},
		{"type", t.GetType(), number(has.TypeID)},
		{"priority", t.GetPriority(), number(has.PriorityID)},
		{"client", t.GetClient(), number(has.ClientID)},
		{"site", t.GetSite(), number(has.SiteID)},
		{"user", t.GetUser(), number(has.UserID)},
		{"agent", t.GetAgent(), agent},
		{"team", t.GetTeam(), has.Team},
	} {
		if f.ours != f.theirs {
			diff = append(diff, fmt.Sprintf("ticket %d (%s) %s is %q, the vendor has %q", has.ID, t.GetUid(), f.name, f.ours, f.theirs))
		}
	}
	if n := len(t.GetMirror().GetPendingWrites()); n > 0 {
		diff = append(diff, fmt.Sprintf("ticket %d (%s) still shows %d pending writes", has.ID, t.GetUid(), n))
	}
	return diff
}

// number is an id as the contract spells it: empty for none.
func number(id int) string {
	if id <= 0 {
		return ""
	}
	return strconv.Itoa(id)
}

// reference is what the adapter writes at the end of its notes, and takes off again.
var reference = regexp.MustCompile(`\s*\[ref [0-9a-f-]{36}\]`) //nolint:gochecknoglobals // compiled once

func (c *company) notes(ctx context.Context, at psav1.TicketServiceClient, ticket string) (notes []*psav1.Note, err error) {
	token := ""
	for {
		got, err := at.ListNotes(ctx, &psav1.ListNotesRequest{Parent: ticket, PageSize: 500, PageToken: token})
		if err != nil {
			return nil, err
		}
		notes = append(notes, got.GetNotes()...)
		if token = got.GetNextPageToken(); token == "" {
			return notes, nil
		}
	}
}

// noteDifferences names the notes that are not as the vendor has them, missing, or too many.
func noteDifferences(has truth, notes []*psav1.Note) (diff []string) {
	ours := map[int]*psav1.Note{}
	for _, n := range notes {
		last := n.GetName()[strings.LastIndexByte(n.GetName(), '/')+1:]
		id, err := strconv.Atoi(last)
		switch {
		case err == nil && ours[id] == nil:
			ours[id] = n
		case err != nil && n.GetMirror().GetRefusal() != nil: // was never made
		default:
			diff = append(diff, fmt.Sprintf("ticket %d has a note %s (%q) that the vendor has not", has.Ticket.ID, last, n.GetText()))
		}
	}
	for _, theirs := range has.Notes {
		n, text := ours[theirs.ID], strings.TrimSpace(reference.ReplaceAllString(theirs.Text, ""))
		switch {
		case n == nil && (theirs.ID == 1 || theirs.From != 0) && byItself(theirs): // what the vendor logged itself is not mirrored
		case n == nil:
			diff = append(diff, fmt.Sprintf("ticket %d note %d (%q) is not in the mirror", has.Ticket.ID, theirs.ID, text))
		case n.GetText() != text || n.GetPrivate() != theirs.Private || n.GetOutcome() != theirs.Outcome:
			diff = append(diff, fmt.Sprintf("ticket %d note %d is %q %v %q, the vendor has %q %v %q", has.Ticket.ID, theirs.ID,
				n.GetText(), n.GetPrivate(), n.GetOutcome(), text, theirs.Private, theirs.Outcome))
		}
		delete(ours, theirs.ID)
	}
	for id, n := range ours {
		if n.GetMirror().GetDeleteTime() == nil {
			diff = append(diff, fmt.Sprintf("ticket %d has a note %d (%q) that the vendor has not", has.Ticket.ID, id, n.GetText()))
		}
	}
	return diff
}

// invented names tickets that are listed and that the vendor has not, or that are listed twice.
func (c *company) invented(ctx context.Context, ids []int) (diff []string, err error) {
	listed := map[string]bool{}
	token := ""
	for {
		got, err := c.at(0).ListTickets(ctx, &psav1.ListTicketsRequest{Parent: c.Parent, PageSize: 500, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, t := range got.GetTickets() {
			id, err := strconv.Atoi(t.GetName()[strings.LastIndexByte(t.GetName(), '/')+1:])
			if _, known := slices.BinarySearch(ids, id); err != nil || !known || listed[t.GetName()] {
				diff = append(diff, fmt.Sprintf("%s (%s, %q) is listed, and the vendor has no such ticket, or it is listed twice", t.GetName(), t.GetUid(), t.GetSummary()))
			}
			listed[t.GetName()] = true
		}
		if token = got.GetNextPageToken(); token == "" {
			return diff, nil
		}
	}
}
