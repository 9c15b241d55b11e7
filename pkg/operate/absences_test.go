package operate_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

func TestAPersonSaysThatWhatASweepMissesIsGone(t *testing.T) {
	h := open(t)
	if _, err := h.DB.Exec(t.Context(), `insert into cursor (connection, kind, withheld) values ('acme', 'ticket', 40)
		on conflict (connection, kind) do update set withheld = 40`); err != nil {
		t.Fatal(err)
	}
	as := metadata.AppendToOutgoingContext(t.Context(), rpc.CallerKey, "ann")
	f, err := h.adapter.BelieveAbsences(as, &adapterv1.BelieveAbsencesRequest{Name: acme, Kind: "ticket", Count: 40, Reason: "a department left"})
	if err != nil {
		t.Fatal(err)
	}
	if f.GetWithheldAbsences() != 40 || f.GetBelievedAbsences() != 40 || f.GetBelievedBy() != "ann" {
		t.Errorf("believed: %v", f)
	}
	var why string
	var until time.Duration
	err = h.DB.QueryRow(t.Context(), `select believe_why, believe_until - now() from cursor where connection = 'acme' and kind = 'ticket'`).Scan(&why, &until)
	if err != nil || why != "a department left" || until < 23*time.Hour || until > 25*time.Hour {
		t.Errorf("kept: %q for %v, %v", why, until, err)
	}
}

func TestWhatAnOperatorAsksWronglyOfAbsences(t *testing.T) {
	h := open(t)
	good := func(change func(*adapterv1.BelieveAbsencesRequest)) *adapterv1.BelieveAbsencesRequest {
		r := &adapterv1.BelieveAbsencesRequest{Name: acme, Kind: "ticket", Count: 1, Reason: "x"}
		change(r)
		return r
	}
	for row, c := range map[string]struct {
		ask   *adapterv1.BelieveAbsencesRequest
		code  codes.Code
		field string
	}{
		"no reason":                           {good(func(r *adapterv1.BelieveAbsencesRequest) { r.Reason = " " }), codes.InvalidArgument, "reason"},
		"no number":                           {good(func(r *adapterv1.BelieveAbsencesRequest) { r.Count = 0 }), codes.InvalidArgument, "count"},
		"no kind":                             {good(func(r *adapterv1.BelieveAbsencesRequest) { r.Kind = "" }), codes.InvalidArgument, "kind"},
		"a kind that is none":                 {good(func(r *adapterv1.BelieveAbsencesRequest) { r.Kind = "unicorn" }), codes.NotFound, ""},
		"a connection that is not configured": {good(func(r *adapterv1.BelieveAbsencesRequest) { r.Name = "connections/nobody" }), codes.NotFound, ""},
		"a time that is over": {good(func(r *adapterv1.BelieveAbsencesRequest) {
			r.UntilTime = timestamppb.New(time.Now().Add(-time.Minute))
		}), codes.InvalidArgument, "until_time"},
		"for ever": {good(func(r *adapterv1.BelieveAbsencesRequest) {
			r.UntilTime = timestamppb.New(time.Now().Add(31 * 24 * time.Hour))
		}), codes.InvalidArgument, "until_time"},
	} {
		t.Run(row, func(t *testing.T) {
			_, err := h.adapter.BelieveAbsences(context.WithoutCancel(t.Context()), c.ask)
			refused(t, err, c.code, c.field)
		})
	}
}
