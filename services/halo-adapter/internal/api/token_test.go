package api_test

import (
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

func TestAPageTokenBelongsToItsQueryAndCaller(t *testing.T) {
	h := open(t)
	for _, id := range []string{"7", "8", "9"} {
		h.ticket("acme", id, 1, &psav1.Ticket{Summary: id})
	}
	f := func(second int64) *psav1.TicketFilter {
		return &psav1.TicketFilter{UpdatedSince: &timestamppb.Timestamp{Seconds: 1_700_000_000 + second}}
	}
	first, err := h.ListTickets(as(t.Context(), "billing"), &psav1.ListTicketsRequest{Parent: acme, PageSize: 1, Filter: f(0)})
	must(t, err)
	token := first.GetNextPageToken()
	for row, c := range map[string]struct {
		caller string
		r      *psav1.ListTicketsRequest
		ok     bool
	}{
		"the same":                   {"billing", &psav1.ListTicketsRequest{Parent: acme, Filter: f(0)}, true},
		"the same, in another size":  {"billing", &psav1.ListTicketsRequest{Parent: acme, Filter: f(0), PageSize: 2}, true},
		"a filter a second apart":    {"billing", &psav1.ListTicketsRequest{Parent: acme, Filter: f(1)}, false},
		"no filter":                  {"billing", &psav1.ListTicketsRequest{Parent: acme}, false},
		"another caller":             {"support", &psav1.ListTicketsRequest{Parent: acme, Filter: f(0)}, false},
		"a caller that does not say": {"", &psav1.ListTicketsRequest{Parent: acme, Filter: f(0)}, false},
		"another connection":         {"billing", &psav1.ListTicketsRequest{Parent: "connections/other", Filter: f(0)}, false},
	} {
		t.Run(row, func(t *testing.T) {
			c.r.PageToken = token
			_, err := h.ListTickets(as(t.Context(), c.caller), c.r)
			if c.ok {
				must(t, err)
				return
			}
			want(t, err, 3, "INVALID_FIELD", "page_token")
		})
	}
}
