package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func TestBadInputGetsTheRightStatusAndChargesNothing(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	paid := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName()).GetName()
	open := a.paid(a.plain(&paymentsv1.Payment{Amount: usd(2000)}).GetName()).GetName()
	who := a.customer(a.create(&paymentsv1.Customer{}).GetName()).GetName()
	before := len(a.Ours("payment_intent", "")) + len(a.Ours("refund", "")) + len(a.Ours("customer", ""))
	pay := func(p *paymentsv1.Payment) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.payments.CreatePayment(ctx, &paymentsv1.CreatePaymentRequest{Parent: a.Parent(), Payment: p, RequestId: uuid.NewString()})
			return err
		}
	}
	give := func(r *paymentsv1.Refund) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.refunds.CreateRefund(ctx, &paymentsv1.CreateRefundRequest{Parent: a.Parent(), Refund: r, RequestId: uuid.NewString()})
			return err
		}
	}
	edit := func(c *paymentsv1.Customer, paths ...string) func(context.Context) error {
		return func(ctx context.Context) error {
			c.Name = who
			_, err := a.customers.UpdateCustomer(ctx, &paymentsv1.UpdateCustomerRequest{Customer: c, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}})
			return err
		}
	}
	const card = "4242 4242 4242 4242"
	for name, row := range map[string]struct {
		call func(context.Context) error
		want codes.Code
	}{
		"no amount":                       {pay(&paymentsv1.Payment{}), codes.InvalidArgument},
		"an amount of nothing":            {pay(&paymentsv1.Payment{Amount: usd(0)}), codes.InvalidArgument},
		"an amount of nine digits":        {pay(&paymentsv1.Payment{Amount: usd(100_000_000)}), codes.InvalidArgument},
		"an unknown currency":             {pay(&paymentsv1.Payment{Amount: &typev1.Money{CurrencyCode: "ABC", MinorUnits: 500}}), codes.InvalidArgument},
		"yen said to have cents":          {pay(&paymentsv1.Payment{Amount: &typev1.Money{CurrencyCode: "JPY", MinorUnits: 500, Decimals: proto.Int32(2)}}), codes.InvalidArgument},
		"dinars with a last digit":        {pay(&paymentsv1.Payment{Amount: &typev1.Money{CurrencyCode: "KWD", MinorUnits: 1234}}), codes.InvalidArgument},
		"a card's number as method":       {pay(&paymentsv1.Payment{Amount: usd(500), PaymentMethod: card}), codes.InvalidArgument},
		"a card's number in words":        {pay(&paymentsv1.Payment{Amount: usd(500), Description: "pay with " + card + ", please"}), codes.InvalidArgument},
		"a card's number in the metadata": {pay(&paymentsv1.Payment{Amount: usd(500), Metadata: map[string]string{"card": "4242424242424242"}}), codes.InvalidArgument},
		"a key of ours in the metadata":   {pay(&paymentsv1.Payment{Amount: usd(500), Metadata: map[string]string{"breakwater_job": "x"}}), codes.InvalidArgument},
		"a bracket in the metadata":       {pay(&paymentsv1.Payment{Amount: usd(500), Metadata: map[string]string{"a[b]": "x"}}), codes.InvalidArgument},
		"another connection's customer":   {pay(&paymentsv1.Payment{Amount: usd(500), Customer: "connections/other/customers/cus_1"}), codes.InvalidArgument},
		"a customer that is none":         {pay(&paymentsv1.Payment{Amount: usd(500), Customer: a.Parent() + "/payments/pi_1"}), codes.InvalidArgument},
		"a refund of nothing":             {give(&paymentsv1.Refund{}), codes.InvalidArgument},
		"a refund over the payment":       {give(&paymentsv1.Refund{Payment: paid, Amount: usd(2001)}), codes.InvalidArgument},
		"a refund in another currency":    {give(&paymentsv1.Refund{Payment: paid, Amount: &typev1.Money{CurrencyCode: "EUR", MinorUnits: 5}}), codes.InvalidArgument},
		"a refund of what is not paid":    {give(&paymentsv1.Refund{Payment: open}), codes.FailedPrecondition},
		"a refund of what is not there":   {give(&paymentsv1.Refund{Payment: a.Parent() + "/payments/pi_nobody"}), codes.NotFound},
		"a refund by the vendor":          {give(&paymentsv1.Refund{Payment: paid, Reason: paymentsv1.Refund_REASON_BY_VENDOR}), codes.InvalidArgument},
		"another connection's payment":    {give(&paymentsv1.Refund{Payment: "connections/other/payments/pi_1"}), codes.InvalidArgument},
		"a country in words":              {edit(&paymentsv1.Customer{Address: &paymentsv1.Address{CountryCode: "New Zealand"}}, "address"), codes.InvalidArgument},
		"what is output only":             {edit(&paymentsv1.Customer{Delinquent: true}, "delinquent"), codes.InvalidArgument},
		"confirmed again": {func(ctx context.Context) error {
			_, err := a.payments.ConfirmPayment(ctx, &paymentsv1.ConfirmPaymentRequest{Name: paid, RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
		"captured, with nothing reserved": {func(ctx context.Context) error {
			_, err := a.payments.CapturePayment(ctx, &paymentsv1.CapturePaymentRequest{Name: open, RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
		"canceled after it was paid": {func(ctx context.Context) error {
			_, err := a.payments.CancelPayment(ctx, &paymentsv1.CancelPaymentRequest{Name: paid, RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
		"canceled by the vendor": {func(ctx context.Context) error {
			_, err := a.payments.CancelPayment(ctx, &paymentsv1.CancelPaymentRequest{
				Name: open, Reason: paymentsv1.Payment_CANCEL_REASON_BY_VENDOR, RequestId: uuid.NewString(),
			})
			return err
		}, codes.InvalidArgument},
		"money without a request id": {func(ctx context.Context) error {
			_, err := a.payments.CreatePayment(ctx, &paymentsv1.CreatePaymentRequest{Parent: a.Parent(), Payment: &paymentsv1.Payment{Amount: usd(500)}})
			return err
		}, codes.InvalidArgument},
		"a refund that does not wait, canceled": {func(ctx context.Context) error {
			_, err := a.refunds.CancelRefund(ctx, &paymentsv1.CancelRefundRequest{Name: a.Parent() + "/refunds/re_nobody", RequestId: uuid.NewString()})
			return err
		}, codes.NotFound},
		"items of an invoice that is not there": {func(ctx context.Context) error {
			_, err := a.invoices.ListInvoiceItems(ctx, &paymentsv1.ListInvoiceItemsRequest{Parent: a.Parent() + "/invoices/in_1"})
			return err
		}, codes.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			if err := row.call(t.Context()); status.Code(err) != row.want {
				t.Errorf("%v, want %v", err, row.want)
			}
		})
	}
	if after := len(a.Ours("payment_intent", "")) + len(a.Ours("refund", "")) + len(a.Ours("customer", "")); after != before {
		t.Errorf("%d changes were made", after-before)
	}
}

// The same request, sent again after it was made, is answered and moves nothing.
func TestARefundRequestSentAgainGivesNothingMore(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	paid := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName())
	r := &paymentsv1.CreateRefundRequest{Parent: a.Parent(), Refund: &paymentsv1.Refund{Payment: paid.GetName()}, RequestId: uuid.NewString()}
	first, err := a.refunds.CreateRefund(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	a.given(first.GetName())
	a.Agrees() // nothing is left to be given back
	again, err := a.refunds.CreateRefund(t.Context(), r)
	if err != nil || again.GetUid() != first.GetUid() {
		t.Errorf("%v %v", again, err)
	}
	a.once("refund", "create", 1)
}

// Refunds that together come to more than was paid: what is left is given back, and of the rest nothing.
func TestRefundsThatTogetherAreMoreThanWasPaidGiveNothingMore(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	paid := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName())
	var given, refused int
	var all []*paymentsv1.Refund
	for range 3 { // more than one may be accepted, before anybody knows what is left
		r, err := a.refunds.CreateRefund(t.Context(), &paymentsv1.CreateRefundRequest{
			Parent: a.Parent(), Refund: &paymentsv1.Refund{Payment: paid.GetName(), Amount: usd(1500)}, RequestId: uuid.NewString(),
		})
		switch code := status.Code(err); code {
		case codes.OK:
			all = append(all, r)
		case codes.InvalidArgument, codes.FailedPrecondition:
			refused++
		default:
			t.Errorf("%v", err)
		}
	}
	for _, r := range all {
		switch is := a.given(r.GetName()); {
		case is.GetState() == paymentsv1.Refund_STATE_SUCCEEDED:
			given++
		case is.GetMirror().GetRefusal().GetReason() == "REFUSED":
			refused++
		default:
			t.Errorf("%v", is)
		}
	}
	if given != 1 || refused != 2 {
		t.Errorf("%d are given, %d refused", given, refused)
	}
	a.once("refund", "create", 1)
	a.Agrees()
}

// A key that was used for something else: nobody knows what was made under it, a person has to look, and nothing is charged.
func TestAKeyThatWasUsedForSomethingElseChargesNothingAndIsAPersons(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	a.Filled()
	hold := &adapterv1.OpenGateRequest{Name: a.Parent(), Reason: "somebody uses the key first"}
	_, err := a.Via.Adapter.OpenGate(t.Context(), hold)
	adaptertest.Asked(a, 0, err)
	paying := a.plain(&paymentsv1.Payment{Amount: usd(2000)})
	pending := paying.GetMirror().GetPendingWrites()[0].GetJob()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL+"/v1/customers", strings.NewReader("name=Ben"))
	adaptertest.Asked(a, request, err).SetBasicAuth("sk_test_sim", "")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Idempotency-Key", "breakwater-"+pending[strings.LastIndexByte(pending, '/')+1:])
	answer, err := http.DefaultClient.Do(request)
	if adaptertest.Asked(a, answer, err).StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
	_ = answer.Body.Close()
	_, err = a.Via.Adapter.CloseGate(t.Context(), &adapterv1.CloseGateRequest{Name: a.Parent(), Reason: "it is used"})
	adaptertest.Asked(a, 0, err)
	adaptertest.Until(a, "it is a person's", func() string {
		if j := a.Job(pending); j.GetState() != adapterv1.Job_STATE_DEAD || j.GetDeadLetterReason() != "OUTCOME_UNKNOWN" {
			return j.String()
		}
		return ""
	})
	tries := a.Job(pending).GetAttempts()
	if last := tries[len(tries)-1]; last.GetReason() != stripe.ReasonKeyMismatch {
		t.Errorf("%v", tries)
	}
	a.once("payment_intent", "create", 0)
}
