package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"google.golang.org/protobuf/proto"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

// someClients is the load at which reads are compared where one will do.
const someClients = 16

// reads measures GetTicket against a handler that does nothing but select the same bytes, and then both again with the vendor
// cut off.
func (b *bench) reads(ctx context.Context) ([]report.Section, error) {
	s := report.Section{
		Title: fmt.Sprintf("GetTicket, of %d tickets, against a bare gRPC handler that selects the same bytes by key", tickets),
		About: []string{
			fmt.Sprintf("Both are processes of their own with a pool of %d connections to the same database, and read the same row of the same table.", connections),
			"The bare handler does not parse what it returns; the clients decode no answers.",
			fmt.Sprintf("Cut off: nobody can reach the vendor, the breaker is open and writes are queued. Cut off or not: how the ratio at %d clients is to the ratio before.", someClients),
		},
		Ours: "adapter",
	}
	err := b.on(ctx, needs{tickets: tickets}, func(ctx context.Context, r *rig) error {
		bare, _, err := r.beside(ctx, "bare", yardstick.Config{Connections: connections, Jobs: "bare", Work: "none"})
		if err != nil {
			return err
		}
		if err := r.sameAnswers(ctx, bare); err != nil {
			return err
		}
		requests, err := getRequests(r.names)
		if err != nil {
			return err
		}
		return r.readAll(ctx, &s, bare, requests)
	})
	return []report.Section{s}, err
}

func (r *rig) readAll(ctx context.Context, s *report.Section, bare *callers, requests [][]byte) error {
	read := func(what string, clients int) (runs, error) {
		got, err := r.alternate(ctx, "GetTicket, "+what, throughput, getting(r.adapter, clients, requests), getting(bare, clients, requests))
		s.Results = append(s.Results,
			report.Compare(what+", throughput", "bare gRPC", report.PerSecond, got.compare(1, perSecond), measure.Goal{AtLeast: 0.9}),
			report.Compare(what+", p99", "bare gRPC", report.Millis, got.compare(1, millis(0.99)), measure.Goal{AtMost: 1.15}))
		return got, err
	}
	var before runs
	for _, clients := range []int{1, mostClients, someClients} {
		var err error
		if before, err = read(fmt.Sprintf("clients: %d", clients), clients); err != nil {
			return err
		}
	}
	if err := r.cutOff(ctx); err != nil {
		return err
	}
	after, err := read("cut off", someClients)
	if err != nil {
		return err
	}
	ratios := measure.Compare(after.compare(1, perSecond).Ratios, before.compare(1, perSecond).Ratios)
	s.Results = append(s.Results, report.Compare("cut off or not", "the ratio before", report.Ratio, ratios, measure.Goal{AtLeast: 0.9}))
	return nil
}

// getting is a side whose clients get entities at random.
func getting(from *callers, clients int, requests [][]byte) side {
	return side{from.name, func(ctx context.Context, length time.Duration) (load.Run, error) {
		return load.Closed(ctx, clients, length, func(ctx context.Context, client int) error {
			return from.call(ctx, client, psav1.TicketService_GetTicket_FullMethodName, requests[rand.IntN(len(requests))])
		})
	}}
}

func getRequests(names []string) ([][]byte, error) {
	requests := make([][]byte, 0, len(names))
	for _, name := range names {
		b, err := proto.Marshal(&psav1.GetTicketRequest{Name: name})
		if err != nil {
			return nil, err
		}
		requests = append(requests, b)
	}
	return requests, nil
}

// sameAnswers makes sure that both sides return the same ticket, all but the freshness, which only the adapter knows.
func (r *rig) sameAnswers(ctx context.Context, bare *callers) error {
	for _, name := range []string{r.names[0], r.names[len(r.names)/2], r.names[len(r.names)-1]} {
		request := &psav1.GetTicketRequest{Name: name}
		ours, err := r.adapter.tickets.GetTicket(ctx, request)
		if err != nil {
			return fmt.Errorf("adapter: %w", err)
		}
		theirs, err := bare.tickets.GetTicket(ctx, request)
		if err != nil {
			return fmt.Errorf("bare: %w", err)
		}
		ours.GetMirror().SyncTime = nil
		if !proto.Equal(ours, theirs) {
			return fmt.Errorf("the sides do not return the same %s: %v and %v", name, ours, theirs)
		}
	}
	return nil
}

const (
	openLimit  = 90 * time.Second // more than the breaker remembers
	openWrites = 4                // between two looks
)

// cutOff takes the vendor away, and writes until the breaker has opened over it.
func (r *rig) cutOff(ctx context.Context) error {
	if err := r.vendor.misbehave(ctx, map[string]any{"outage": true}); err != nil {
		return err
	}
	began := time.Now()
	err := until(ctx, openLimit, func(ctx context.Context) (bool, string, error) {
		for client := range openWrites {
			if err := r.update(ctx, r.adapter, client, r.names[rand.IntN(len(r.names))]); err != nil {
				return false, "", err
			}
		}
		c, err := r.adapter.status.GetConnection(ctx, &adapterv1.GetConnectionRequest{Name: r.parent})
		state := c.GetGate().GetState()
		return state == adapterv1.Gate_STATE_OPEN, "gate " + state.String(), err
	})
	if err != nil {
		return fmt.Errorf("the breaker did not open: %w", err)
	}
	r.say("  the vendor is away; the breaker opened after %v", time.Since(began).Round(time.Millisecond))
	return nil
}

func throughput(r load.Run) string {
	return fmt.Sprintf("%.0f/s, p99 %.2f ms", r.PerSecond(), r.Millis(0.99))
}
