package judge

import (
	"fmt"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// match finds, for each change that the vendor made, the write that asked for it: by the values, which are never used twice,
// and for a deletion by its ticket. Marks are not looked at: they are the adapter's word.
func (c *court) match() {
	by := map[string]*history.Write{}
	deletes := map[string]*history.Write{}
	for i := range c.Writes {
		w := &c.Writes[i]
		for _, v := range w.Values {
			by[v] = w
		}
		if w.Op == history.Delete && (deletes[c.Vendor[w.Ticket]] == nil || !w.Accepted.IsZero()) { // of merged tickets, several may be asked for
			deletes[c.Vendor[w.Ticket]] = w
		}
	}
	for _, e := range c.Ledger {
		if e.Application == "" {
			c.edits[ticketOf(e)] = append(c.edits[ticketOf(e)], e)
			continue
		}
		w := writeOf(e, by)
		if e.Op == "delete" {
			w = deletes[e.ID]
		}
		switch {
		case w != nil:
			c.made[w] = append(c.made[w], e)
		case !moves(e):
			c.strange = append(c.strange, e)
		}
	}
}

// ticketOf is the vendor's id of the ticket that an entry is about.
func ticketOf(e vendorsim.Entry) string {
	if e.Parent != "" {
		return e.Parent
	}
	return e.ID
}

func writeOf(e vendorsim.Entry, by map[string]*history.Write) *history.Write {
	for _, field := range []string{"summary", "details", "note", "note_html"} {
		text, _ := e.Fields[field].(string)
		if w := by[bare(text)]; w != nil {
			return w
		}
	}
	return nil
}

// field is what an entry sets a field of the contract to; false: it does not.
func field(e vendorsim.Entry, path string) (string, bool) {
	if path == "status" {
		path = "status_id"
	}
	value, named := e.Fields[path]
	return fmt.Sprint(value), named
}

// bare is the text of a note as it was written: its first paragraph.
func bare(text string) string {
	text = strings.TrimPrefix(text, "<p>")
	text, _, _ = strings.Cut(text, "</p>")
	return text
}

// moves reports an entry that the vendor made by itself, for a note that moves its ticket.
func moves(e vendorsim.Entry) bool {
	_, status := e.Fields["status_id"]
	return e.Op == "update" && status && len(e.Fields) == 1
}

// mark is what the adapter wrote beside a change to find it again; empty: nothing.
func mark(e vendorsim.Entry) string {
	if m := e.Marks["third_party_id_string"]; m != "" {
		return m
	}
	_, after, found := strings.Cut(e.Marks["note_html"], "[ref ")
	if !found {
		return ""
	}
	m, _, _ := strings.Cut(after, "]")
	return m
}
