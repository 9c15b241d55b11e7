package api

import (
	"context"
	"strings"

	"google.golang.org/grpc"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

// Customers is the CustomerService.
type Customers struct {
	paymentsv1.UnimplementedCustomerServiceServer

	customers *resource.Server[*paymentsv1.Customer]
}

// NewCustomers serves the customers.
func NewCustomers(c resource.Config) *Customers { return &Customers{customers: customers(c)} }

func customers(c resource.Config) *resource.Server[*customer] {
	return resource.New(c, resource.Kind[*customer]{Name: "customer", Collections: []string{"customers"}, Fields: customerFields()})
}

// known says that there is no such customer, as far as the mirror knows; nothing is asked where none is named.
func known(all *resource.Server[*customer], name string) func(context.Context) error {
	return func(ctx context.Context) error {
		if name == "" {
			return nil
		}
		_, err := all.Read(ctx, name)
		return err
	}
}

type (
	customer      = paymentsv1.Customer
	customerWrite = resource.Write[*customer]
)

func customerFields() []resource.Field[*customer] {
	return []resource.Field[*customer]{
		{Path: "display_name", Check: resource.Checked((*customer).GetDisplayName, text(256))},
		{Path: "email", Check: resource.Checked((*customer).GetEmail, text(512))},
		{Path: "phone", Check: resource.Checked((*customer).GetPhone, text(20))},
		{Path: "description", Check: resource.Checked((*customer).GetDescription, text(350))},
		{Path: "address", Check: resource.Checked((*customer).GetAddress, address)},
		{Path: "default_payment_method", Check: resource.Checked((*customer).GetDefaultPaymentMethod, text(maxID))},
		{Path: "tax_status", Check: resource.Checked((*customer).GetTaxStatus, taxStatus)},
		{Path: "metadata", Check: resource.Checked((*customer).GetMetadata, metadata)},
	}
}

func address(field string, a *paymentsv1.Address) error {
	const line = 500
	for _, part := range []struct{ name, value string }{
		{"line1", a.GetLine1()}, {"line2", a.GetLine2()}, {"city", a.GetCity()}, {"region", a.GetRegion()}, {"postal_code", a.GetPostalCode()},
	} {
		if err := text(line)(field+"."+part.name, part.value); err != nil {
			return err
		}
	}
	if code := a.GetCountryCode(); code != "" && (len(code) != 2 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		return fault.Field(field+".country_code", "must be two capital letters")
	}
	return nil
}

func taxStatus(field string, s paymentsv1.Customer_TaxStatus) error {
	if _, known := paymentsv1.Customer_TaxStatus_name[int32(s)]; !known {
		return fault.Field(field, "is no tax status")
	}
	return nil
}

// GetCustomer returns one customer, deleted or not.
func (s *Customers) GetCustomer(ctx context.Context, r *paymentsv1.GetCustomerRequest) (*customer, error) {
	return s.customers.Get(ctx, r.GetName())
}

// BatchGetCustomers returns several customers of one connection, in the order of the names.
func (s *Customers) BatchGetCustomers(ctx context.Context, r *paymentsv1.BatchGetCustomersRequest) (*paymentsv1.BatchGetCustomersResponse, error) {
	found, err := s.customers.BatchGet(ctx, r)
	return &paymentsv1.BatchGetCustomersResponse{Customers: found}, err
}

// ListCustomers returns a page of the customers of one connection, newest first.
func (s *Customers) ListCustomers(ctx context.Context, r *paymentsv1.ListCustomersRequest) (*paymentsv1.ListCustomersResponse, error) {
	f := r.GetFilter()
	q, err := narrowed(f)
	if err != nil {
		return nil, err
	}
	if f.GetEmail() != "" {
		if err := text(512)("filter.email", f.GetEmail()); err != nil {
			return nil, err
		}
		q.Where("email = ?", strings.ToLower(f.GetEmail()))
	}
	if f.GetDelinquent() {
		q.Condition("delinquent")
	}
	page, next, err := s.customers.List(ctx, r, q)
	return &paymentsv1.ListCustomersResponse{Customers: page, NextPageToken: next}, err
}

// CreateCustomer accepts a new customer.
func (s *Customers) CreateCustomer(ctx context.Context, r *paymentsv1.CreateCustomerRequest) (*customer, error) {
	return s.customers.Create(ctx, customerWrite{Operation: "CreateCustomer"}, r, r.GetCustomer())
}

// UpdateCustomer accepts a change and queues it.
func (s *Customers) UpdateCustomer(ctx context.Context, r *paymentsv1.UpdateCustomerRequest) (*customer, error) {
	return s.customers.Update(ctx, customerWrite{Operation: "UpdateCustomer"}, r, r.GetCustomer(), r.GetUpdateMask())
}

// DeleteCustomer accepts the deletion of a customer.
func (s *Customers) DeleteCustomer(ctx context.Context, r *paymentsv1.DeleteCustomerRequest) (*customer, error) {
	return s.customers.Do(ctx, customerWrite{Operation: "DeleteCustomer", Effect: mirror.Deletes}, r)
}

// WatchCustomers streams every visible change of one connection's customers.
func (s *Customers) WatchCustomers(r *paymentsv1.WatchCustomersRequest, to grpc.ServerStreamingServer[paymentsv1.WatchCustomersResponse]) error {
	return resource.Watch(s.customers, r, to, func(c resource.Change[*customer]) *paymentsv1.WatchCustomersResponse {
		return &paymentsv1.WatchCustomersResponse{Customer: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}
