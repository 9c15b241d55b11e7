package traffic

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Reader looks at all subjects, again and again, now at one replica, now at another.
type Reader struct {
	Name     string
	Cast     cast.Cast
	Subjects *cast.Subjects
	Told     *history.Recorder
	Pace     time.Duration // between two looks
	First    int           // replica

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
			for kind, some := range r.Subjects.Lately() {
				r.look(ctx, n, kind, some)
			}
		}
	}
}

// look reads all of a kind at once; where that fails because one is not there, one by one, to see which. No answer is none.
func (r *Reader) look(ctx context.Context, replica int, kind string, subjects []cast.Subject) {
	if len(subjects) == 0 {
		return
	}
	names := make([]string, len(subjects))
	for i, s := range subjects {
		names[i] = s.Name
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	when := history.Span{From: time.Now()}
	got, err := r.Cast.BatchGet(ctx, replica, kind, names)
	when.To = time.Now()
	switch {
	case err == nil:
		r.Looks, r.Slowest = r.Looks+1, max(r.Slowest, when.To.Sub(when.From))
		for i, v := range got {
			r.saw(subjects[i], when, v)
		}
	case status.Code(err) == codes.NotFound:
		for _, s := range subjects {
			r.lookAt(ctx, replica, s)
		}
	}
}

func (r *Reader) lookAt(ctx context.Context, replica int, s cast.Subject) {
	when := history.Span{From: time.Now()}
	v, err := r.Cast.Get(ctx, replica, s.Kind, s.Name)
	when.To = time.Now()
	switch {
	case err == nil:
		r.saw(s, when, v)
	case status.Code(err) == codes.NotFound:
		r.Told.Saw(r.Name, s.UID, when, history.Seen{Missing: true})
	}
}

func (r *Reader) saw(s cast.Subject, when history.Span, v cast.View) {
	r.Subjects.Learn(s.UID, v.Name)
	r.Told.Saw(r.Name, s.UID, when, history.Seen{Values: v.Values, Pending: v.Pending, Version: v.Version})
}
