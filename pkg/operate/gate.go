package operate

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// Hand opens and closes gates by hand; *gate.Keeper does.
type Hand interface {
	Force(ctx context.Context, key gate.Key, by, reason string, until time.Time) (gate.Status, error)
	Release(ctx context.Context, key gate.Key, by, reason string) (gate.Status, error)
}

// OpenGate opens a gate's breaker by hand.
func (s *adapterService) OpenGate(ctx context.Context, r *adapterv1.OpenGateRequest) (*adapterv1.Gate, error) {
	key, err := s.gateKey(r)
	if err != nil {
		return nil, err
	}
	var until time.Time
	if r.GetUntilTime() != nil {
		if until = r.GetUntilTime().AsTime(); r.GetUntilTime().CheckValid() != nil || !until.After(time.Now()) {
			return nil, fault.Field("until_time", "expects a time in the future, or none")
		}
	}
	is, err := s.Gate.Force(ctx, key, rpc.Caller(ctx), r.GetReason(), until)
	if err != nil {
		return nil, err
	}
	return shown([]gate.Status{is}, s.Connections[key.Connection].Budget), nil
}

// CloseGate closes a gate's breaker by hand.
func (s *adapterService) CloseGate(ctx context.Context, r *adapterv1.CloseGateRequest) (*adapterv1.Gate, error) {
	key, err := s.gateKey(r)
	if err != nil {
		return nil, err
	}
	is, err := s.Gate.Release(ctx, key, rpc.Caller(ctx), r.GetReason())
	if err != nil {
		return nil, err
	}
	return shown([]gate.Status{is}, s.Connections[key.Connection].Budget), nil
}

const (
	maxGateReason = 500
	maxBudgetKey  = 200
)

// gateKey is the gate that a request names, if it says why.
func (s *server) gateKey(r interface {
	GetName() string
	GetBudgetKey() string
	GetReason() string
},
) (gate.Key, error) {
	id, err := s.connection("name", r.GetName())
	if err != nil {
		return gate.Key{}, err
	}
	if err := rpc.Text("budget_key", r.GetBudgetKey(), 0, maxBudgetKey); err != nil {
		return gate.Key{}, err
	}
	return gate.Key{Connection: id, Name: r.GetBudgetKey()}, rpc.Text("reason", strings.TrimSpace(r.GetReason()), 1, maxGateReason)
}

// gates tells of each connection whether its vendor may be called.
func (s *server) gates(ctx context.Context, byID map[string]*adapterv1.Connection) error {
	ids := make([]string, 0, len(byID))
	for id := range byID {
		ids = append(ids, id)
	}
	rows, err := gate.List(ctx, s.DB, ids)
	if err != nil {
		return err
	}
	keys := map[string][]gate.Status{}
	for _, g := range rows {
		keys[g.Connection] = append(keys[g.Connection], g)
	}
	for id, c := range byID {
		c.Gate = shown(keys[id], s.Connections[id].Budget)
	}
	return nil
}

var gateStates = map[breaker.State]adapterv1.Gate_State{ //nolint:gochecknoglobals // a constant table
	breaker.Closed: adapterv1.Gate_STATE_CLOSED, breaker.Open: adapterv1.Gate_STATE_OPEN,
	breaker.HalfOpen: adapterv1.Gate_STATE_HALF_OPEN, breaker.Stopped: adapterv1.Gate_STATE_STOPPED,
	breaker.Forced: adapterv1.Gate_STATE_FORCED,
}

// severity orders states: of several budget keys, the worst is shown.
var severity = map[breaker.State]int{ //nolint:gochecknoglobals // a constant table
	breaker.HalfOpen: 1, breaker.Open: 2, breaker.Stopped: 3, breaker.Forced: 4,
}

// shown is the gate of a connection with these keys: the worst state and the fewest calls of any. Without a key nobody
// has called yet: everything is open and the budget untouched.
func shown(keys []gate.Status, t budget.Terms) *adapterv1.Gate {
	g := &adapterv1.Gate{
		State: adapterv1.Gate_STATE_CLOSED, AvailableCalls: calls(&budget.Account{}, t, time.Now()), LearnedPart: 1,
		Allowances: allowances(&budget.Account{}, t, time.Now()),
	}
	if len(keys) == 0 {
		return g
	}
	worst := slices.MaxFunc(keys, func(a, b gate.Status) int { return severity[a.State] - severity[b.State] })
	g.State, g.ChangeTime, g.ChangedBy, g.BudgetKey = gateStates[worst.State], timestamppb.New(worst.ChangedAt), worst.By, worst.Name
	if worst.State != breaker.Closed {
		g.Reason = worst.Reason
		if !worst.RetryAt.IsZero() {
			g.RetryTime = timestamppb.New(worst.RetryAt)
		}
	}
	for _, k := range keys {
		g.AvailableCalls = min(g.AvailableCalls, available(k, t))
		g.LearnedPart = min(g.LearnedPart, k.Budget.Learned.Factor(k.Now))
		g.Allowances = most(g.GetAllowances(), allowances(&k.Budget, t, k.Now))
		if k.HoldUntil.After(k.Now) && k.HoldUntil.After(g.GetHoldTime().AsTime()) {
			g.HoldTime = timestamppb.New(k.HoldUntil)
		}
	}
	return g
}

// available is how many calls could be made right now: none while the gate is shut or the vendor asked to wait.
func available(k gate.Status, t budget.Terms) int32 {
	if k.State != breaker.Closed || k.HoldUntil.After(k.Now) {
		return 0
	}
	return calls(&k.Budget, t, k.Now)
}

// calls is how many writes an account allows at once; the largest number there is without a limit.
func calls(a *budget.Account, t budget.Terms, now time.Time) int32 {
	return int32(min(a.Available(t, budget.Write, now), math.MaxInt32)) //nolint:gosec // bounded
}

// allowances are how much is used of the limits that may run low.
func allowances(a *budget.Account, t budget.Terms, now time.Time) []*adapterv1.Gate_Allowance {
	var all []*adapterv1.Gate_Allowance
	for _, u := range a.Usages(t, now) {
		all = append(all, &adapterv1.Gate_Allowance{
			Window: durationpb.New(u.Limit.Window), ReadsOnly: u.Limit.Reads, UsedCalls: int64(u.Used), AllowedCalls: int64(u.Limit.Ours()), Low: u.Low,
		})
	}
	return all
}

// most is of each limit the one of two keys that has used more of it; both have all limits.
func most(one, other []*adapterv1.Gate_Allowance) []*adapterv1.Gate_Allowance {
	for i, a := range other {
		low := one[i].GetLow() || a.GetLow()
		if a.GetUsedCalls() > one[i].GetUsedCalls() {
			one[i] = a
		}
		one[i].Low = low
	}
	return one
}

func sorted(all []*adapterv1.Freshness) []*adapterv1.Freshness {
	slices.SortFunc(all, func(a, b *adapterv1.Freshness) int { return strings.Compare(a.GetKind(), b.GetKind()) })
	return all
}
