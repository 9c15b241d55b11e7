package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

const (
	tickets = 5000
	writers = 16
)

// accept measures UpdateTicket against the same row update plus River's InsertTx in one transaction. Nothing is worked off
// meanwhile, on no side: that is work of its own.
func (b *bench) accept(ctx context.Context) ([]report.Section, error) {
	s := report.Section{
		Title: fmt.Sprintf("UpdateTicket accepted by %d clients, against one transaction {update a row of 1 KiB, insert a job}", writers),
		About: []string{
			"The yardsticks are behind the same kind of gRPC handler, in processes of their own; River's job is inserted by InsertTx.",
			"The vendor has asked to wait: no job is worked off meanwhile. The adapter looks all the same whether one may be.",
			fmt.Sprintf("Writes are spread over %d tickets; the adapter's fold in with those before them. Pools of %d connections.", tickets, connections),
		},
		Ours: "adapter",
	}
	err := b.on(ctx, needs{tickets: tickets}, func(ctx context.Context, r *rig) error {
		river, _, err := r.beside(ctx, "River", yardstick.Config{Connections: connections, Jobs: "river", Work: "none"})
		if err != nil {
			return err
		}
		bare, _, err := r.beside(ctx, "bare", yardstick.Config{Connections: connections, Jobs: "bare", Work: "none"})
		if err != nil {
			return err
		}
		if err := r.hold(ctx); err != nil {
			return err
		}
		got, err := r.alternate(ctx, "UpdateTicket", throughput, r.updating(r.adapter), r.updating(river), r.updating(bare))
		s.Results = []report.Result{
			report.Compare("accepted", "River", report.PerSecond, got.compare(1, perSecond), measure.Goal{AtLeast: 2}),
			report.Compare("p99", "River", report.Millis, got.compare(1, millis(0.99)), measure.Goal{}),
			report.Compare("accepted", "a bare job", report.PerSecond, got.compare(2, perSecond), measure.Goal{}),
			report.Compare("p99", "a bare job", report.Millis, got.compare(2, millis(0.99)), measure.Goal{}),
		}
		return err
	})
	return []report.Section{s}, err
}

// updating is a side whose clients change tickets at random.
func (r *rig) updating(at *callers) side {
	return side{at.name, func(ctx context.Context, length time.Duration) (load.Run, error) {
		return load.Closed(ctx, writers, length, func(ctx context.Context, client int) error {
			return r.update(ctx, at, client, r.names[rand.IntN(len(r.names))])
		})
	}}
}

// update changes the summary of a ticket to one that no other write has.
func (r *rig) update(ctx context.Context, at *callers, client int, name string) error {
	request, err := proto.Marshal(&psav1.UpdateTicketRequest{
		Ticket:     &psav1.Ticket{Name: name, Summary: r.summary()},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"summary"}},
	})
	if err != nil {
		return err
	}
	return at.call(ctx, client, psav1.TicketService_UpdateTicket_FullMethodName, request)
}

func (r *rig) summary() string { return fmt.Sprintf("%s %d", marker, r.writes.Add(1)) }

const marker = "Written by the bench"
