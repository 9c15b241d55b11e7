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
	for range min(entities, 4) {
		s.drafts(s.payer())
		s.opens(s.payer())
	}
	s.must("POST", "/v1/invoices/"+s.drafts(s.payer(), "collection_method", "send_invoice", "days_until_due", "14")+"/finalize", nil, nil)
	for range min(entities, 4) {
		s.editable()
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

// stand reports the invoices in a state, to be sent or charged, that no subscription made.
func stand(state paymentsv1.Invoice_State, mode paymentsv1.CollectionMode) func(proto.Message) bool {
	return func(truth proto.Message) bool {
		x, ok := truth.(*paymentsv1.Invoice)
		return ok && x.GetState() == state && x.GetCollectionMode() == mode && x.GetSubscription() == ""
	}
}

func invoiceOperations() []adaptertest.Operation {
	const kind, charged = "invoice", paymentsv1.CollectionMode_COLLECTION_MODE_AUTOMATIC
	draft, open := stand(paymentsv1.Invoice_STATE_DRAFT, charged), stand(paymentsv1.Invoice_STATE_OPEN, charged)
	return []adaptertest.Operation{
		{
			Name: "CreateInvoice", Method: paymentsv1.InvoiceService_CreateInvoice_FullMethodName, On: "customer", Fits: pays, Kind: kind, Op: "create",
			Request: func(on, text string) proto.Message { // with items they would count as added: those are in the tests of invoices
				return &paymentsv1.CreateInvoiceRequest{
					Parent: parentOf(on, "customers"), Invoice: &paymentsv1.Invoice{Customer: on, Description: text, AutoAdvance: true}, RequestId: uuid.NewString(),
				}
			},
		},
		{
			Name: "UpdateInvoice", Method: paymentsv1.InvoiceService_UpdateInvoice_FullMethodName, On: kind, Fits: draft, Kind: kind, Op: "update",
			Request: func(on, text string) proto.Message {
				return &paymentsv1.UpdateInvoiceRequest{
					Invoice: &paymentsv1.Invoice{Name: on, Description: text, Metadata: map[string]string{"said": text}}, UpdateMask: mask("description", "metadata"), RequestId: uuid.NewString(),
				}
			},
			Refused: func(on string) proto.Message {
				return &paymentsv1.UpdateInvoiceRequest{Invoice: &paymentsv1.Invoice{Name: on, PaymentMethod: "pm_of_nobody"}, UpdateMask: mask("payment_method"), RequestId: uuid.NewString()}
			},
		},
		{
			Name: "DeleteInvoice", Method: paymentsv1.InvoiceService_DeleteInvoice_FullMethodName, On: kind, Fits: draft, Kind: kind, Op: "delete",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.DeleteInvoiceRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
		{
			Name: "FinalizeInvoice", Method: paymentsv1.InvoiceService_FinalizeInvoice_FullMethodName, On: kind, Fits: draft, Kind: kind, Op: "finalize",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.FinalizeInvoiceRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
		{
			Name: "SendInvoice", Method: paymentsv1.InvoiceService_SendInvoice_FullMethodName, On: kind,
			Fits: stand(paymentsv1.Invoice_STATE_OPEN, paymentsv1.CollectionMode_COLLECTION_MODE_SEND), Kind: kind, Op: "send",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.SendInvoiceRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
		{
			Name: "PayInvoice", Method: paymentsv1.InvoiceService_PayInvoice_FullMethodName, On: kind, Fits: open, Kind: kind, Op: "pay",
			Request: func(on, _ string) proto.Message { // what is charged beside it would count as confirmed
				return &paymentsv1.PayInvoiceRequest{Name: on, PaidElsewhere: true, RequestId: uuid.NewString()}
			},
			Refused: func(on string) proto.Message {
				return &paymentsv1.PayInvoiceRequest{Name: on, PaymentMethod: "pm_card_visa_chargeDeclined", RequestId: uuid.NewString()}
			},
		},
		{
			Name: "VoidInvoice", Method: paymentsv1.InvoiceService_VoidInvoice_FullMethodName, On: kind, Fits: open, Kind: kind, Op: "void",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.VoidInvoiceRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
		{
			Name: "MarkInvoiceUncollectible", Method: paymentsv1.InvoiceService_MarkInvoiceUncollectible_FullMethodName, On: kind, Fits: open, Kind: kind, Op: "mark_uncollectible",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.MarkInvoiceUncollectibleRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
	}
}

func invoiceReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: paymentsv1.InvoiceService_GetInvoice_FullMethodName, On: "invoice", Request: func(on string) proto.Message { return &paymentsv1.GetInvoiceRequest{Name: on} }},
		{Method: paymentsv1.InvoiceService_BatchGetInvoices_FullMethodName, On: "invoice", Request: func(on string) proto.Message {
			return &paymentsv1.BatchGetInvoicesRequest{Parent: parentOf(on, "invoices"), Names: []string{on}}
		}},
		{Method: paymentsv1.InvoiceService_ListInvoices_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.ListInvoicesRequest{Parent: on} }},
		{Method: paymentsv1.InvoiceService_ListInvoiceItems_FullMethodName, On: "invoice", Request: func(on string) proto.Message { return &paymentsv1.ListInvoiceItemsRequest{Parent: on} }},
		{Method: paymentsv1.InvoiceService_WatchInvoices_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.WatchInvoicesRequest{Parent: on} }},
	}
}
