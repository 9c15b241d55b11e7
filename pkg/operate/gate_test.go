package operate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

const acme = "connections/acme"

func TestAGateIsOpenedAndClosedByHand(t *testing.T) {
	h := open(t)
	as := func(who string) context.Context {
		return metadata.AppendToOutgoingContext(t.Context(), rpc.CallerKey, who)
	}
	until := timestamppb.New(time.Now().Add(time.Hour).Truncate(time.Microsecond))
	if _, err := h.adapter.OpenGate(as("ann"), &adapterv1.OpenGateRequest{Name: acme, Reason: "works", UntilTime: until}); err != nil {
		t.Fatal(err)
	}
	gate := func() *adapterv1.Gate {
		c, err := h.adapter.GetConnection(t.Context(), &adapterv1.GetConnectionRequest{Name: acme})
		if err != nil {
			t.Fatal(err)
		}
		return c.GetGate()
	}
	g := gate()
	if g.GetState() != adapterv1.Gate_STATE_FORCED || g.GetChangedBy() != "ann" || g.GetReason() != "works" ||
		!g.GetRetryTime().AsTime().Equal(until.AsTime()) || g.GetAvailableCalls() != 0 {
		t.Errorf("opened: %v", g)
	}
	if _, err := h.adapter.CloseGate(as("bob"), &adapterv1.CloseGateRequest{Name: acme, Reason: "done"}); err != nil {
		t.Fatal(err)
	}
	g = gate()
	if g.GetState() != adapterv1.Gate_STATE_CLOSED || g.GetChangedBy() != "bob" || g.GetReason() != "" || g.GetAvailableCalls() != 10 || g.GetLearnedPart() != 1 {
		t.Errorf("closed: %v", g)
	}
}

// What is used of a month's reads is shown before anybody has called, and of several keys that of the one which has used the most.
func TestWhatIsUsedOfAnAllowanceIsShown(t *testing.T) {
	h := open(t)
	shown := func() string {
		c, err := h.adapter.GetConnection(t.Context(), &adapterv1.GetConnectionRequest{Name: acme})
		if err != nil || len(c.GetGate().GetAllowances()) != 1 {
			t.Fatal(c, err)
		}
		a := c.GetGate().GetAllowances()[0]
		return fmt.Sprintf("%d of %d in %v, reads %v, low %v", a.GetUsedCalls(), a.GetAllowedCalls(), a.GetWindow().AsDuration(), a.GetReadsOnly(), a.GetLow())
	}
	if got := shown(); got != "0 of 9000 in 720h0m0s, reads true, low false" {
		t.Error(got)
	}
	for key, n := range map[string]int{"": 6400, "mailbox": 20} {
		a := &budget.Account{}
		a.Take(budget.Terms{Limits: []budget.Limit{allowance}}, budget.Fetch, n, time.Now())
		h.exec(t, `insert into gate (connection, key, budget) values ('acme', $1, $2)`, key, a)
	}
	if got := shown(); got != "6400 of 9000 in 720h0m0s, reads true, low true" {
		t.Error(got)
	}
}

func TestWhatAnOperatorAsksWronglyOfGates(t *testing.T) {
	h := open(t)
	for row, c := range map[string]struct {
		open  *adapterv1.OpenGateRequest
		code  codes.Code
		field string
	}{
		"no reason":                           {&adapterv1.OpenGateRequest{Name: acme, Reason: " "}, codes.InvalidArgument, "reason"},
		"a novel":                             {&adapterv1.OpenGateRequest{Name: acme, Reason: strings.Repeat("x", 501)}, codes.InvalidArgument, "reason"},
		"a key that is none":                  {&adapterv1.OpenGateRequest{Name: acme, Reason: "x", BudgetKey: strings.Repeat("x", 201)}, codes.InvalidArgument, "budget_key"},
		"a time that is over":                 {&adapterv1.OpenGateRequest{Name: acme, Reason: "x", UntilTime: timestamppb.New(time.Now())}, codes.InvalidArgument, "until_time"},
		"a connection that is not configured": {&adapterv1.OpenGateRequest{Name: "connections/nobody", Reason: "x"}, codes.NotFound, ""},
		"a name that is none":                 {&adapterv1.OpenGateRequest{Name: "acme", Reason: "x"}, codes.InvalidArgument, "name"},
	} {
		t.Run(row, func(t *testing.T) {
			_, err := h.adapter.OpenGate(t.Context(), c.open)
			refused(t, err, c.code, c.field)
			if c.field == "until_time" {
				return
			}
			_, err = h.adapter.CloseGate(t.Context(), &adapterv1.CloseGateRequest{Name: c.open.GetName(), Reason: c.open.GetReason(), BudgetKey: c.open.GetBudgetKey()})
			refused(t, err, c.code, c.field)
		})
	}
}
