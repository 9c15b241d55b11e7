package halo

import (
	"fmt"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// read understands an entry of the ledger.
func read(e vendorsim.Entry) history.Deed {
	d := history.Deed{Entry: e, About: e.ID, Sets: map[string]string{}, Mark: mark(e), Follows: moves(e)}
	if e.Parent != "" {
		d.About = e.Parent
	}
	for _, field := range []string{"summary", "details", "note", "note_html"} {
		if text, _ := e.Fields[field].(string); text != "" {
			d.Values = append(d.Values, bare(text))
		}
	}
	for field, value := range e.Fields {
		d.Sets[strings.TrimSuffix(field, "_id")] = fmt.Sprint(value) // the contract says status for status_id
	}
	if e.Kind != kind {
		return d
	}
	switch e.Op {
	case "delete":
		d.Asked, d.Values = history.Delete, nil
	case "merge":
		d.Into = fmt.Sprint(e.Fields["into"])
	}
	return d
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
