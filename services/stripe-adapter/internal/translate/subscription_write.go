package translate

import (
	"slices"
	"strings"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
)

// NewSubscription is the fields in paths of a new subscription in Stripe's words, with the mark that finds it again. One whose first
// invoice cannot be paid is there all the same, and says so.
func NewSubscription(x *paymentsv1.Subscription, paths []string, customer string, mark uuid.UUID) *sdk.SubscriptionCreateParams {
	u := SubscriptionPatch(x, slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p == "items" }), nil)
	p := &sdk.SubscriptionCreateParams{
		Customer: sdk.String(customer), CollectionMethod: u.CollectionMethod, DaysUntilDue: u.DaysUntilDue, DefaultPaymentMethod: u.DefaultPaymentMethod,
		Description: u.Description, TrialEnd: u.TrialEnd, Metadata: marking(x.GetMetadata(), mark),
		PaymentBehavior: sdk.String("allow_incomplete"),
	}
	if code := x.GetCurrencyCode(); code != "" {
		p.Currency = sdk.String(strings.ToLower(code))
	}
	for _, i := range x.GetItems() {
		p.Items = append(p.Items, &sdk.SubscriptionCreateItemParams{Price: sdk.String(ID(i.GetPrice())), Quantity: quantity(i.GetQuantity())})
	}
	return p
}

// SubscriptionPatch is the fields in paths in Stripe's words; what is empty is cleared there. was is how it was when that was
// asked for: of its items those that are not named go, and the end of a trial that stays as it is is not sent, as Stripe takes none
// that is over.
func SubscriptionPatch(x *paymentsv1.Subscription, paths []string, was *paymentsv1.Subscription) *sdk.SubscriptionUpdateParams {
	p := &sdk.SubscriptionUpdateParams{}
	for _, path := range paths {
		switch path {
		case "items":
			p.Items = theirItems(x.GetItems(), was.GetItems())
		case "collection_mode":
			p.CollectionMethod = theirMode(x.GetCollectionMode())
		case "days_until_due":
			p.DaysUntilDue = quantity(int64(x.GetDaysUntilDue())) // none where nothing is sent
		case "default_payment_method":
			p.DefaultPaymentMethod = sdk.String(x.GetDefaultPaymentMethod())
		case "description":
			p.Description = sdk.String(x.GetDescription())
		case "trial_end_time":
			if !proto.Equal(x.GetTrialEndTime(), was.GetTrialEndTime()) {
				p.TrialEnd = seconds(x.GetTrialEndTime())
				p.TrialEndNow = sdk.Bool(p.TrialEnd == nil)
			}
		case "metadata":
			p.Metadata = x.GetMetadata()
		}
	}
	return p
}

// theirItems are the items of an update of those that were: those with an id change, those without are added, those left out go.
func theirItems(ours, were []*paymentsv1.SubscriptionItem) (all []*sdk.SubscriptionUpdateItemParams) {
	for _, i := range ours {
		item := &sdk.SubscriptionUpdateItemParams{Price: sdk.String(ID(i.GetPrice())), Quantity: quantity(i.GetQuantity())}
		if i.GetId() != "" {
			item.ID = sdk.String(i.GetId())
		}
		if was := itemOf(i.GetId(), were); i.GetQuantity() == 0 && was.GetQuantity() > 0 {
			item.Quantity = sdk.Int64(1)
		}
		all = append(all, item)
	}
	for _, was := range were {
		if itemOf(was.GetId(), ours) == nil {
			all = append(all, &sdk.SubscriptionUpdateItemParams{ID: sdk.String(was.GetId()), Deleted: sdk.Bool(true)})
		}
	}
	return all
}

// itemOf is the item with that id; nil: there is none.
func itemOf(id string, all []*paymentsv1.SubscriptionItem) *paymentsv1.SubscriptionItem {
	if at := slices.IndexFunc(all, func(i *paymentsv1.SubscriptionItem) bool { return id != "" && i.GetId() == id }); at >= 0 {
		return all[at]
	}
	return nil
}

// quantity is how many; nil for none said, which is one, or what usage comes to.
func quantity(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

func theirMode(ours paymentsv1.CollectionMode) *string {
	if ours == paymentsv1.CollectionMode_COLLECTION_MODE_SEND {
		return sdk.String(sendInvoice)
	}
	return sdk.String(chargeAutomatically)
}

func seconds(t *timestamppb.Timestamp) *int64 {
	if t == nil {
		return nil
	}
	return &t.Seconds
}

// Pausing is how collection pauses, in Stripe's words.
func Pausing(p *paymentsv1.Subscription_Pause) *sdk.SubscriptionUpdateParams {
	words := map[paymentsv1.Subscription_Invoices]sdk.SubscriptionPauseCollectionBehavior{
		paymentsv1.Subscription_INVOICES_UNCOLLECTIBLE: sdk.SubscriptionPauseCollectionBehaviorMarkUncollectible,
		paymentsv1.Subscription_INVOICES_VOID:          sdk.SubscriptionPauseCollectionBehaviorVoid,
	}
	how, other := words[p.GetInvoices()]
	if !other {
		how = sdk.SubscriptionPauseCollectionBehaviorKeepAsDraft
	}
	return &sdk.SubscriptionUpdateParams{PauseCollection: &sdk.SubscriptionUpdatePauseCollectionParams{
		Behavior: sdk.String(string(how)), ResumesAt: seconds(p.GetResumeTime()),
	}}
}

// Going takes back what keeps x from being collected or from going on, in Stripe's words; what says what that is, and is empty for
// nothing.
func Going(x *sdk.Subscription) (p *sdk.SubscriptionUpdateParams, what string) {
	p = &sdk.SubscriptionUpdateParams{}
	if x.PauseCollection != nil {
		p.AddUnsetField(sdk.SubscriptionUpdateParamsUnsetFieldPauseCollection)
		what += "-pause"
	}
	switch {
	case x.CancelAtPeriodEnd:
		p.CancelAtPeriodEnd = sdk.Bool(false)
		what += "-period"
	case x.CancelAt != 0 && x.EndedAt == 0:
		p.AddUnsetField(sdk.SubscriptionUpdateParamsUnsetFieldCancelAt)
		what += "-time"
	}
	return p, what
}

// Ending is that a subscription ends with its period, in Stripe's words.
func Ending(comment string) *sdk.SubscriptionUpdateParams {
	p := &sdk.SubscriptionUpdateParams{CancelAtPeriodEnd: sdk.Bool(true)}
	if comment != "" {
		p.CancellationDetails = &sdk.SubscriptionUpdateCancellationDetailsParams{Comment: sdk.String(comment)}
	}
	return p
}

// Ended is that a subscription ends at once, in Stripe's words.
func Ended(billNow, prorate bool, comment string) *sdk.SubscriptionCancelParams {
	p := &sdk.SubscriptionCancelParams{InvoiceNow: sdk.Bool(billNow), Prorate: sdk.Bool(prorate)}
	if comment != "" {
		p.CancellationDetails = &sdk.SubscriptionCancelCancellationDetailsParams{Comment: sdk.String(comment)}
	}
	return p
}
