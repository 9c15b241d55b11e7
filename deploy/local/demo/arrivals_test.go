package demo

import (
	"reflect"
	"testing"
)

// change is an entry of the ledger that an application made.
func change(id, summary string) entry {
	return entry{Kind: "ticket", ID: id, Op: "update", Application: "Integration", Fields: map[string]any{"summary": summary}}
}

func TestWhatArrivedIsHeldAgainstWhatWasAsked(t *testing.T) {
	want := asked{"1": {"a", "b", "c"}, "2": {"a", "b"}}
	person := change("1", "b")
	person.Application = ""
	deleted := change("1", "")
	deleted.Op, deleted.Seq = "delete", 7
	for name, c := range map[string]struct {
		changes []entry
		want    arrivals
	}{
		"all, one after the other": {
			[]entry{change("1", "a"), change("1", "b"), change("1", "c"), change("2", "a"), change("2", "b")},
			arrivals{came: 5},
		},
		"tickets side by side": {
			[]entry{change("2", "a"), change("1", "a"), change("1", "b"), change("2", "b"), change("1", "c")},
			arrivals{came: 5},
		},
		"a person's edit between is no arrival": {
			[]entry{change("1", "a"), person, change("1", "b"), change("1", "c"), change("2", "a"), change("2", "b")},
			arrivals{came: 5},
		},
		"one is missing": {
			[]entry{change("1", "a"), change("1", "c"), change("2", "a"), change("2", "b")},
			arrivals{came: 4, missing: []string{"ticket 1 change 2"}},
		},
		"one came twice in a row": {
			[]entry{change("1", "a"), change("1", "b"), change("1", "b"), change("1", "c"), change("2", "a"), change("2", "b")},
			arrivals{came: 5, doubled: []string{"ticket 1 change 2"}},
		},
		"one came again later: doubled, and the order of first arrivals counts": {
			[]entry{change("1", "a"), change("1", "b"), change("1", "a"), change("1", "c"), change("2", "a"), change("2", "b")},
			arrivals{came: 5, doubled: []string{"ticket 1 change 1"}},
		},
		"out of order": {
			[]entry{change("1", "b"), change("1", "a"), change("1", "c"), change("2", "a"), change("2", "b")},
			arrivals{came: 5, disordered: []string{"ticket 1 change 1"}},
		},
		"another ticket's change, and another operation": {
			[]entry{change("2", "a"), change("2", "b"), change("2", "c"), deleted, change("1", "a"), change("1", "b"), change("1", "c")},
			arrivals{came: 5, foreign: []string{"update of ticket 2 (entry 0)", "delete of ticket 1 (entry 7)"}},
		},
		"nothing": {
			nil,
			arrivals{missing: []string{"ticket 1 change 1", "ticket 1 change 2", "ticket 1 change 3", "ticket 2 change 1", "ticket 2 change 2"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := arrived(want, c.changes); !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
