package job

import (
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// Halo says the same of a ticket that is deleted and of one that our agent may not see: which it is, the list of the deleted says.
func TestATicketThatIsNotThereIsDeletedOnlyIfHaloListsItAmongTheDeleted(t *testing.T) {
	for name, row := range map[string]struct {
		change   func(*sim.Switches)
		deleted  bool
		failures int
		want     string
	}{
		"deleted already":                          {nil, true, 0, ""},
		"deleted, where the filter is ignored":     {func(s *sim.Switches) { s.IDFilter = "ignored" }, true, 0, ""},
		"deleted, listed among the living":         {func(s *sim.Switches) { s.DeletedLists = "also" }, true, 0, ""},
		"deleted, and readable":                    {func(s *sim.Switches) { s.DeletedGet = "body" }, true, 0, ""},
		"hidden from our agent":                    {hides, false, 0, "NOT_FOUND"},
		"hidden from our agent for some minutes":   {hides, false, 3, "NOT_VISIBLE"},
		"there, and deleted by this attempt":       {nil, false, 0, ""},
		"there, and listed as well as the deleted": {func(s *sim.Switches) { s.DeletedLists = "also" }, false, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, row.change)
			if _, err := x.sim.Edit(10001, map[string]any{"client_id": 2}); err != nil {
				t.Fatal(err)
			}
			if row.deleted {
				if err := x.sim.Delete(10001, "by hand"); err != nil {
					t.Fatal(err)
				}
			}
			j := on(10001)
			j.Failures = row.failures
			if got := attempt(x, deleteTicket(x.ts, Config{}), j, (*psav1.Ticket)(nil)); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func hides(s *sim.Switches) { s.HiddenClient = 2 }
