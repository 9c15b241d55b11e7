package api

import (
	"context"
	"fmt"
	"slices"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// maxItems is how many items a subscription has at most.
const maxItems = 20

// subscriptionItems checks what is to be billed.
func subscriptionItems(field string, items []*paymentsv1.SubscriptionItem) error {
	if n := len(items); n == 0 || n > maxItems {
		return fault.Field(field, fmt.Sprintf("must hold 1 to %d", maxItems))
	}
	var ids []string
	for n, i := range items {
		at := fmt.Sprintf("%s[%d]", field, n)
		switch {
		case i.GetPrice() == "":
			return fault.Field(at+".price", "is required")
		case i.GetQuantity() < 0:
			return fault.Field(at+".quantity", "must not be negative")
		case i.GetId() != "" && slices.Contains(ids, i.GetId()):
			return fault.Field(at+".id", "is another item's too")
		}
		if err := named("prices")(at+".price", i.GetPrice()); err != nil {
			return err
		}
		if err := text(maxID)(at+".id", i.GetId()); err != nil {
			return err
		}
		ids = append(ids, i.GetId())
	}
	return nil
}

// besides checks that all that a subscription names is of the same connection as itself.
func besides(x *subscription, resource string) error {
	for n, i := range x.GetItems() {
		if err := beside(fmt.Sprintf("subscription.items[%d].price", n), i.GetPrice(), resource); err != nil {
			return err
		}
	}
	return beside("subscription.customer", x.GetCustomer(), resource)
}

// CreateSubscription accepts a new subscription; its first invoice follows.
func (s *Subscriptions) CreateSubscription(ctx context.Context, r *paymentsv1.CreateSubscriptionRequest) (*subscription, error) {
	x := r.GetSubscription()
	if err := besides(x, r.GetParent()); err != nil {
		return nil, err
	}
	if x != nil && x.GetCustomer() == "" {
		return nil, fault.Field("subscription.customer", "is required")
	}
	for n, i := range x.GetItems() {
		if i.GetId() != "" {
			return nil, fault.Field(fmt.Sprintf("subscription.items[%d].id", n), "must be empty: the vendor gives it")
		}
	}
	sent := x.GetCollectionMode() == paymentsv1.CollectionMode_COLLECTION_MODE_SEND
	switch {
	case sent && x.GetDaysUntilDue() == 0:
		return nil, fault.Field("subscription.days_until_due", "is required where invoices are sent")
	case !sent && x.GetDaysUntilDue() != 0:
		return nil, fault.Field("subscription.days_until_due", "is of invoices that are sent")
	}
	return s.subscriptions.Create(ctx, subscriptionWrite{Operation: "CreateSubscription", Check: known(s.customers, x.GetCustomer())}, r, x)
}

// UpdateSubscription accepts a change and queues it.
func (s *Subscriptions) UpdateSubscription(ctx context.Context, r *paymentsv1.UpdateSubscriptionRequest) (*subscription, error) {
	x := r.GetSubscription()
	if err := besides(x, x.GetName()); err != nil {
		return nil, err
	}
	items := chosenBy(r.GetUpdateMask(), map[string]bool{"items": len(x.GetItems()) > 0})("items")
	w := subscriptionWrite{Operation: "UpdateSubscription", Allows: func(shown *subscription) error {
		if err := unended(shown); err != nil || !items {
			return err
		}
		return replaceable(shown, x.GetItems())
	}}
	return s.subscriptions.Update(ctx, w, r, x, r.GetUpdateMask())
}

// replaceable says why items cannot take the place of those that are shown: which go is told by their ids, and those are not known
// while others are on their way.
func replaceable(shown *subscription, items []*paymentsv1.SubscriptionItem) error {
	if slices.ContainsFunc(shown.GetMirror().GetPendingWrites(), func(w *typev1.PendingWrite) bool { return slices.Contains(w.GetPaths(), "items") }) {
		return notNow("ITEMS_PENDING", "other items are on their way: they have no ids yet")
	}
	for n, i := range items {
		if i.GetId() != "" && !slices.ContainsFunc(shown.GetItems(), func(is *paymentsv1.SubscriptionItem) bool { return is.GetId() == i.GetId() }) {
			return fault.Field(fmt.Sprintf("subscription.items[%d].id", n), "is no item of it")
		}
	}
	return nil
}

// unended says why a subscription that has ended cannot be changed.
func unended(shown *subscription) error {
	switch shown.GetState() {
	case paymentsv1.Subscription_STATE_CANCELED, paymentsv1.Subscription_STATE_EXPIRED:
		return notNow("SUBSCRIPTION_ENDED", "the subscription has ended")
	default:
		return nil
	}
}

// CancelSubscription accepts the end of a subscription, at once or with the period that has been paid for.
func (s *Subscriptions) CancelSubscription(ctx context.Context, r *paymentsv1.CancelSubscriptionRequest) (*subscription, error) {
	if err := text(1000)("comment", r.GetComment()); err != nil {
		return nil, err
	}
	w := subscriptionWrite{Operation: "CancelSubscription", Allows: unended, Arguments: map[string]string{}}
	for argument, wanted := range map[string]bool{"at_period_end": r.GetAtPeriodEnd(), "bill_now": r.GetBillNow(), "prorate": r.GetProrate()} {
		if wanted {
			w.Arguments[argument] = "true"
		}
	}
	if r.GetComment() != "" {
		w.Arguments["comment"] = r.GetComment()
	}
	switch {
	case r.GetAtPeriodEnd() && r.GetBillNow():
		return nil, fault.Field("bill_now", "is not of an end with the period")
	case r.GetAtPeriodEnd() && r.GetProrate():
		return nil, fault.Field("prorate", "is not of an end with the period")
	case r.GetAtPeriodEnd():
		w.Patch, w.Paths = &subscription{CancelAtPeriodEnd: true}, []string{"cancel_at_period_end"}
	default:
		w.Patch, w.Paths = &subscription{State: paymentsv1.Subscription_STATE_CANCELED}, []string{"state"}
	}
	return s.subscriptions.Do(ctx, w, r)
}

// PauseSubscription accepts that invoices are not collected for a time.
func (s *Subscriptions) PauseSubscription(ctx context.Context, r *paymentsv1.PauseSubscriptionRequest) (*subscription, error) {
	p := &paymentsv1.Subscription_Pause{Invoices: r.GetPause().GetInvoices(), ResumeTime: r.GetPause().GetResumeTime()}
	if _, known := paymentsv1.Subscription_Invoices_name[int32(p.GetInvoices())]; !known {
		return nil, fault.Field("pause.invoices", "is nothing that becomes of invoices")
	}
	if err := point("pause.resume_time", p.GetResumeTime()); err != nil {
		return nil, err
	}
	if p.GetInvoices() == paymentsv1.Subscription_INVOICES_UNSPECIFIED {
		p.Invoices = paymentsv1.Subscription_INVOICES_KEPT
	}
	return s.subscriptions.Do(ctx, subscriptionWrite{
		Operation: "PauseSubscription", Allows: unended, Patch: &subscription{Pause: p}, Paths: []string{"pause"},
	}, r)
}

// ResumeSubscription accepts that a pause ends, or that a cancellation which has not taken effect is taken back.
func (s *Subscriptions) ResumeSubscription(ctx context.Context, r *paymentsv1.ResumeSubscriptionRequest) (*subscription, error) {
	return s.subscriptions.Do(ctx, subscriptionWrite{
		Operation: "ResumeSubscription", Patch: &subscription{}, Paths: []string{"pause", "cancel_at_period_end", "cancel_time"},
		Allows: func(shown *subscription) error {
			if err := unended(shown); err != nil {
				return err
			}
			if shown.GetPause() == nil && !shown.GetCancelAtPeriodEnd() && shown.GetCancelTime() == nil && shown.GetState() != paymentsv1.Subscription_STATE_PAUSED {
				return notNow("NOTHING_TO_RESUME", "it goes on, as far as is known")
			}
			return nil
		},
	}, r)
}
