package stripe

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"

	"github.com/breakwater-acl/breakwater/deploy/chaos/vendor"
)

// screens are the vendor's own, where people do what the API can do.
type screens struct{ *vendor.Control }

type params map[string]string

func (s screens) do(ctx context.Context, method, path string, with params, out any) error {
	return s.Post(ctx, "/stripe/do", map[string]any{"method": method, "path": path, "params": with}, out)
}

// listed is every object in a list, or those of it that more asks for.
func listed[T interface{ id() string }](ctx context.Context, s screens, path string, more params) (all []T, err error) {
	with := params{"limit": "100"}
	maps.Copy(with, more)
	for {
		var page struct {
			Data    []T  `json:"data"`
			HasMore bool `json:"has_more"`
		}
		if err := s.do(ctx, "GET", path, with, &page); err != nil {
			return nil, err
		}
		if all = append(all, page.Data...); !page.HasMore {
			return all, nil
		}
		with["starting_after"] = all[len(all)-1].id()
	}
}

// Edit changes the same customers as everybody, and gives back parts of the same payments.
func (s *shop) Edit(ctx context.Context, dice *rand.Rand, count int) error {
	text := func(field string) string { return fmt.Sprintf("%s by hand, the %d.", field, count) }
	n := dice.IntN(100)
	if n < 8 {
		return s.screens.do(ctx, "POST", "/v1/customers", params{"name": text("name"), "description": text("description")}, nil)
	}
	if n < 20 {
		_, id, ok := s.Subjects.Known(dice, payment)
		if !ok {
			return nil
		}
		return s.screens.do(ctx, "POST", "/v1/refunds", params{"payment_intent": id, "amount": fmt.Sprint(1 + dice.IntN(scraps))}, nil)
	}
	who, id, ok := s.Subjects.Known(dice, customer)
	switch {
	case !ok:
		return nil
	case n < 22:
		s.Subjects.Drop(who)
		return s.screens.do(ctx, "DELETE", "/v1/customers/"+id, nil, nil)
	case n < 40:
		return s.screens.do(ctx, "POST", "/v1/customers/"+id, params{"description": text("description")}, nil)
	case n < 55:
		return s.screens.do(ctx, "POST", "/v1/customers/"+id, params{"name": text("name"), "email": emails()[dice.IntN(3)]}, nil)
	default:
		return s.screens.do(ctx, "POST", "/v1/customers/"+id, params{"name": text("name")}, nil)
	}
}
