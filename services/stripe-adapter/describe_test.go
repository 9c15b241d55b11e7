package main

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func TestConformance(t *testing.T) { t.Parallel(); adaptertest.Run(t, described()) }

func TestNeighbours(t *testing.T) { adaptertest.Neighbours(t, described()) }

func TestArrows(t *testing.T) { adaptertest.Arrows(t, "stripe") }

func TestREADME(t *testing.T) { adaptertest.README(t, described()) }

// described is this adapter, for the suite.
func described() adaptertest.Adapter {
	sold := &seats{}
	return adaptertest.Adapter{
		Spec: spec(), Page: 100, Drift: []string{"email"}, Kinds: kinds(), Feeds: []string{"event"}, Pace: pace, Sample: 8, Signed: true, Lasting: true,
		Simulate: func(customers int, seed uint64) adaptertest.Vendor {
			return sold.of(newShop(sim.Config{Customers: customers, Payments: customers, Seed: seed}).furnished(customers).billing(customers))
		},
		Operations: slices.Concat(customerOperations(), paymentOperations(), refundOperations(), subscriptionOperations(sold), invoiceOperations(), itemOperations()),
		Reads:      slices.Concat(customerReads(), paymentReads(), refundReads(), productReads(), subscriptionReads(), invoiceReads()),
	}
}

func pace(p adaptertest.Pace) adaptertest.Settings {
	return adaptertest.Settings{
		"stripe.sweep.events": p.Sweep.String(), "stripe.sweep.payments": p.Sweep.String(), "stripe.sweep.lists": p.Sweep.String(), "stripe.sweep.lag": "1ms", "stripe.sweep.overlap": "3s",
		"stripe.read_lag": p.ReadLag.String(), "stripe.second_look": p.SecondLook.String(), "stripe.settling": p.Settling.String(),
		"stripe.repair":          p.Settling.String(),
		"stripe.announce_within": p.AnnounceWithin.String(),
	}
}

func customerOperations() []adaptertest.Operation {
	badly := &paymentsv1.Customer{Email: "nobody's address"}
	return []adaptertest.Operation{
		{Name: "CreateCustomer", Method: paymentsv1.CustomerService_CreateCustomer_FullMethodName, Kind: "customer", Op: "create", Request: func(parent, text string) proto.Message {
			return &paymentsv1.CreateCustomerRequest{Parent: parent, Customer: &paymentsv1.Customer{DisplayName: text}, RequestId: uuid.NewString()}
		}, Refused: func(parent string) proto.Message {
			return &paymentsv1.CreateCustomerRequest{Parent: parent, Customer: badly, RequestId: uuid.NewString()}
		}},
		{Name: "UpdateCustomer", Method: paymentsv1.CustomerService_UpdateCustomer_FullMethodName, On: "customer", Kind: "customer", Op: "update", Request: func(on, text string) proto.Message {
			return &paymentsv1.UpdateCustomerRequest{
				Customer: &paymentsv1.Customer{Name: on, DisplayName: text, Metadata: map[string]string{"said": text}}, UpdateMask: mask("display_name", "metadata"), RequestId: uuid.NewString(),
			}
		}, Refused: func(on string) proto.Message {
			return &paymentsv1.UpdateCustomerRequest{Customer: &paymentsv1.Customer{Name: on, Email: badly.GetEmail()}, UpdateMask: mask("email"), RequestId: uuid.NewString()}
		}},
		{Name: "DeleteCustomer", Method: paymentsv1.CustomerService_DeleteCustomer_FullMethodName, On: "customer", Fits: paysNothing, Kind: "customer", Op: "delete", Request: func(on, _ string) proto.Message {
			return &paymentsv1.DeleteCustomerRequest{Name: on, RequestId: uuid.NewString()}
		}},
	}
}

func customerReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: paymentsv1.CustomerService_GetCustomer_FullMethodName, On: "customer", Request: func(on string) proto.Message { return &paymentsv1.GetCustomerRequest{Name: on} }},
		{Method: paymentsv1.CustomerService_BatchGetCustomers_FullMethodName, On: "customer", Request: func(on string) proto.Message {
			return &paymentsv1.BatchGetCustomersRequest{Parent: parentOf(on, "customers"), Names: []string{on}}
		}},
		{Method: paymentsv1.CustomerService_ListCustomers_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.ListCustomersRequest{Parent: on} }},
		{Method: paymentsv1.CustomerService_WatchCustomers_FullMethodName, Request: func(on string) proto.Message { return &paymentsv1.WatchCustomersRequest{Parent: on} }},
	}
}
