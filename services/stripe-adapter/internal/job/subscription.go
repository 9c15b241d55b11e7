package job

import (
	"context"
	"slices"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

type subscription = paymentsv1.Subscription

func subscriptions() entity[*subscription, sdk.Subscription] {
	return entity[*subscription, sdk.Subscription]{kind: "subscription", get: (*stripe.Client).Subscription, read: translate.Words.Subscription}
}

// createSubscription is repeated under its key: a second one would be billed too. Past the key's life it is looked for by its mark
// among those of its customer created since.
func createSubscription(as Accounts, c Config) job.Operation[*subscription] {
	return job.Operation[*subscription]{
		Name: "CreateSubscription", Kind: "subscription", Effect: mirror.Creates, Safety: job.Keyed, KeyLife: c.KeyLife, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, x *subscription) (job.Result, error) {
			a, customer, err := as.forCustomer(j, x.GetCustomer())
			if err != nil {
				return job.Result{}, err
			}
			got, err := a.Stripe.CreateSubscription(ctx, key(j), translate.NewSubscription(x, j.Paths, customer, j.ID))
			return made(got, a.Words.Subscription, err)
		},
		Probe: func(ctx context.Context, j *job.Job, x *subscription) (job.Answer, error) {
			a, customer, err := as.forCustomer(j, x.GetCustomer())
			if err != nil {
				return job.Answer{}, err
			}
			q := about(j)
			q.Customer = customer
			return sought[sdk.Subscription]{
				list: a.Stripe.Subscriptions, within: q, event: "customer.subscription.created", get: a.Stripe.Subscription, read: a.Words.Subscription,
			}.find(ctx, a, j)
		},
	}
}

// forCustomer is the job's account, and Stripe's id of the customer that it is for.
func (as Accounts) forCustomer(j *job.Job, name string) (Account, string, error) {
	a, err := as.account(j.Connection)
	if err != nil {
		return a, "", err
	}
	id, err := referred(j, name)
	return a, id, err
}

// updateSubscription is repeated under its key: an item without an id would be added twice.
func updateSubscription(as Accounts, c Config) job.Operation[*subscription] {
	return subscriptions().turns(as, c, turn[*subscription, sdk.Subscription]{
		name: "UpdateSubscription", events: []string{"customer.subscription.updated"},
		call: func(ctx context.Context, a Account, id string, j *job.Job, x *subscription) (stripe.Seen[sdk.Subscription], error) {
			was, _ := j.Confirmed.(*subscription)
			return a.Stripe.UpdateSubscription(ctx, key(j), id, translate.SubscriptionPatch(x, going(j, x, was), was))
		},
	})
}

// going are the paths of an update, but for a trial that is taken away after it was over.
func going(j *job.Job, x, was *subscription) []string {
	if x.GetTrialEndTime() != nil || was.GetTrialEndTime() == nil || was.GetTrialEndTime().AsTime().After(j.CreatedAt) {
		return j.Paths
	}
	return slices.DeleteFunc(slices.Clone(j.Paths), func(p string) bool { return p == "trial_end_time" })
}

// The arguments of CancelSubscription and ResumeSubscription, as the contract calls them.
const (
	ArgAtPeriodEnd = "at_period_end" // "true"
	ArgBillNow     = "bill_now"      // "true"
	ArgProrate     = "prorate"       // "true"
	ArgComment     = "comment"
)

// cancelSubscription is naturally idempotent: what has ended already is a success.
func cancelSubscription(as Accounts, c Config) job.Operation[*subscription] {
	return subscriptions().turns(as, c, turn[*subscription, sdk.Subscription]{
		name: "CancelSubscription",
		call: func(ctx context.Context, a Account, id string, j *job.Job, _ *subscription) (stripe.Seen[sdk.Subscription], error) {
			if j.Arguments[ArgAtPeriodEnd] == "true" {
				return a.Stripe.UpdateSubscription(ctx, key(j), id, translate.Ending(j.Arguments[ArgComment]))
			}
			return a.Stripe.CancelSubscription(ctx, id, translate.Ended(j.Arguments[ArgBillNow] == "true", j.Arguments[ArgProrate] == "true", j.Arguments[ArgComment]))
		},
		reached: func(_ *job.Job, x *sdk.Subscription) bool { return x.Status == sdk.SubscriptionStatusCanceled },
	})
}

// pauseSubscription is naturally idempotent: it says how invoices are not collected.
func pauseSubscription(as Accounts, c Config) job.Operation[*subscription] {
	return subscriptions().changes(as, c, "PauseSubscription", func(ctx context.Context, a Account, id string, j *job.Job, x *subscription) (stripe.Seen[sdk.Subscription], error) {
		return a.Stripe.UpdateSubscription(ctx, key(j), id, translate.Pausing(x.GetPause()))
	})
}

// resumeSubscription looks first at what there is to resume from: what goes on already is a success.
func resumeSubscription(as Accounts, c Config) job.Operation[*subscription] {
	return subscriptions().changes(as, c, "ResumeSubscription", func(ctx context.Context, a Account, id string, j *job.Job, _ *subscription) (stripe.Seen[sdk.Subscription], error) {
		got, err := a.Stripe.Subscription(ctx, id)
		if err == nil && got.Is.Status == sdk.SubscriptionStatusPaused {
			got, err = a.Stripe.ResumeSubscription(ctx, stripe.StepKey(j.ID, j.Turn, "resume"), id)
		}
		if err != nil {
			return got, err
		}
		if p, what := translate.Going(&got.Is); what != "" {
			return a.Stripe.UpdateSubscription(ctx, stripe.StepKey(j.ID, j.Turn, what), id, p)
		}
		return got, nil
	})
}
