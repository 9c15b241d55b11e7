package demo

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

// shop is the connection of stripe-adapter, from both sides.
type shop struct {
	parent string // "connections/shop"
	vendor *vendor
	tills  []till
	turn   atomic.Int64
}

// till is one replica.
type till struct {
	conn      *grpc.ClientConn
	customers paymentsv1.CustomerServiceClient
	payments  paymentsv1.PaymentServiceClient
	refunds   paymentsv1.RefundServiceClient
	jobs      adapterv1.JobServiceClient
	status    adapterv1.AdapterServiceClient
}

func openShop(at stack.AdapterAddresses) (*shop, error) {
	s := &shop{parent: "connections/" + at.Connection, vendor: newVendor(at.Simulator)}
	for _, addr := range at.GRPC {
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, fmt.Errorf("dial %s: %w", addr, err)
		}
		s.tills = append(s.tills, till{
			conn, paymentsv1.NewCustomerServiceClient(conn), paymentsv1.NewPaymentServiceClient(conn), paymentsv1.NewRefundServiceClient(conn),
			adapterv1.NewJobServiceClient(conn), adapterv1.NewAdapterServiceClient(conn),
		})
	}
	return s, nil
}

func (s *shop) close() {
	for _, t := range s.tills {
		_ = t.conn.Close() // nothing is under way on it
	}
}

// next is the replica whose turn it is.
func (s *shop) next() till { return s.tills[s.turn.Add(1)%int64(len(s.tills))] }

// state is how the connection stands.
func (s *shop) state(ctx context.Context) (*adapterv1.Connection, error) {
	return s.next().status.GetConnection(ctx, &adapterv1.GetConnectionRequest{Name: s.parent})
}

// do is a person doing something at Stripe's own screens.
func (s *shop) do(ctx context.Context, method, path string, params map[string]string, answer any) error {
	return s.vendor.call(ctx, http.MethodPost, "/stripe/do", map[string]any{"method": method, "path": path, "params": params}, answer)
}

// made is what a person has made.
type made struct {
	ID string `json:"id"`
}

// pays is a person paying with a card that works.
func (s *shop) pays(ctx context.Context, params map[string]string) (id string, err error) {
	all := map[string]string{
		"amount": "2000", "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa", "payment_method_types[0]": "card",
	}
	for name, value := range params {
		all[name] = value
	}
	var x made
	err = s.do(ctx, http.MethodPost, "/v1/payment_intents", all, &x)
	return x.ID, err
}
