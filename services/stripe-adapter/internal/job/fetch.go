package job

import (
	"context"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// Fetches read entities again, by kind: one call each.
func Fetches(as Accounts) map[string]job.Fetch {
	return map[string]job.Fetch{
		"customer":     fetch(as, (*stripe.Client).Customer, translate.Words.Customer),
		"payment":      fetch(as, (*stripe.Client).Payment, translate.Words.Payment),
		"refund":       fetch(as, (*stripe.Client).Refund, translate.Words.Refund),
		"product":      fetch(as, (*stripe.Client).Product, translate.Words.Product),
		"price":        fetch(as, (*stripe.Client).Price, translate.Words.Price),
		"subscription": fetch(as, (*stripe.Client).Subscription, translate.Words.Subscription),
		"invoice":      fetchInvoice(as),
		"item":         fetchItems(as),
	}
}

// fetch reads one object. That of the other mode, which our key cannot see, is no absence: the client tells them apart.
func fetch[T any](as Accounts, get func(*stripe.Client, context.Context, string) (stripe.Seen[T], error), read func(translate.Words, stripe.Seen[T]) (mirror.Observation, error)) job.Fetch {
	return fetchWith(as, get, read, func(Account, stripe.Seen[T]) []mirror.Observation { return nil })
}

// fetchWith reads one object, and what comes along with it.
func fetchWith[T any](as Accounts, get func(*stripe.Client, context.Context, string) (stripe.Seen[T], error), read func(translate.Words, stripe.Seen[T]) (mirror.Observation, error),
	along func(Account, stripe.Seen[T]) []mirror.Observation,
) job.Fetch {
	return func(ctx context.Context, connection string, ref mirror.Ref) ([]mirror.Observation, error) {
		a, err := as.account(connection)
		if err != nil {
			return nil, err
		}
		s, err := get(a.Stripe, ctx, ref.VendorID)
		switch f := fault.Of(err); {
		case f != nil && f.Kind == fault.NotFound:
			return []mirror.Observation{{Ref: ref, Presence: mirror.Absent}}, nil //nolint:nilerr // absence is what was seen
		case err != nil:
			return nil, err
		}
		o, err := read(a.Words, s)
		if err != nil {
			return nil, err
		}
		return append([]mirror.Observation{o}, along(a, s)...), nil
	}
}
