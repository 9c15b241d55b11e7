package demo

import (
	"context"
	"fmt"
	"strconv"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// differences names the fields in which a ticket is not as the vendor has it.
func differences(t *psav1.Ticket, has truth) (fields []string) {
	for _, f := range []struct{ name, ours, theirs string }{
		{"id", idOf(t.GetName()), strconv.Itoa(has.ID)},
		{"summary", t.GetSummary(), has.Summary},
		{"details", t.GetDetails(), has.Details},
		{"status", t.GetStatus(), number(has.StatusID)},
		{"type", t.GetType(), number(has.TypeID)},
		{"priority", t.GetPriority(), number(has.PriorityID)},
		{"client", t.GetClient(), number(has.ClientID)},
		{"site", t.GetSite(), number(has.SiteID)},
		{"user", t.GetUser(), number(has.UserID)},
		{"team", t.GetTeam(), has.Team},
	} {
		if f.ours != f.theirs {
			fields = append(fields, fmt.Sprintf("ticket %d %s is %q, Halo has %q", has.ID, f.name, f.ours, f.theirs))
		}
	}
	return fields
}

// number is an id as the contract spells it: empty for none.
func number(id int) string {
	if id <= 0 {
		return ""
	}
	return strconv.Itoa(id)
}

// compare names all that differs between the mirror and the vendor in the named tickets.
func (s *stage) compare(ctx context.Context, names []string) (all []string, err error) {
	tickets, err := s.adapter.getAll(ctx, names)
	if err != nil {
		return nil, err
	}
	for _, t := range tickets {
		has, err := s.vendor.truth(ctx, idOf(t.GetName()))
		if err != nil {
			return nil, err
		}
		all = append(all, differences(t, has)...)
	}
	return all, nil
}

// checkSame checks that the named tickets are as the vendor has them.
func (s *stage) checkSame(ctx context.Context, names []string) error {
	diff, err := s.compare(ctx, names)
	if err != nil {
		return err
	}
	seen := several(len(names), "ticket") + ", field by field"
	if len(diff) > 0 {
		seen = some(diff)
	}
	s.report.check(len(diff) == 0, "the mirror is as Halo is", seen, 0)
	return nil
}
