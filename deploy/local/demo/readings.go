package demo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// How many reads are measured.
const (
	gets  = 2000
	lists = 200
)

// readings are measured reads, one after the other, from both replicas in turn.
type readings struct {
	get, list latencies
	wrong     []string // answers that were not what was asked for
}

func (s *stage) measure(ctx context.Context) (readings, error) {
	var r readings
	for i := range gets {
		name := s.tickets[i*7919%len(s.tickets)] // all over the table: 7919 is prime
		began := time.Now()
		t, err := s.adapter.get(ctx, name)
		if err != nil {
			return r, err
		}
		r.get = append(r.get, time.Since(began))
		if t.GetName() != name {
			r.wrong = append(r.wrong, fmt.Sprintf("GetTicket %s answered %s", idOf(name), idOf(t.GetName())))
		}
	}
	filters := filters(time.Now())
	for i := range lists {
		f := filters[i%len(filters)]
		began := time.Now()
		page, err := s.adapter.next().tickets.ListTickets(ctx, &psav1.ListTicketsRequest{Parent: s.adapter.parent, Filter: f})
		if err != nil {
			return r, err
		}
		r.list = append(r.list, time.Since(began))
		r.wrong = append(r.wrong, strays(f, page.GetTickets())...)
	}
	return r, nil
}

// filters are what lists are narrowed by, in turn.
func filters(now time.Time) []*psav1.TicketFilter {
	open := []psav1.Ticket_State{psav1.Ticket_STATE_NEW, psav1.Ticket_STATE_IN_PROGRESS}
	fs := []*psav1.TicketFilter{
		{States: open},
		{Statuses: []string{"1", "4"}},
		{UpdatedSince: timestamppb.New(now.Add(-14 * 24 * time.Hour))},
	}
	for client := 2; client <= 9; client++ {
		fs = append(fs, &psav1.TicketFilter{Client: strconv.Itoa(client)}, &psav1.TicketFilter{Client: strconv.Itoa(client), States: open})
	}
	for agent := 3; agent <= 7; agent++ {
		fs = append(fs, &psav1.TicketFilter{Agent: strconv.Itoa(agent)})
	}
	return fs
}

// strays are the tickets that a filter should have kept out; a list of nothing is one too, because each filter has matches.
func strays(f *psav1.TicketFilter, list []*psav1.Ticket) (out []string) {
	if len(list) == 0 {
		return []string{fmt.Sprintf("nothing listed for %v", f)}
	}
	for _, t := range list {
		if !matches(f, t) {
			out = append(out, fmt.Sprintf("ticket %s listed for %v", idOf(t.GetName()), f))
		}
	}
	return out
}

func matches(f *psav1.TicketFilter, t *psav1.Ticket) bool {
	return (len(f.GetStates()) == 0 || slices.Contains(f.GetStates(), t.GetState())) &&
		(len(f.GetStatuses()) == 0 || slices.Contains(f.GetStatuses(), t.GetStatus())) &&
		(f.GetClient() == "" || f.GetClient() == t.GetClient()) &&
		(f.GetAgent() == "" || f.GetAgent() == t.GetAgent()) &&
		(f.GetUpdatedSince() == nil || !t.GetUpdateTime().AsTime().Before(f.GetUpdatedSince().AsTime()))
}
