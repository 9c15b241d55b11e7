package operate

import (
	"context"
	"strings"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

const (
	maxKind    = 100
	believeFor = 24 * time.Hour
	maxBelieve = 30 * 24 * time.Hour
)

// BelieveAbsences lets a sweep take for gone what a person says is gone.
func (s *adapterService) BelieveAbsences(ctx context.Context, r *adapterv1.BelieveAbsencesRequest) (*adapterv1.Freshness, error) {
	id, err := s.connection("name", r.GetName())
	if err != nil {
		return nil, err
	}
	if err := rpc.Text("kind", r.GetKind(), 1, maxKind); err != nil {
		return nil, err
	}
	if err := rpc.Text("reason", strings.TrimSpace(r.GetReason()), 1, maxGateReason); err != nil {
		return nil, err
	}
	if r.GetCount() <= 0 {
		return nil, fault.Field("count", "expects how many may be gone, 1 or more")
	}
	last := believeFor
	if r.GetUntilTime() != nil {
		last = time.Until(r.GetUntilTime().AsTime())
		if r.GetUntilTime().CheckValid() != nil || last <= 0 || last > maxBelieve {
			return nil, fault.Field("until_time", "expects a time within the next 30 days, or none")
		}
	}
	if err := sweep.Believe(ctx, s.DB, id, r.GetKind(), r.GetCount(), last, rpc.Caller(ctx), r.GetReason()); err != nil {
		return nil, err
	}
	all, err := s.connections(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return freshnessOf(all[0], r.GetKind()), nil
}
