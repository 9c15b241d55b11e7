package api

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/resource"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

// Subscriptions is the SubscriptionService.
type Subscriptions struct {
	paymentsv1.UnimplementedSubscriptionServiceServer

	subscriptions *resource.Server[*paymentsv1.Subscription]
	customers     *resource.Server[*paymentsv1.Customer]
}

// NewSubscriptions serves the subscriptions.
func NewSubscriptions(c resource.Config) *Subscriptions {
	return &Subscriptions{customers: customers(c), subscriptions: resource.New(c, resource.Kind[*subscription]{
		Name: "subscription", Collections: []string{"subscriptions"}, Fields: subscriptionFields(),
	})}
}

type (
	subscription      = paymentsv1.Subscription
	subscriptionWrite = resource.Write[*subscription]
)

func subscriptionFields() []resource.Field[*subscription] {
	return []resource.Field[*subscription]{
		{
			Path: "customer", Check: resource.Checked((*subscription).GetCustomer, named("customers")), Born: true, Required: true,
			Refers: resource.Refers[*subscription]{Kind: "customer", ID: func(x *subscription) string { return last(x.GetCustomer()) }},
		},
		{Path: "items", Check: resource.Checked((*subscription).GetItems, subscriptionItems), Required: true},
		{Path: "currency_code", Check: resource.Checked((*subscription).GetCurrencyCode, store.CheckCurrency), Born: true},
		{Path: "collection_mode", Check: resource.Checked((*subscription).GetCollectionMode, collectionMode)},
		{Path: "days_until_due", Check: resource.Checked((*subscription).GetDaysUntilDue, daysUntilDue)},
		{Path: "default_payment_method", Check: resource.Checked((*subscription).GetDefaultPaymentMethod, text(maxID))},
		{Path: "description", Check: resource.Checked((*subscription).GetDescription, text(500))},
		{Path: "trial_end_time", Check: resource.Checked((*subscription).GetTrialEndTime, point)},
		{Path: "metadata", Check: resource.Checked((*subscription).GetMetadata, metadata)},
	}
}

func collectionMode(field string, m paymentsv1.CollectionMode) error {
	if _, known := paymentsv1.CollectionMode_name[int32(m)]; !known {
		return fault.Field(field, "is no collection mode")
	}
	return nil
}

// maxDays is more than anybody waits to be paid.
const maxDays = 3650

func daysUntilDue(field string, days int32) error {
	if days < 0 || days > maxDays {
		return fault.Field(field, "must be a number of days")
	}
	return nil
}

// point checks a point in time; absent is none.
func point(field string, at *timestamppb.Timestamp) error {
	if at != nil && at.CheckValid() != nil {
		return fault.Field(field, "must be a time between the years 1 and 9999")
	}
	return nil
}

// GetSubscription returns one subscription, canceled or not.
func (s *Subscriptions) GetSubscription(ctx context.Context, r *paymentsv1.GetSubscriptionRequest) (*subscription, error) {
	return s.subscriptions.Get(ctx, r.GetName())
}

// BatchGetSubscriptions returns several subscriptions of one connection, in the order of the names.
func (s *Subscriptions) BatchGetSubscriptions(ctx context.Context, r *paymentsv1.BatchGetSubscriptionsRequest) (*paymentsv1.BatchGetSubscriptionsResponse, error) {
	found, err := s.subscriptions.BatchGet(ctx, r)
	return &paymentsv1.BatchGetSubscriptionsResponse{Subscriptions: found}, err
}

// ListSubscriptions returns a page of the subscriptions of one connection, newest first, canceled ones among them.
func (s *Subscriptions) ListSubscriptions(ctx context.Context, r *paymentsv1.ListSubscriptionsRequest) (*paymentsv1.ListSubscriptionsResponse, error) {
	f := r.GetFilter()
	q, err := standing(f, f.GetStates(), "customer", "customers", f.GetCustomer(), r.GetParent())
	if err != nil {
		return nil, err
	}
	page, next, err := s.subscriptions.List(ctx, r, q)
	return &paymentsv1.ListSubscriptionsResponse{Subscriptions: page, NextPageToken: next}, err
}

// WatchSubscriptions streams every visible change of one connection's subscriptions.
func (s *Subscriptions) WatchSubscriptions(r *paymentsv1.WatchSubscriptionsRequest, to grpc.ServerStreamingServer[paymentsv1.WatchSubscriptionsResponse]) error {
	return resource.Watch(s.subscriptions, r, to, func(c resource.Change[*subscription]) *paymentsv1.WatchSubscriptionsResponse {
		return &paymentsv1.WatchSubscriptionsResponse{Subscription: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}
