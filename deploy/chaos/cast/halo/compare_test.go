package halo

import (
	"strings"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

func mirrored() *psav1.Ticket {
	return &psav1.Ticket{
		Name: "connections/acme/tickets/10001", Summary: "s", Details: "d", Status: "1", Type: "2", Priority: "3", Client: "4", Site: "5",
		User: "6", Agent: "7", Team: "t", Mirror: &typev1.MirrorState{},
	}
}

func TestEveryFieldOfATicketIsCompared(t *testing.T) {
	has := ticket{
		ID: 10001, Summary: "s", Details: "d", StatusID: 1, TypeID: 2, PriorityID: 3, ClientID: 4, SiteID: 5, UserID: 6, AgentID: 7, Team: "t",
	}
	if diff := differences(mirrored(), has); len(diff) > 0 {
		t.Fatalf("the same: %v", diff)
	}
	for name, bend := range map[string]func(*psav1.Ticket){
		"id":       func(t *psav1.Ticket) { t.Name = "connections/acme/tickets/~0192" },
		"summary":  func(t *psav1.Ticket) { t.Summary = "" },
		"details":  func(t *psav1.Ticket) { t.Details = "old" },
		"status":   func(t *psav1.Ticket) { t.Status = "2" },
		"type":     func(t *psav1.Ticket) { t.Type = "" },
		"priority": func(t *psav1.Ticket) { t.Priority = "" },
		"client":   func(t *psav1.Ticket) { t.Client = "9" },
		"site":     func(t *psav1.Ticket) { t.Site = "9" },
		"user":     func(t *psav1.Ticket) { t.User = "9" },
		"agent":    func(t *psav1.Ticket) { t.Agent = "" },
		"team":     func(t *psav1.Ticket) { t.Team = "9" },
		"pending":  func(t *psav1.Ticket) { t.Mirror.PendingWrites = []*typev1.PendingWrite{{}} },
	} {
		t.Run(name, func(t *testing.T) {
			ours := mirrored()
			bend(ours)
			if diff := differences(ours, has); len(diff) != 1 || !strings.Contains(diff[0], name) {
				t.Errorf("found %v, want the %s", diff, name)
			}
		})
	}
}

func TestNotesAreCompared(t *testing.T) {
	theirs := note{ID: 3, Text: "note of writer 1, its 4.\n[ref 01a20239-fde8-7210-83eb-34e92c395c39]", Outcome: "Internal Note"}
	ours := func() *psav1.Note {
		return &psav1.Note{Name: "connections/acme/tickets/10001/notes/3", Text: "note of writer 1, its 4.", Outcome: "Internal Note"}
	}
	refused := &psav1.Note{Name: "connections/acme/tickets/10001/notes/~0192", Mirror: &typev1.MirrorState{Refusal: &typev1.Refusal{}}}
	waiting := &psav1.Note{Name: "connections/acme/tickets/10001/notes/~0192"}
	other := ours()
	other.Text = "another"
	private := ours()
	private.Private = true
	for name, c := range map[string]struct {
		has   []note
		notes []*psav1.Note
		want  string
	}{
		"the same":                          {[]note{theirs}, []*psav1.Note{ours()}, ""},
		"one that was refused beside it":    {[]note{theirs}, []*psav1.Note{ours(), refused}, ""},
		"what the vendor logged itself":     {[]note{{ID: 1, Text: "Restarted the service."}}, nil, ""},
		"missing":                           {[]note{theirs}, nil, "not in the mirror"},
		"another text":                      {[]note{theirs}, []*psav1.Note{other}, "another"},
		"hidden here only":                  {[]note{theirs}, []*psav1.Note{private}, "true"},
		"twice":                             {[]note{theirs}, []*psav1.Note{ours(), ours()}, "has not"},
		"one that the vendor has not":       {nil, []*psav1.Note{ours()}, "has not"},
		"one that was never made and waits": {[]note{theirs}, []*psav1.Note{ours(), waiting}, "has not"},
	} {
		t.Run(name, func(t *testing.T) {
			diff := strings.Join(noteDifferences(truth{Ticket: ticket{ID: 10001}, Notes: c.has}, c.notes), "; ")
			if (diff == "") != (c.want == "") || !strings.Contains(diff, c.want) {
				t.Errorf("found %q, want %q in it", diff, c.want)
			}
		})
	}
}

func TestANoteIsLeftBehindOnlyWhereNobodyCopiedIt(t *testing.T) {
	merged := truth{Ticket: ticket{ID: 2, MergedInto: 1}, Notes: []note{{ID: 4, Text: "late"}}}
	alone := truth{Ticket: ticket{ID: 2}, Notes: merged.Notes}
	lives := truth{Ticket: ticket{ID: 1}}
	copied := truth{Ticket: ticket{ID: 1}, Notes: []note{{ID: 9, Text: "late", From: 2}}}
	for row, c := range map[string]struct {
		on, has truth
		id      int
		want    bool
	}{
		"written after the merge":      {merged, lives, 4, true},
		"copied, so it is there twice": {merged, copied, 4, false},
		"not there":                    {merged, lives, 5, false},
		"on a ticket that lives":       {alone, lives, 4, false},
	} {
		t.Run(row, func(t *testing.T) {
			if got := leftBehind(c.on, c.id, c.has); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// A merge passes for untold where the vendor shows no trace of it, and nowhere else.
func TestAMergeThatNothingTellsOf(t *testing.T) {
	logged, written := note{ID: 1, Text: "Restarted the service."}, note{ID: 2, Text: "note by hand, the 4."}
	copyOf := func(n note) note { return note{ID: n.ID + 10, Text: n.Text, From: 10001} }
	for name, c := range map[string]struct {
		lives  bool
		notes  []note
		copied []note
		want   bool
	}{
		"it had no actions":                             {want: true},
		"only what the vendor logged itself was copied": {notes: []note{logged}, copied: []note{copyOf(logged)}, want: true},
		"written on when it was merged":                 {notes: []note{logged, written}, copied: []note{copyOf(logged)}, want: true},
		"a written one was copied":                      {notes: []note{written}, copied: []note{copyOf(written)}},
		"a written first one was copied":                {notes: []note{{ID: 1, Text: written.Text}}, copied: []note{copyOf(written)}},
		"both were copied":                              {notes: []note{logged, written}, copied: []note{copyOf(logged), copyOf(written)}},
		"it is still there":                             {lives: true},
	} {
		t.Run(name, func(t *testing.T) {
			was := truth{Ticket: ticket{ID: 10001, MergedInto: 10002, Deleted: !c.lives}, Notes: c.notes}
			into := truth{Ticket: ticket{ID: 10002}, Notes: append([]note{{ID: 1, Text: "Called the user."}, {ID: 2, Text: "note", From: 10009}}, c.copied...)}
			if got := untold(was, into); got != c.want {
				t.Errorf("untold: %v, want %v", got, c.want)
			}
		})
	}
}
