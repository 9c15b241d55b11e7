package api

import (
	"fmt"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const (
	maxStates   = 10
	maxStatuses = 50
)

// ticketQuery checks a filter and makes it conditions on the columns of a ticket.
func ticketQuery(f *psav1.TicketFilter) (q mirror.Query, err error) {
	for _, narrow := range []func(*psav1.TicketFilter, *mirror.Query) error{byStates, byStatuses, byIDs, byTime} {
		if err := narrow(f, &q); err != nil {
			return q, err
		}
	}
	byStanding(&q, f.GetPending(), f.GetRefused())
	return q, nil
}

func byStates(f *psav1.TicketFilter, q *mirror.Query) error {
	if len(f.GetStates()) > maxStates {
		return fault.Field("filter.states", fmt.Sprintf("must hold at most %d", maxStates))
	}
	wanted := make([]int16, 0, len(f.GetStates()))
	for i, state := range f.GetStates() {
		if _, known := psav1.Ticket_State_name[int32(state)]; !known {
			return fault.Field(fmt.Sprintf("filter.states[%d]", i), "is no state of a ticket")
		}
		wanted = append(wanted, int16(state)) //nolint:gosec // a known one
	}
	if len(wanted) > 0 {
		q.Where("state = any(?)", wanted)
	}
	return nil
}

func byStatuses(f *psav1.TicketFilter, q *mirror.Query) error {
	if len(f.GetStatuses()) > maxStatuses {
		return fault.Field("filter.statuses", fmt.Sprintf("must hold at most %d", maxStatuses))
	}
	for i, id := range f.GetStatuses() {
		if err := number(fmt.Sprintf("filter.statuses[%d]", i), id); err != nil {
			return err
		}
	}
	if len(f.GetStatuses()) > 0 {
		q.Where("status = any(?)", f.GetStatuses())
	}
	return nil
}

func byIDs(f *psav1.TicketFilter, q *mirror.Query) error {
	for _, by := range []struct{ column, id string }{{"client", f.GetClient()}, {"agent", f.GetAgent()}} {
		if by.id == "" {
			continue
		}
		if err := number("filter."+by.column, by.id); err != nil {
			return err
		}
		q.Where(by.column+" = ?", by.id)
	}
	return nil
}

func byTime(f *psav1.TicketFilter, q *mirror.Query) error {
	since := f.GetUpdatedSince()
	if since == nil {
		return nil
	}
	if since.CheckValid() != nil {
		return fault.Field("filter.updated_since", "must be a time between the years 1 and 9999")
	}
	q.Where("changed_at >= ?", since.AsTime())
	return nil
}
