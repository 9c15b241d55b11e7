package api

import (
	"fmt"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const maxStatuses = 50

// ticketQuery checks a filter and makes it conditions on the columns of a ticket.
func ticketQuery(f *psav1.TicketFilter) (q mirror.Query, err error) {
	byStanding(&q, f.GetPending(), f.GetRefused())
	return q, first(
		anyState(&q, f.GetStates(), psav1.Ticket_State_name), byStatuses(&q, f.GetStatuses()), byID(&q, "client", f.GetClient()),
		byID(&q, "agent", f.GetAgent()), byMoment(&q, "updated_since", "changed_at >= ?", f.GetUpdatedSince()),
	)
}

func byStatuses(q *mirror.Query, ids []string) error {
	if len(ids) > maxStatuses {
		return fault.Field("filter.statuses", fmt.Sprintf("must hold at most %d", maxStatuses))
	}
	for i, id := range ids {
		if err := number(fmt.Sprintf("filter.statuses[%d]", i), id); err != nil {
			return err
		}
	}
	if len(ids) > 0 {
		q.Where("status = any(?)", ids)
	}
	return nil
}
