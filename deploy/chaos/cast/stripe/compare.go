package stripe

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
)

// Compare names all that differs between the mirror, as callers see it, and the vendor, as it knows itself.
func (s *shop) Compare(ctx context.Context) (diff []string, err error) {
	for _, of := range []func(context.Context) ([]string, error){
		s.compareCustomers, s.comparePayments, s.compareRefunds, s.compareDeleted, s.compareInvoices, s.compareSubscriptions,
	} {
		some, err := of(ctx)
		if err != nil {
			return nil, err
		}
		diff = append(diff, some...)
	}
	return diff, nil
}

// row is one entity as the vendor has it, or as we do: what each of its fields is, in the contract's words.
type row map[string]string

// rows holds what is listed here against what the vendor has.
func rows(kind string, theirs, ours map[string]row) (diff []string) {
	for id, has := range theirs {
		is, there := ours[id]
		if !there {
			diff = append(diff, fmt.Sprintf("%s %s is not in the mirror", kind, id))
			continue
		}
		for field, value := range has {
			if is[field] != value {
				diff = append(diff, fmt.Sprintf("%s %s (%s) %s is %q, the vendor has %q", kind, id, is["uid"], field, is[field], value))
			}
		}
	}
	for id, is := range ours {
		if _, there := theirs[id]; !there {
			diff = append(diff, fmt.Sprintf("%s %s (%s) is listed, and the vendor has no such %s", kind, id, is["uid"], kind))
		}
	}
	return diff
}

// base is what every kind tells.
func base(m cast.Mirrored) (id string, r row) {
	return m.GetName()[strings.LastIndexByte(m.GetName(), '/')+1:], row{"uid": m.GetUid(), "pending": fmt.Sprint(len(m.GetMirror().GetPendingWrites()))}
}

// pages reads a whole list; one entity that is listed twice is an error.
func pages[T cast.Mirrored](tell func(T) row, page func(token string) ([]T, string, error)) (map[string]row, error) {
	all, token := map[string]row{}, ""
	for {
		got, next, err := page(token)
		if err != nil {
			return nil, err
		}
		for _, x := range got {
			id, r := base(x)
			if _, twice := all[id]; twice {
				return nil, fmt.Errorf("%s is listed twice", x.GetName())
			}
			for field, value := range tell(x) {
				r[field] = value
			}
			all[id] = r
		}
		if token = next; token == "" {
			return all, nil
		}
	}
}

const pageSize = 500

func (s *shop) compareCustomers(ctx context.Context) ([]string, error) {
	list, err := listed[theirCustomer](ctx, s.screens, "/v1/customers", nil)
	if err != nil {
		return nil, err
	}
	theirs := map[string]row{}
	for _, x := range list {
		theirs[x.ID] = row{"display_name": x.Name, "email": x.Email, "description": x.Description, "pending": "0"}
	}
	ours, err := pages(func(x *paymentsv1.Customer) row {
		return row{"display_name": x.GetDisplayName(), "email": x.GetEmail(), "description": x.GetDescription()}
	}, func(token string) ([]*paymentsv1.Customer, string, error) {
		got, err := s.customers(0).ListCustomers(ctx, &paymentsv1.ListCustomersRequest{Parent: s.Parent, PageSize: pageSize, PageToken: token})
		return got.GetCustomers(), got.GetNextPageToken(), err
	})
	return rows(customer, theirs, ours), err
}

