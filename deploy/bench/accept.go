package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

const (
	writers     = 16
	written     = 2000             // tickets that writes are spread over: no lane comes near the most that may be pending
	openLimit   = 90 * time.Second // more than the breaker remembers
	openClients = 4
)

// accept measures UpdateTicket against the bare transaction. The vendor is away and the breaker open, so that on no side
// somebody works off meanwhile what was accepted: that is work of its own, which the bare transaction does not have.
func (r *rig) accept(ctx context.Context) (report.Section, error) {
	s := report.Section{
		Title: fmt.Sprintf("UpdateTicket accepted by %d clients, against the bare transaction {update a row of 1 KiB, insert a job}", writers),
		About: []string{
			"The vendor is unreachable and the breaker open: no job is worked off meanwhile, on no side.",
			fmt.Sprintf("Writes are spread over %d tickets; the adapter's wait, and each folds in with those before it. Pools of %d connections.", written, connections),
		},
		Ours: "adapter",
	}
	if err := r.outage(ctx); err != nil {
		return s, err
	}
	got, err := r.alternate(ctx, "UpdateTicket", throughput, r.updating(r.adapter), r.updating(r.yardstick), r.writing())
	if err != nil {
		return s, err
	}
	for i, against := range []string{"behind bare gRPC", "pgx directly"} {
		s.Results = append(s.Results,
			report.Compare("accepted", against, report.PerSecond, got.compare(i+1, perSecond), measure.Goal{}),
			report.Compare("p99", against, report.Millis, got.compare(i+1, millis(0.99)), measure.Goal{}))
	}
	return s, nil
}

// outage takes the vendor away, and writes until the breaker has opened over it.
func (r *rig) outage(ctx context.Context) error {
	if err := r.vendor.misbehave(ctx, map[string]any{"outage": true}); err != nil {
		return err
	}
	began := time.Now()
	err := until(ctx, openLimit, func(ctx context.Context) (bool, string, error) {
		for client := range openClients {
			if err := r.update(ctx, r.adapter, client); err != nil {
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

// updating is a side whose clients change tickets at random.
func (r *rig) updating(at *callers) side {
	return side{at.name, func(ctx context.Context, length time.Duration) (load.Run, error) {
		return load.Closed(ctx, writers, length, func(ctx context.Context, client int) error { return r.update(ctx, at, client) })
	}}
}

// writing is the side of the bare transaction without any gRPC.
func (r *rig) writing() side {
	return side{"pgx", func(ctx context.Context, length time.Duration) (load.Run, error) {
		return load.Closed(ctx, writers, length, func(ctx context.Context, _ int) error { return r.write(ctx) })
	}}
}

// update changes the summary of a ticket at random to one that no other write has.
func (r *rig) update(ctx context.Context, at *callers, client int) error {
	request, err := proto.Marshal(&psav1.UpdateTicketRequest{
		Ticket:     &psav1.Ticket{Name: r.anyWritten(), Summary: r.summary()},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"summary"}},
	})
	if err != nil {
		return err
	}
	return at.call(ctx, client, psav1.TicketService_UpdateTicket_FullMethodName, request)
}

// write does the bare transaction from here.
func (r *rig) write(ctx context.Context) error {
	connection, id, _ := strings.Cut(strings.TrimPrefix(r.anyWritten(), "connections/"), "/tickets/")
	_, err := yardstick.Write(ctx, r.db, connection, id, r.summary())
	return err
}

func (r *rig) anyWritten() string { return r.names[rand.IntN(written)] }

func (r *rig) summary() string { return fmt.Sprintf("%s %d", marker, r.writes.Add(1)) }

const marker = "Written by the bench"
