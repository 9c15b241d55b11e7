package mirror

import (
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// A sight of what a create has made shows the create, unless that makes several calls: the others may be under way.
func TestASightShowsACreateOfOneCallOnly(t *testing.T) {
	tickets := Kind[*psav1.Ticket]{Name: "ticket", Table: "ticket"}.Bind()
	tickets.MakesSeveral("CreateAndClose")
	seen := Observation{Source: Snapshot, Covers: Whole(), State: &psav1.Ticket{Summary: "new"}}
	for operation, want := range map[string]bool{"Create": true, "CreateAndClose": false} {
		w := PendingWrite{Operation: operation, Creates: true, Paths: []string{"summary"}}
		if tickets.shows(seen, w) != want {
			t.Errorf("%s: shown is %v", operation, !want)
		}
	}
}
