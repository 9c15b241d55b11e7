package main

import (
	"strings"
	"sync"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
)

// seats are the names of the prices that examples are of, by connection.
type seats struct{ all sync.Map }

// of lets a vendor be one that has a seat to sell.
func (x *seats) of(s *shop) adaptertest.Vendor {
	v, seat := s.vendor(), s.seat()
	named := v.Named
	v.Named = func(connection string) {
		named(connection)
		x.all.Store(connection, connection+"/prices/"+seat)
	}
	return v
}

// at is the seat of the connection that a name is under.
func (x *seats) at(name string) string {
	parts := strings.SplitN(name, "/", 3)
	seat, _ := x.all.Load(parts[0] + "/" + parts[1])
	is, _ := seat.(string)
	return is
}

// pays reports the customers with a payment method.
func pays(truth proto.Message) bool {
	c, ok := truth.(*paymentsv1.Customer)
	return ok && c.GetDefaultPaymentMethod() != ""
}

func paysNothing(truth proto.Message) bool { return !pays(truth) }

// billed reports the subscriptions in good order, paused or not.
func billed(paused bool) func(proto.Message) bool {
	return func(truth proto.Message) bool {
		x, ok := truth.(*paymentsv1.Subscription)
		return ok && x.GetState() == paymentsv1.Subscription_STATE_ACTIVE && (x.GetPause() != nil) == paused
	}
}

// billing adds subscriptions in every state that an operation asks for.
func (s *shop) billing(entities int) *shop {
	seat := s.seat()
	for range 3 {
		s.payer()
	}
	for range min(entities, 6) {
		s.subscribes(s.payer(), seat)
	}
	for range 2 {
		s.must("POST", "/v1/subscriptions/"+s.subscribes(s.payer(), seat), form("pause_collection[behavior]", "void"), nil)
	}
	return s
}

func productReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: paymentsv1.ProductService_GetProduct_FullMethodName, On: "product", Request: func(on string) proto.Message { return &paymentsv1.GetProductRequest{Name: on} }},
		{Method: paymentsv1.ProductService_BatchGetProducts_FullMethodName, On: "product", Request: func(on string) proto.Message {
			return &paymentsv1.BatchGetProductsRequest{Parent: parentOf(on, "products"), Names: []string{on}}
		}},
		{Method: paymentsv1.ProductService_ListProducts_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.ListProductsRequest{Parent: on} }},
		{Method: paymentsv1.ProductService_WatchProducts_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.WatchProductsRequest{Parent: on} }},
		{Method: paymentsv1.ProductService_GetPrice_FullMethodName, On: "price", Request: func(on string) proto.Message { return &paymentsv1.GetPriceRequest{Name: on} }},
		{Method: paymentsv1.ProductService_BatchGetPrices_FullMethodName, On: "price", Request: func(on string) proto.Message {
			return &paymentsv1.BatchGetPricesRequest{Parent: parentOf(on, "prices"), Names: []string{on}}
		}},
		{Method: paymentsv1.ProductService_ListPrices_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.ListPricesRequest{Parent: on} }},
		{Method: paymentsv1.ProductService_WatchPrices_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.WatchPricesRequest{Parent: on} }},
	}
}

func subscriptionOperations(x *seats) []adaptertest.Operation {
	const kind = "subscription"
	return []adaptertest.Operation{
		{
			Name: "CreateSubscription", Method: paymentsv1.SubscriptionService_CreateSubscription_FullMethodName, On: "customer", Fits: pays, Kind: kind, Op: "create",
			Request: func(on, text string) proto.Message {
				return &paymentsv1.CreateSubscriptionRequest{Parent: parentOf(on, "customers"), RequestId: uuid.NewString(), Subscription: &paymentsv1.Subscription{
					Customer: on, Description: text, Items: []*paymentsv1.SubscriptionItem{{Price: x.at(on), Quantity: 2}},
					CollectionMode: paymentsv1.CollectionMode_COLLECTION_MODE_SEND, DaysUntilDue: 14, // nothing is charged beside it
				}}
			},
			Refused: func(on string) proto.Message {
				return &paymentsv1.CreateSubscriptionRequest{Parent: parentOf(on, "customers"), RequestId: uuid.NewString(), Subscription: &paymentsv1.Subscription{
					Customer: on, Items: []*paymentsv1.SubscriptionItem{{Price: x.at(on) + "-none"}},
				}}
			},
		},
		{
			Name: "UpdateSubscription", Method: paymentsv1.SubscriptionService_UpdateSubscription_FullMethodName, On: kind, Fits: billed(false), Kind: kind, Op: "update",
			Request: func(on, text string) proto.Message {
				return &paymentsv1.UpdateSubscriptionRequest{
					Subscription: &paymentsv1.Subscription{Name: on, Description: text, Metadata: map[string]string{"said": text}}, UpdateMask: mask("description", "metadata"), RequestId: uuid.NewString(),
				}
			},
			Refused: func(on string) proto.Message {
				return &paymentsv1.UpdateSubscriptionRequest{
					Subscription: &paymentsv1.Subscription{Name: on, DefaultPaymentMethod: "pm_of_nobody"}, UpdateMask: mask("default_payment_method"), RequestId: uuid.NewString(),
				}
			},
		},
		{
			Name: "PauseSubscription", Method: paymentsv1.SubscriptionService_PauseSubscription_FullMethodName, On: kind, Fits: billed(false), Kind: kind, Op: "update",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.PauseSubscriptionRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
		{
			Name: "ResumeSubscription", Method: paymentsv1.SubscriptionService_ResumeSubscription_FullMethodName, On: kind, Fits: billed(true), Kind: kind, Op: "update",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.ResumeSubscriptionRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
		{
			Name: "CancelSubscription", Method: paymentsv1.SubscriptionService_CancelSubscription_FullMethodName, On: kind, Fits: billed(false), Kind: kind, Op: "cancel",
			Request: func(on, text string) proto.Message {
				return &paymentsv1.CancelSubscriptionRequest{Name: on, Comment: text, RequestId: uuid.NewString()}
			},
		},
	}
}

func subscriptionReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: paymentsv1.SubscriptionService_GetSubscription_FullMethodName, On: "subscription", Request: func(on string) proto.Message { return &paymentsv1.GetSubscriptionRequest{Name: on} }},
		{Method: paymentsv1.SubscriptionService_BatchGetSubscriptions_FullMethodName, On: "subscription", Request: func(on string) proto.Message {
			return &paymentsv1.BatchGetSubscriptionsRequest{Parent: parentOf(on, "subscriptions"), Names: []string{on}}
		}},
		{Method: paymentsv1.SubscriptionService_ListSubscriptions_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.ListSubscriptionsRequest{Parent: on} }},
		{Method: paymentsv1.SubscriptionService_WatchSubscriptions_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.WatchSubscriptionsRequest{Parent: on} }},
	}
}
