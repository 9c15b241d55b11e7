package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

// reads measures GetTicket against a handler that does nothing but select the same bytes.
func (r *rig) reads(ctx context.Context) (report.Section, error) {
	s := report.Section{
		Title: fmt.Sprintf("GetTicket, of %d tickets, against a bare gRPC handler that selects the same bytes by key", tickets),
		About: []string{
			fmt.Sprintf("Both are processes of their own with a pool of %d connections to the same database, and read the same row of the same table.", connections),
			"The bare handler does not parse what it returns; the clients decode no answers.",
		},
		Ours: "adapter",
	}
	if err := r.sameAnswers(ctx); err != nil {
		return s, err
	}
	requests, err := r.getRequests()
	if err != nil {
		return s, err
	}
	for _, clients := range []int{1, 16, mostClients} {
		what := fmt.Sprintf("clients: %d", clients)
		got, err := r.alternate(ctx, "GetTicket, "+what, throughput, r.getting(r.adapter, clients, requests), r.getting(r.yardstick, clients, requests))
		if err != nil {
			return s, err
		}
		s.Results = append(s.Results,
			report.Compare(what+", throughput", "bare gRPC", report.PerSecond, got.compare(1, perSecond), measure.Goal{AtLeast: 0.9}),
			report.Compare(what+", p99", "bare gRPC", report.Millis, got.compare(1, millis(0.99)), measure.Goal{AtMost: 1.15}))
	}
	return s, nil
}

// getting is a side whose clients get tickets at random.
func (r *rig) getting(from *callers, clients int, requests [][]byte) side {
	return side{from.name, func(ctx context.Context, length time.Duration) (load.Run, error) {
		return load.Closed(ctx, clients, length, func(ctx context.Context, client int) error {
			return from.call(ctx, client, psav1.TicketService_GetTicket_FullMethodName, requests[rand.IntN(len(requests))])
		})
	}}
}

func (r *rig) getRequests() ([][]byte, error) {
	requests := make([][]byte, 0, len(r.names))
	for _, name := range r.names {
		b, err := proto.Marshal(&psav1.GetTicketRequest{Name: name})
		if err != nil {
			return nil, err
		}
		requests = append(requests, b)
	}
	return requests, nil
}

// sameAnswers makes sure that both sides return the same ticket, all but the freshness, which only the adapter knows.
func (r *rig) sameAnswers(ctx context.Context) error {
	for _, name := range []string{r.names[0], r.names[len(r.names)/2], r.names[len(r.names)-1]} {
		request := &psav1.GetTicketRequest{Name: name}
		ours, err := r.adapter.tickets.GetTicket(ctx, request)
		if err != nil {
			return fmt.Errorf("adapter: %w", err)
		}
		bare, err := r.yardstick.tickets.GetTicket(ctx, request)
		if err != nil {
			return fmt.Errorf("bare: %w", err)
		}
		ours.GetMirror().SyncTime = nil
		if !proto.Equal(ours, bare) {
			return fmt.Errorf("the sides do not return the same %s: %v and %v", name, ours, bare)
		}
	}
	return nil
}

func throughput(r load.Run) string {
	return fmt.Sprintf("%.0f/s, p99 %.2f ms", r.PerSecond(), r.Millis(0.99))
}
