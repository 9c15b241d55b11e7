package doctor

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	sweeps "github.com/breakwater-acl/breakwater/services/halo-adapter/internal/sweep"
)

// edits are the scopes that writes take [client library: homotechsual/HaloAPI HaloAuth.psm1].
func edits() []string {
	return []string{"edit:tickets", "edit:customers", "edit:quotes", "edit:invoices"}
}

// write compares the scope that is asked for with what writes take. What the agent may do besides, only a write would tell.
func (x *examination) write(context.Context) ([]doctor.Finding, error) {
	asked := strings.Fields(x.Scope)
	if len(asked) == 0 || slices.Contains(asked, "all") || slices.Contains(asked, "all:standard") {
		return found("the token is asked for all; what the agent that it runs as may write, only a write tells"), nil
	}
	missing := slices.DeleteFunc(edits(), func(s string) bool { return slices.Contains(asked, s) })
	if len(missing) == 0 {
		return found("the token is asked for what writes take"), nil
	}
	return one(doctor.Finding{
		Found: "scope lacks " + strings.Join(missing, ", ") + ": such writes will be refused",
		Do:    "add to scope here, and to the API application, what is to be written",
	}), nil
}

// reports runs one, where sweeps are to.
func (x *examination) reports(ctx context.Context) ([]doctor.Finding, error) {
	if !x.Reports {
		return found("not used: what has no filter is gone through, a few pages at a time"), nil
	}
	changed, err := x.Halo.ReportChanged(ctx, sweeps.Tables()["quote"], time.Now().AddDate(0, 0, -1), 1)
	f := fault.Of(err)
	switch {
	case f == nil:
		return found("they are run, and name %d of the quotes that changed in a day", len(changed)), nil
	case f.Kind == fault.Invalid || f.Kind == fault.Hidden || f.Kind == fault.NotFound || f.Kind == fault.Drift:
		return one(doctor.Finding{
			Found: "not run: " + doctor.Words(err),
			Do:    "give the API application, and scope here, edit:reporting, and its agent the right to run reports; or set reports to false",
		}), nil
	}
	return nil, err
}

// marks looks whether lists show where a new ticket's and a new invoice's mark stands: an unanswered create is looked for by it.
func (x *examination) marks(ctx context.Context) ([]doctor.Finding, error) {
	tickets, err := x.Halo.Tickets(ctx, halo.TicketQuery{PageSize: 1})
	if err != nil {
		return nil, err
	}
	all := one(doctor.Finding{About: "ticket", Found: "cannot be told: no rows came"})
	for _, t := range tickets.Tickets {
		all[0].Found = shows(t.Row, "third_party_id_string")
	}
	invoices, err := x.Halo.Invoices().List(ctx, halo.Query{PageSize: 1})
	if f := fault.Of(err); f != nil && (f.Kind == fault.Hidden || f.Kind == fault.NotFound) {
		return all, nil
	}
	if err != nil {
		return all, err
	}
	for _, i := range invoices.Rows {
		all = append(all, doctor.Finding{About: "invoice", Found: shows(i.Row, "thirdpartyinvoicenumber")})
	}
	return all, nil
}

func shows(r halo.Row, field string) string {
	if r.Has(field) {
		return "lists show " + field
	}
	return "lists do not show " + field + ": what may be an unanswered create is read row by row, and for a person where that is too many"
}
