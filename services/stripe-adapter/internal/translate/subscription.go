package translate

import (
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Subscription is what s tells of its subscription. Where its items came in part only, nothing is said of them. An error of kind
// Drift names a field that Stripe always sent and now does not.
func (w Words) Subscription(s stripe.Seen[sdk.Subscription]) (mirror.Observation, error) {
	x := &s.Is
	o := observed("subscription", s, x.Metadata)
	if err := needs("subscription", s, "cancel_at_period_end", "collection_method", "created", "currency", "customer", "items", "metadata", "status"); err != nil {
		return o, err
	}
	state := &paymentsv1.Subscription{
		State: subscriptionState(x.Status), CurrencyCode: strings.ToUpper(string(x.Currency)), CollectionMode: collectionMode(string(x.CollectionMethod)),
		DaysUntilDue:         int32(x.DaysUntilDue), //nolint:gosec // Stripe has no more than years
		DefaultPaymentMethod: methodOf(x.DefaultPaymentMethod), Description: x.Description, Pause: pause(x.PauseCollection),
		CancelAtPeriodEnd: x.CancelAtPeriodEnd, CancelTime: stamp(cancelAt(x)), CancelRequestTime: stamp(x.CanceledAt), EndTime: stamp(x.EndedAt),
		StartTime: stamp(x.StartDate), TrialStartTime: stamp(x.TrialStart), TrialEndTime: stamp(x.TrialEnd), Metadata: theirs(x.Metadata), CreateTime: stamp(x.Created),
	}
	if x.Customer != nil {
		state.Customer = w.name("customers", x.Customer.ID)
	}
	if x.LatestInvoice != nil {
		state.LatestInvoice = w.name("invoices", x.LatestInvoice.ID)
	}
	o.State, o.Covers = state, mirror.Fields("customer", "state", "currency_code", "collection_mode", "days_until_due", "default_payment_method",
		"description", "pause", "cancel_at_period_end", "cancel_time", "cancel_request_time", "end_time", "start_time", "trial_start_time", "trial_end_time",
		"latest_invoice", "metadata", "create_time")
	if x.Items != nil && !x.Items.HasMore {
		state.Items = w.items(x.Items.Data)
		o.Covers.Paths = append(o.Covers.Paths, "items")
	}
	return o, nil
}

func (w Words) items(theirs []*sdk.SubscriptionItem) []*paymentsv1.SubscriptionItem {
	all := make([]*paymentsv1.SubscriptionItem, 0, len(theirs))
	for _, i := range theirs {
		item := &paymentsv1.SubscriptionItem{
			Id: i.ID, Quantity: i.Quantity, PeriodStartTime: stamp(i.CurrentPeriodStart), PeriodEndTime: stamp(i.CurrentPeriodEnd),
		}
		if i.Price != nil {
			item.Price = w.name("prices", i.Price.ID)
		}
		all = append(all, item)
	}
	return all
}

// cancelAt is when a cancellation takes effect: of one that took effect at once, when it ended.
func cancelAt(x *sdk.Subscription) int64 {
	if x.CancelAt == 0 && x.Status == sdk.SubscriptionStatusCanceled {
		return x.EndedAt
	}
	return x.CancelAt
}

// methodOf is the id of a payment method; empty for none.
func methodOf(m *sdk.PaymentMethod) string {
	if m == nil {
		return ""
	}
	return m.ID
}

func subscriptionState(theirs sdk.SubscriptionStatus) paymentsv1.Subscription_State {
	switch theirs {
	case sdk.SubscriptionStatusIncomplete:
		return paymentsv1.Subscription_STATE_INCOMPLETE
	case sdk.SubscriptionStatusIncompleteExpired:
		return paymentsv1.Subscription_STATE_EXPIRED
	case sdk.SubscriptionStatusTrialing:
		return paymentsv1.Subscription_STATE_TRIALING
	case sdk.SubscriptionStatusActive:
		return paymentsv1.Subscription_STATE_ACTIVE
	case sdk.SubscriptionStatusPastDue:
		return paymentsv1.Subscription_STATE_PAST_DUE
	case sdk.SubscriptionStatusUnpaid:
		return paymentsv1.Subscription_STATE_UNPAID
	case sdk.SubscriptionStatusPaused:
		return paymentsv1.Subscription_STATE_PAUSED
	case sdk.SubscriptionStatusCanceled:
		return paymentsv1.Subscription_STATE_CANCELED
	}
	return paymentsv1.Subscription_STATE_UNSPECIFIED
}

func collectionMode(theirs string) paymentsv1.CollectionMode {
	switch theirs {
	case chargeAutomatically:
		return paymentsv1.CollectionMode_COLLECTION_MODE_AUTOMATIC
	case sendInvoice:
		return paymentsv1.CollectionMode_COLLECTION_MODE_SEND
	}
	return paymentsv1.CollectionMode_COLLECTION_MODE_UNSPECIFIED
}

// How invoices are collected, of subscriptions and of invoices alike.
const (
	chargeAutomatically = "charge_automatically"
	sendInvoice         = "send_invoice"
)

func pause(p *sdk.SubscriptionPauseCollection) *paymentsv1.Subscription_Pause {
	if p == nil {
		return nil
	}
	is := &paymentsv1.Subscription_Pause{ResumeTime: stamp(p.ResumesAt)}
	switch p.Behavior {
	case sdk.SubscriptionPauseCollectionBehaviorKeepAsDraft:
		is.Invoices = paymentsv1.Subscription_INVOICES_KEPT
	case sdk.SubscriptionPauseCollectionBehaviorMarkUncollectible:
		is.Invoices = paymentsv1.Subscription_INVOICES_UNCOLLECTIBLE
	case sdk.SubscriptionPauseCollectionBehaviorVoid:
		is.Invoices = paymentsv1.Subscription_INVOICES_VOID
	}
	return is
}
