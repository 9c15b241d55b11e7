package operate

import (
	"context"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
)

// gates tells of each connection whether its vendor may be called.
func (s *server) gates(ctx context.Context, byID map[string]*adapterv1.Connection) error {
	rows, err := gate.List(ctx, s.DB)
	if err != nil {
		return err
	}
	keys := map[string][]gate.Status{}
	for _, g := range rows {
		keys[g.Connection] = append(keys[g.Connection], g)
	}
	for id, c := range byID {
		c.Gate = shown(keys[id], s.Connections[id].Limit)
	}
	return nil
}

var gateStates = map[breaker.State]adapterv1.Gate_State{ //nolint:gochecknoglobals // a constant table
	breaker.Closed: adapterv1.Gate_STATE_CLOSED, breaker.Open: adapterv1.Gate_STATE_OPEN,
	breaker.HalfOpen: adapterv1.Gate_STATE_HALF_OPEN, breaker.Stopped: adapterv1.Gate_STATE_STOPPED,
}

// severity orders states: of several budget keys, the worst is shown.
var severity = map[breaker.State]int{ //nolint:gochecknoglobals // a constant table
	breaker.HalfOpen: 1, breaker.Open: 2, breaker.Stopped: 3,
}

// shown is the gate of a connection with these keys: the worst state and the fewest calls of any. Without a key nobody
// has called yet: everything is open and the budget untouched.
func shown(keys []gate.Status, l budget.Limit) *adapterv1.Gate {
	g := &adapterv1.Gate{State: adapterv1.Gate_STATE_CLOSED, AvailableCalls: calls(budget.Bucket{Level: l.Size()}, l)}
	if len(keys) == 0 {
		return g
	}
	worst := slices.MaxFunc(keys, func(a, b gate.Status) int { return severity[a.State] - severity[b.State] })
	g.State, g.ChangeTime = gateStates[worst.State], timestamppb.New(worst.ChangedAt)
	if worst.State != breaker.Closed {
		g.Reason = worst.Reason
	}
	for _, k := range keys {
		g.AvailableCalls = min(g.AvailableCalls, available(k, l))
		if k.HoldUntil.After(k.Now) && k.HoldUntil.After(g.GetHoldTime().AsTime()) {
			g.HoldTime = timestamppb.New(k.HoldUntil)
		}
	}
	return g
}

// available is how many calls could be made right now: none while the gate is closed or the vendor asked to wait.
func available(k gate.Status, l budget.Limit) int32 {
	if k.State != breaker.Closed || k.HoldUntil.After(k.Now) {
		return 0
	}
	return calls(k.Bucket.Refill(l, k.Now), l)
}

// calls is a bucket's whole calls; the largest number there is without a limit.
func calls(b budget.Bucket, l budget.Limit) int32 {
	if l.Unlimited() {
		return math.MaxInt32
	}
	return int32(math.Max(0, math.Min(math.Floor(b.Level), math.MaxInt32)))
}

func sorted(all []*adapterv1.Freshness) []*adapterv1.Freshness {
	slices.SortFunc(all, func(a, b *adapterv1.Freshness) int { return strings.Compare(a.GetKind(), b.GetKind()) })
	return all
}
