package traffic

import (
	"context"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Reader looks at all tickets, again and again, now at one replica, now at another.
type Reader struct {
	Name    string
	Callers *Callers
	Tickets *Tickets
	Told    *history.Recorder
	Pace    time.Duration // between two looks
	First   int           // replica

	Slowest time.Duration // of the looks that were answered; to be read after Run
	Looks   int
}

// Run reads until ctx ends.
func (r *Reader) Run(ctx context.Context) error {
	tick := time.NewTicker(r.Pace)
	defer tick.Stop()
	for n := r.First; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			r.look(ctx, n)
		}
	}
}

// look reads all tickets at once; where that fails because one is not there, one by one, to see which. No answer is none.
func (r *Reader) look(ctx context.Context, replica int) {
	subjects := r.Tickets.lately()
	if len(subjects) == 0 {
		return
	}
	names := make([]string, len(subjects))
	for i, s := range subjects {
		names[i] = s.name
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	when := history.Span{From: time.Now()}
	got, err := r.Callers.Replica(replica).BatchGetTickets(ctx, &psav1.BatchGetTicketsRequest{Parent: r.Callers.Parent, Names: names})
	when.To = time.Now()
	switch {
	case err == nil:
		r.Looks, r.Slowest = r.Looks+1, max(r.Slowest, when.To.Sub(when.From))
		for i, t := range got.GetTickets() {
			r.saw(subjects[i], when, t)
		}
	case status.Code(err) == codes.NotFound:
		for _, s := range subjects {
			r.lookAt(ctx, replica, s)
		}
	}
}

func (r *Reader) lookAt(ctx context.Context, replica int, s subject) {
	when := history.Span{From: time.Now()}
	t, err := r.Callers.Replica(replica).GetTicket(ctx, &psav1.GetTicketRequest{Name: s.name})
	when.To = time.Now()
	switch {
	case err == nil:
		r.saw(s, when, t)
	case status.Code(err) == codes.NotFound:
		r.Told.Saw(r.Name, s.uid, when, history.Seen{Missing: true})
	}
}

func (r *Reader) saw(s subject, when history.Span, t *psav1.Ticket) {
	r.Tickets.learn(s.uid, t.GetName())
	seen := history.Seen{Values: map[string]string{"summary": t.GetSummary(), "details": t.GetDetails()}, Version: t.GetMirror().GetVersion()}
	for _, p := range t.GetMirror().GetPendingWrites() {
		seen.Pending = append(seen.Pending, JobID(p.GetJob()))
	}
	r.Told.Saw(r.Name, s.uid, when, seen)
}

// JobID is the job's id in its name; zero where it has none.
func JobID(job string) uuid.UUID {
	id, err := uuid.Parse(job[max(len(job)-36, 0):])
	if err != nil {
		return uuid.Nil
	}
	return id
}
