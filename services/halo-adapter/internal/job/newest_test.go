package job

import (
	"fmt"
	"testing"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// What was made is found by its mark whatever people have made of it since: what it was looked for by is theirs to change.
func TestWhatPeopleHaveRenamedSinceIsFoundByItsMark(t *testing.T) {
	renamed[*psav1.Client](t, "client", clients().creates, &psav1.Client{DisplayName: "Ours"}, []string{"display_name"}, map[string]any{"name": "Theirs"})
	renamed[*psav1.Site](t, "site", sites().creates, &psav1.Site{DisplayName: "Ours", Client: "2"}, []string{"display_name", "client"},
		map[string]any{"name": "Theirs", "client_id": 3})
	renamed[*psav1.User](t, "user", users().creates, &psav1.User{LastName: "Ours", Email: "ours@example.com", Client: "2"}, []string{"last_name", "email", "client"},
		map[string]any{"surname": "Theirs", "emailaddress": "theirs@example.com", "inactive": true})
	renamed[*psav1.Quote](t, "quotation", quotes().creates, &psav1.Quote{Title: "Ours", Client: "2"}, []string{"title", "client"},
		map[string]any{"title": "Theirs", "client_id": 3})
	renamed[*psav1.Invoice](t, "invoice", invoices(true).creates, &psav1.Invoice{Client: "2"}, []string{"client"}, map[string]any{"client_id": 3})
}

func renamed[M mirror.Message](t *testing.T, kind string, creates func(Tenants, Config, string) job.Operation[M], asked M, paths []string, change map[string]any) {
	t.Helper()
	t.Run(kind, func(t *testing.T) {
		x := open(t, nil)
		op, j := creates(x.ts, Config{}, "Create"), on(0, paths...)
		probed(x, op, j, asked, false, job.Absent)
		r, err := op.Attempt(t.Context(), j, asked)
		if err != nil {
			t.Fatal(err)
		}
		id, err := number(r.VendorID)
		if err != nil {
			t.Fatal(err)
		}
		x.change(kind, int(id), change)
		probed(x, op, j, asked, false, job.Present)
	})
}

// A look through what is newest is no proof of an absence where nobody knows how far it has come.
func TestWhatCannotBeLookedThroughIsNoProofOfAnAbsence(t *testing.T) {
	many := func(n int, age time.Duration) func(tenant) *job.Job {
		return func(x tenant) *job.Job {
			for i := range n {
				x.made("user", map[string]any{"surname": fmt.Sprintf("Somebody %d", i), "client_id": 2})
			}
			j := on(0, "last_name", "client")
			j.CreatedAt = j.CreatedAt.Add(age)
			return j
		}
	}
	for name, row := range map[string]struct {
		change func(*sim.Switches)
		job    func(tenant) *job.Job
		want   job.Found
	}{
		"few new ones":                       {nil, many(maxReads-1, 0), job.Absent},
		"more new ones than are read":        {nil, many(maxReads, 0), job.CannotTell},
		"more, but all older than the job":   {nil, many(maxReads, 2*clockSlack), job.Absent},
		"a list in an order of the vendor's": {func(s *sim.Switches) { s.ListOrder = "ignored" }, many(0, 0), job.CannotTell},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, row.change)
			probed(x, users().creates(x.ts, Config{}, "CreateUser"), row.job(x), &psav1.User{LastName: "Ours", Client: "2"}, false, row.want)
		})
	}
}

// Where lists show the mark, a page of new ones costs one read, that of the last: it says how far they reach back.
func TestAPageOfNewOnesIsLookedThroughWhereListsShowTheMark(t *testing.T) {
	for name, row := range map[string]struct {
		sites int
		want  job.Found
	}{"less than a page": {90, job.Absent}, "more than a page": {110, job.CannotTell}} {
		t.Run(name, func(t *testing.T) {
			x := open(t, nil)
			for i := range row.sites {
				x.made("site", map[string]any{"name": fmt.Sprintf("Depot %d", i), "client_id": 3})
			}
			probed(x, sites().creates(x.ts, Config{}, "CreateSite"), on(0, "display_name", "client"), &psav1.Site{DisplayName: "Ours", Client: "2"}, false, row.want)
		})
	}
}
