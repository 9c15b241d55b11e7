package stripe

import (
	"context"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
)

func (s *shop) compareInvoices(ctx context.Context) ([]string, error) {
	list, err := listed[theirInvoice](ctx, s.screens, "/v1/invoices", nil)
	if err != nil {
		return nil, err
	}
	theirs := map[string]row{}
	for _, x := range list {
		theirs[x.ID] = row{
			"state": invoiceStates()[x.Status], "customer": x.Customer, "description": x.Description, "total": number(x.Total), "amount_paid": number(x.Paid), "pending": "0",
		}
	}
	ours, err := pages(func(x *paymentsv1.Invoice) row {
		return row{
			"state": x.GetState().String(), "customer": last(x.GetCustomer()), "description": x.GetDescription(),
			"total": number(x.GetTotal().GetMinorUnits()), "amount_paid": number(x.GetAmountPaid().GetMinorUnits()),
		}
	}, func(token string) ([]*paymentsv1.Invoice, string, error) {
		got, err := s.invoices(0).ListInvoices(ctx, &paymentsv1.ListInvoicesRequest{Parent: s.Parent, PageSize: pageSize, PageToken: token})
		return got.GetInvoices(), got.GetNextPageToken(), err
	})
	return rows(invoice, theirs, ours), err
}

func (s *shop) compareSubscriptions(ctx context.Context) ([]string, error) {
	list, err := listed[theirSubscription](ctx, s.screens, "/v1/subscriptions", params{"status": "all"})
	if err != nil {
		return nil, err
	}
	theirs := map[string]row{}
	for _, x := range list {
		theirs[x.ID] = row{"state": subscriptionStates()[x.Status], "customer": x.Customer, "description": x.Description, "latest_invoice": x.Latest, "pending": "0"}
	}
	ours, err := pages(func(x *paymentsv1.Subscription) row {
		return row{
			"state": x.GetState().String(), "customer": last(x.GetCustomer()), "description": x.GetDescription(), "latest_invoice": last(x.GetLatestInvoice()),
		}
	}, func(token string) ([]*paymentsv1.Subscription, string, error) {
		got, err := s.subscriptions(1).ListSubscriptions(ctx, &paymentsv1.ListSubscriptionsRequest{Parent: s.Parent, PageSize: pageSize, PageToken: token})
		return got.GetSubscriptions(), got.GetNextPageToken(), err
	})
	return rows(subscription, theirs, ours), err
}

func invoiceStates() map[string]string {
	return map[string]string{
		"draft": paymentsv1.Invoice_STATE_DRAFT.String(), "open": paymentsv1.Invoice_STATE_OPEN.String(), "paid": paymentsv1.Invoice_STATE_PAID.String(),
	}
}

func subscriptionStates() map[string]string {
	return map[string]string{"active": paymentsv1.Subscription_STATE_ACTIVE.String(), "canceled": paymentsv1.Subscription_STATE_CANCELED.String()}
}