func (s *shop) comparePayments(ctx context.Context) ([]string, error) {
	list, err := listed[theirPayment](ctx, s.screens, "/v1/payment_intents", nil)
	if err != nil {
		return nil, err
	}
	charges, err := listed[theirCharge](ctx, s.screens, "/v1/charges", nil)
	if err != nil {
		return nil, err
	}
	back := map[string]int64{}
	for _, c := range charges {
		back[c.ID] = c.Back
	}
	theirs := map[string]row{}
	for _, x := range list {
		theirs[x.ID] = row{
			"amount": number(x.Amount) + strings.ToUpper(x.Currency), "state": states()[x.Status], "customer": last(x.Customer), "description": x.Description,
			"payment_method": x.Method, "amount_capturable": number(x.Capturable), "amount_received": number(x.Received), "charge": x.Latest,
			"refunded": number(back[x.Latest]), "pending": "0",
		}
	}
	ours, err := pages(paymentRow, func(token string) ([]*paymentsv1.Payment, string, error) {
		got, err := s.payments(1).ListPayments(ctx, &paymentsv1.ListPaymentsRequest{Parent: s.Parent, PageSize: pageSize, PageToken: token})
		return got.GetPayments(), got.GetNextPageToken(), err
	})
	return rows(payment, theirs, ours), err
}

func paymentRow(x *paymentsv1.Payment) row {
	return row{
		"amount": number(x.GetAmount().GetMinorUnits()) + x.GetAmount().GetCurrencyCode(), "state": x.GetState().String(), "customer": last(x.GetCustomer()),
		"description": x.GetDescription(), "payment_method": x.GetPaymentMethod(), "amount_capturable": number(x.GetAmountCapturable().GetMinorUnits()),
		"amount_received": number(x.GetAmountReceived().GetMinorUnits()), "charge": x.GetLatestCharge().GetId(),
		"refunded": number(x.GetLatestCharge().GetAmountRefunded().GetMinorUnits()),
	}
}

func (s *shop) compareRefunds(ctx context.Context) ([]string, error) {
	list, err := listed[theirRefund](ctx, s.screens, "/v1/refunds", nil)
	if err != nil {
		return nil, err
	}
	theirs := map[string]row{}
	for _, x := range list {
		theirs[x.ID] = row{"payment": x.Payment, "amount": number(x.Amount), "state": refundStates()[x.Status], "metadata": x.Metadata[token], "pending": "0"}
	}
	ours, err := pages(func(x *paymentsv1.Refund) row {
		return row{"payment": last(x.GetPayment()), "amount": number(x.GetAmount().GetMinorUnits()), "state": x.GetState().String(), "metadata": x.GetMetadata()[token]}
	}, func(token string) ([]*paymentsv1.Refund, string, error) {
		got, err := s.refunds(0).ListRefunds(ctx, &paymentsv1.ListRefundsRequest{Parent: s.Parent, PageSize: pageSize, PageToken: token})
		return got.GetRefunds(), got.GetNextPageToken(), err
	})
	return rows(refund, theirs, ours), err
}

// compareDeleted names the customers that the vendor has deleted and that still stand here. Some came and went unseen.
func (s *shop) compareDeleted(ctx context.Context) (diff []string, err error) {
	ledger, err := s.Vendor.Ledger(ctx)
	if err != nil {
		return nil, err
	}
	for n, e := range ledger {
		if e.Kind != customer || e.Op != "delete" {
			continue
		}
		x, err := s.customers(n).GetCustomer(ctx, &paymentsv1.GetCustomerRequest{Name: s.called(customer, e.ID)})
		switch {
		case status.Code(err) == codes.NotFound:
		case err != nil:
			return nil, err
		case x.GetMirror().GetDeleteTime() == nil:
			diff = append(diff, fmt.Sprintf("customer %s (%s) is not deleted, at the vendor it is", e.ID, x.GetUid()))
		}
	}
	return diff, nil
}

func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func states() map[string]string {
	return map[string]string{
		"requires_payment_method": paymentsv1.Payment_STATE_NEEDS_METHOD.String(), "requires_confirmation": paymentsv1.Payment_STATE_NEEDS_CONFIRMATION.String(),
		"requires_capture": paymentsv1.Payment_STATE_AUTHORIZED.String(), "succeeded": paymentsv1.Payment_STATE_SUCCEEDED.String(),
		"canceled": paymentsv1.Payment_STATE_CANCELED.String(),
	}
}

func refundStates() map[string]string {
	return map[string]string{"succeeded": paymentsv1.Refund_STATE_SUCCEEDED.String(), "pending": paymentsv1.Refund_STATE_PENDING.String()}
}
