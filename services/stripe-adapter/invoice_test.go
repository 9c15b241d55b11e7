package main

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func (s *shop) invoices() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(_, text string) (string, error) {
			return "invoices/" + s.drafts(s.payer(), "description", text), nil
		},
		Edit: func(entity, text string) error { return s.by("POST", "/v1/"+entity, form("metadata[said]", text), nil) },
		Truth: func() map[string]proto.Message {
			links := map[string][]sdk.InvoicePayment{}
			for _, p := range every[sdk.InvoicePayment](s, "/v1/invoice_payments", nil) {
				links[p.Invoice.ID] = append(links[p.Invoice.ID], p)
			}
			all := map[string]proto.Message{}
			for _, x := range every[sdk.Invoice](s, "/v1/invoices", nil) {
				all["invoices/"+x.ID] = s.expectedInvoice(x, links[x.ID])
			}
			return all
		},
	}
}

// drafts is the id of a draft of 15 dollars for a customer.
func (s *shop) drafts(customer string, more ...string) string {
	var x struct{ ID string }
	s.must("POST", "/v1/invoices", form(append([]string{"customer", customer}, more...)...), &x)
	s.must("POST", "/v1/invoiceitems", form("customer", customer, "invoice", x.ID, "amount", "1500", "currency", "usd"), nil)
	return x.ID
}

// opens is the id of an open invoice, and moves it on.
func (s *shop) opens(customer string, moves ...string) string {
	id := s.drafts(customer)
	for _, move := range append([]string{"finalize"}, moves...) {
		s.must("POST", "/v1/invoices/"+id+"/"+move, nil, nil)
	}
	return id
}

// expectedInvoice is an invoice in the contract's words, as a person would translate it.
func (s *shop) expectedInvoice(x sdk.Invoice, links []sdk.InvoicePayment) *paymentsv1.Invoice {
	m := &paymentsv1.Invoice{
		Customer: s.name + "/customers/" + x.Customer.ID, Number: x.Number, CurrencyCode: strings.ToUpper(string(x.Currency)), AutoAdvance: x.AutoAdvance,
		State:          map[sdk.InvoiceStatus]paymentsv1.Invoice_State{"draft": 1, "open": 2, "paid": 3, "void": 4, "uncollectible": 5}[x.Status],
		CollectionMode: map[sdk.InvoiceCollectionMethod]paymentsv1.CollectionMode{"charge_automatically": 1, "send_invoice": 2}[x.CollectionMethod],
		Description:    x.Description, DueTime: seconds(x.DueDate), Subtotal: usual(x.Subtotal, x.Currency), Total: usual(x.Total, x.Currency),
		AmountDue: usual(x.AmountDue, x.Currency), AmountPaid: usual(x.AmountPaid, x.Currency), AmountRemaining: usual(x.AmountRemaining, x.Currency),
		BillingReason: string(x.BillingReason), AttemptCount: int32(x.AttemptCount), NextAttemptTime: seconds(x.NextPaymentAttempt), PageUri: x.HostedInvoiceURL, //nolint:gosec // few
		PeriodStartTime: seconds(x.PeriodStart), PeriodEndTime: seconds(x.PeriodEnd), FinalizeTime: seconds(x.StatusTransitions.FinalizedAt),
		PayTime: seconds(x.StatusTransitions.PaidAt), VoidTime: seconds(x.StatusTransitions.VoidedAt), UncollectibleTime: seconds(x.StatusTransitions.MarkedUncollectibleAt),
		Metadata: own(x.Metadata), CreateTime: seconds(x.Created),
	}
	if x.DefaultPaymentMethod != nil {
		m.PaymentMethod = x.DefaultPaymentMethod.ID
	}
	if x.Parent != nil {
		m.Subscription = s.name + "/subscriptions/" + x.Parent.SubscriptionDetails.Subscription.ID
	}
	for _, p := range links {
		m.Payments = append(m.Payments, &paymentsv1.InvoicePayment{
			Id: p.ID, Payment: s.name + "/payments/" + p.Payment.PaymentIntent.ID, AmountRequested: usual(p.AmountRequested, p.Currency),
			AmountPaid: none(p.AmountPaid, p.Currency), State: map[string]paymentsv1.InvoicePayment_State{"open": 1, "paid": 2, "canceled": 3}[p.Status],
		})
	}
	return m
}

// bill asks for a draft with items.
func (a account) bill(x *paymentsv1.Invoice, items ...*paymentsv1.InvoiceItem) *paymentsv1.Invoice {
	a.Helper()
	made, err := a.invoices.CreateInvoice(context.Background(), &paymentsv1.CreateInvoiceRequest{Parent: a.Parent(), Invoice: x, Items: items, RequestId: uuid.NewString()})
	return adaptertest.Asked(a, made, err)
}

func (a account) invoice(name string) *paymentsv1.Invoice {
	a.Helper()
	return settled(a, func() (*paymentsv1.Invoice, error) {
		return a.invoices.GetInvoice(context.Background(), &paymentsv1.GetInvoiceRequest{Name: name})
	})
}

// stands waits until an invoice is in a state as the vendor has it, and nothing of it was refused.
func (a account) stands(name string, state paymentsv1.Invoice_State) *paymentsv1.Invoice {
	a.Helper()
	x := a.invoice(name)
	if x.GetState() != state || x.GetMirror().GetRefusal() != nil {
		a.Errorf("it is %v", x)
	}
	return x
}

func (a account) finalize(name string) {
	a.Helper()
	_, err := a.invoices.FinalizeInvoice(context.Background(), &paymentsv1.FinalizeInvoiceRequest{Name: name, RequestId: uuid.NewString()})
	adaptertest.Asked(a, 0, err)
}

func (a account) collect(name, method string) {
	a.Helper()
	_, err := a.invoices.PayInvoice(context.Background(), &paymentsv1.PayInvoiceRequest{Name: name, PaymentMethod: method, RequestId: uuid.NewString()})
	adaptertest.Asked(a, 0, err)
}

func items(amounts ...int64) (all []*paymentsv1.InvoiceItem) {
	for _, n := range amounts {
		all = append(all, &paymentsv1.InvoiceItem{Description: "an item", Amount: usd(n)})
	}
	return all
}

// Everything is asked for at once, of a customer who is not there yet, and made in order.
func TestAnInvoiceIsMadeFinalizedAndPaid(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	hour := a.shop.sells("unit_amount", "250")
	who := a.create(&paymentsv1.Customer{DisplayName: "Ada", DefaultPaymentMethod: "pm_card_visa"})
	waiting := items(1500, -200)
	waiting = append(waiting, &paymentsv1.InvoiceItem{Price: a.Parent() + "/prices/" + hour, Quantity: 4, Metadata: map[string]string{"a": "b"}})
	made := a.bill(&paymentsv1.Invoice{Customer: who.GetName(), Description: "March"}, waiting...)
	a.finalize(made.GetName())
	a.collect(made.GetName(), "")
	x := a.stands(made.GetName(), paymentsv1.Invoice_STATE_PAID)
	if x.GetTotal().GetMinorUnits() != 2300 || x.GetAmountPaid().GetMinorUnits() != 2300 || x.GetNumber() == "" || x.GetPageUri() == "" {
		t.Errorf("%v", x)
	}
	a.Agrees()
	if x = a.invoice(made.GetName()); len(x.GetPayments()) != 1 || x.GetPayments()[0].GetState() != paymentsv1.InvoicePayment_STATE_PAID {
		t.Errorf("%v", x)
	}
	if p := a.payment(x.GetPayments()[0].GetPayment()); p.GetState() != paymentsv1.Payment_STATE_SUCCEEDED || p.GetAmountReceived().GetMinorUnits() != 2300 {
		t.Errorf("%v", p)
	}
	for kind, n := range map[string]int{"invoice": 1, "invoiceitem": 3} {
		if got := len(a.Ours(kind, "create")); got != n {
			t.Errorf("%d of %s, want %d", got, kind, n)
		}
	}
	a.once("payment_intent", "confirm", 1)
}

func TestWhatElseIsDoneWithInvoices(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	ctx := t.Context()
	who := a.customer(a.create(&paymentsv1.Customer{DefaultPaymentMethod: "pm_card_visa"}).GetName()).GetName()
	draft := a.bill(&paymentsv1.Invoice{Customer: who}, items(700)...).GetName()
	if _, err := a.invoices.UpdateInvoice(ctx, &paymentsv1.UpdateInvoiceRequest{Invoice: &paymentsv1.Invoice{Name: draft, Description: "changed", Metadata: map[string]string{"a": "b"}}}); err != nil {
		t.Fatal(err)
	}
	if x := a.stands(draft, paymentsv1.Invoice_STATE_DRAFT); x.GetDescription() != "changed" || x.GetMetadata()["a"] != "b" || x.GetTotal().GetMinorUnits() != 700 {
		t.Errorf("%v", x)
	}
	a.Agrees()
	gone, err := a.invoices.DeleteInvoice(ctx, &paymentsv1.DeleteInvoiceRequest{Name: draft, RequestId: uuid.NewString()})
	if err != nil || gone.GetMirror().GetDeleteTime() == nil {
		t.Errorf("%v %v", gone, err)
	}
	a.invoice(draft)
	a.Agrees()
	due := timestamppb.New(timestamppb.Now().AsTime().AddDate(0, 1, 0))
	due.Nanos = 0
	sent := a.bill(&paymentsv1.Invoice{Customer: who, CollectionMode: paymentsv1.CollectionMode_COLLECTION_MODE_SEND, DueTime: due}, items(800)...).GetName()
	a.finalize(sent)
	if _, err := a.invoices.SendInvoice(ctx, &paymentsv1.SendInvoiceRequest{Name: sent, RequestId: uuid.NewString()}); err != nil {
		t.Fatal(err)
	}
	if x := a.stands(sent, paymentsv1.Invoice_STATE_OPEN); !proto.Equal(x.GetDueTime(), due) {
		t.Errorf("%v", x)
	}
	if _, err := a.invoices.MarkInvoiceUncollectible(ctx, &paymentsv1.MarkInvoiceUncollectibleRequest{Name: sent, RequestId: uuid.NewString()}); err != nil {
		t.Fatal(err)
	}
	a.stands(sent, paymentsv1.Invoice_STATE_UNCOLLECTIBLE)
	if _, err := a.invoices.VoidInvoice(ctx, &paymentsv1.VoidInvoiceRequest{Name: sent, RequestId: uuid.NewString()}); err != nil {
		t.Fatal(err)
	}
	a.stands(sent, paymentsv1.Invoice_STATE_VOID)
	a.Agrees()
	cash := a.bill(&paymentsv1.Invoice{Customer: who}, items(900)...).GetName()
	a.finalize(cash)
	if _, err := a.invoices.PayInvoice(ctx, &paymentsv1.PayInvoiceRequest{Name: cash, PaidElsewhere: true, RequestId: uuid.NewString()}); err != nil {
		t.Fatal(err)
	}
	a.stands(cash, paymentsv1.Invoice_STATE_PAID)
	a.Agrees()
	going := a.bill(&paymentsv1.Invoice{Customer: who, AutoAdvance: true}, items(100, 200)...).GetName()
	if x := a.stands(going, paymentsv1.Invoice_STATE_DRAFT); !x.GetAutoAdvance() || x.GetTotal().GetMinorUnits() != 300 {
		t.Errorf("%v", x)
	}
	a.Agrees()
	a.once("payment_intent", "confirm", 0)
	a.once("invoice", "delete", 1)
	a.once("invoice", "send", 1)
	a.once("invoice", "pay", 1)
}

// Whatever is lost on the way: every item is there once, nothing is mailed twice, and money is taken once.
func TestAnInvoiceWhoseAnswersAreLostIsMadeAndPaidOnce(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]vendorsim.Plan{
		"the answers are lost":        {LoseAnswers: 2, Routes: []string{"/v1/invoice"}},
		"nothing is answered in time": {HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 4000}, Routes: []string{"/v1/invoice"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alone(t, with{"jobs.attempt": "1s", "jobs.lease": "2s"}, sim.Config{})
			a.Filled()
			who := a.customer(a.create(&paymentsv1.Customer{DefaultPaymentMethod: "pm_card_visa"}).GetName()).GetName()
			meets := func(kind, op string, n int, do func()) {
				a.Misbehaves(plan)
				do()
				a.met(kind, op, n)
			}
			var made string
			meets("invoice", "create", 1, func() { made = a.bill(&paymentsv1.Invoice{Customer: who}, items(100, 200, 300)...).GetName() })
			a.stands(made, paymentsv1.Invoice_STATE_DRAFT)
			meets("invoiceitem", "create", 4, func() { made = a.bill(&paymentsv1.Invoice{Customer: who}, items(100, 200, 300)...).GetName() })
			a.stands(made, paymentsv1.Invoice_STATE_DRAFT)
			meets("invoice", "finalize", 1, func() { a.finalize(made) })
			a.stands(made, paymentsv1.Invoice_STATE_OPEN)
			meets("payment_intent", "confirm", 1, func() { a.collect(made, "") })
			if x := a.stands(made, paymentsv1.Invoice_STATE_PAID); x.GetAmountPaid().GetMinorUnits() != 600 {
				t.Errorf("%v", x)
			}
			a.Agrees()
			a.once("invoice", "create", 2)
			a.once("invoice", "finalize", 1)
			a.once("payment_intent", "confirm", 1)
			if n := len(a.Ours("invoiceitem", "create")); n != 6 {
				t.Errorf("%d items, want 6", n)
			}
		})
	}
}

func TestADeclinedInvoiceIsToldAndPaidByAnotherCard(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	who := a.customer(a.create(&paymentsv1.Customer{DefaultPaymentMethod: "pm_card_visa_chargeDeclinedInsufficientFunds"}).GetName()).GetName()
	made := a.bill(&paymentsv1.Invoice{Customer: who}, items(2000)...).GetName()
	a.finalize(made)
	a.collect(made, "")
	if x := a.invoice(made); x.GetMirror().GetRefusal().GetCode() != "card_declined" || x.GetState() != paymentsv1.Invoice_STATE_OPEN {
		t.Errorf("%v", x)
	}
	a.Agrees()
	a.collect(made, "pm_card_visa")
	a.stands(made, paymentsv1.Invoice_STATE_PAID)
	a.Agrees()
	empty := a.bill(&paymentsv1.Invoice{Customer: who}).GetName()
	a.finalize(empty)
	if x := a.invoice(empty); x.GetMirror().GetRefusal() == nil || x.GetState() != paymentsv1.Invoice_STATE_DRAFT {
		t.Errorf("without items: %v", x)
	}
	a.Agrees()
}

func TestInvoicesOfAPersonAreBroughtWhicheverWay(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]with{
		"by webhook": {"stripe.sweep.events": "1h", "stripe.sweep.lists": "1h"}, "by the feed": {"stripe.sweep.lists": "1h"}, "by the list": {"stripe.sweep.events": "1h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(sim.Config{})
			who := s.payer()
			old := s.opens(who)
			for range 105 {
				s.drafts(who)
			}
			s.opens(who, "pay")
			s.opens(who, "void")
			a := at(t, s, settings)
			a.Filled()
			a.Agrees()
			if name != "by webhook" {
				a.Silence()
			}
			s.must("POST", "/v1/invoices/"+old+"/pay", nil, nil)
			s.opens(who, "mark_uncollectible")
			s.must("DELETE", "/v1/invoices/"+s.drafts(who), nil, nil)
			gone := s.drafts(who)
			a.Agrees()
			was, _ := s.Truth("", gone)
			before := timestamppb.Now().AsTime()
			s.must("DELETE", "/v1/invoices/"+gone, nil, nil)
			a.Agrees()
			s.tells("invoice.updated", was, before)
			s.opens(who)
			a.Agrees()
			found, err := a.invoices.ListInvoices(t.Context(), &paymentsv1.ListInvoicesRequest{Parent: a.Parent(), Filter: &paymentsv1.InvoiceFilter{
				States: []paymentsv1.Invoice_State{paymentsv1.Invoice_STATE_PAID}, Customer: a.Parent() + "/customers/" + who,
			}})
			if err != nil || len(found.GetInvoices()) != 2 {
				t.Errorf("%d %v", len(found.GetInvoices()), err)
			}
		})
	}
}

func TestBadInvoicesGetTheRightStatusAndChargeNothing(t *testing.T) {
	t.Parallel()
	s := newShop(sim.Config{})
	who := s.payer()
	states := map[string]string{"draft": s.drafts(who), "open": s.opens(who), "paid": s.opens(who, "pay"), "void": s.opens(who, "void")}
	a := at(t, s, nil)
	a.Filled()
	a.Agrees()
	customer := a.Parent() + "/customers/" + who
	create := func(x *paymentsv1.Invoice, items ...*paymentsv1.InvoiceItem) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.invoices.CreateInvoice(ctx, &paymentsv1.CreateInvoiceRequest{Parent: a.Parent(), Invoice: x, Items: items, RequestId: uuid.NewString()})
			return err
		}
	}
	item := func(i *paymentsv1.InvoiceItem) func(context.Context) error {
		return create(&paymentsv1.Invoice{Customer: customer, CurrencyCode: "USD"}, i)
	}
	name := func(state string) string { return a.Parent() + "/invoices/" + states[state] }
	type row struct {
		call func(context.Context) error
		want codes.Code
	}
	pays := func(r *paymentsv1.PayInvoiceRequest) func(context.Context) error {
		return func(ctx context.Context) error {
			r.RequestId = uuid.NewString()
			_, err := a.invoices.PayInvoice(ctx, r)
			return err
		}
	}
	rows := map[string]row{
		"for nobody":                    {create(&paymentsv1.Invoice{}), codes.InvalidArgument},
		"another connection's customer": {create(&paymentsv1.Invoice{Customer: "connections/other/customers/c"}), codes.InvalidArgument},
		"sent, and due at no time":      {create(&paymentsv1.Invoice{Customer: customer, CollectionMode: paymentsv1.CollectionMode_COLLECTION_MODE_SEND}), codes.InvalidArgument},
		"charged, and due some time":    {create(&paymentsv1.Invoice{Customer: customer, DueTime: timestamppb.Now()}), codes.InvalidArgument},
		"an item with a name":           {item(&paymentsv1.InvoiceItem{Name: "x", Amount: usd(1)}), codes.InvalidArgument},
		"an item of nothing":            {item(&paymentsv1.InvoiceItem{}), codes.InvalidArgument},
		"an item in another currency":   {item(&paymentsv1.InvoiceItem{Amount: &typev1.Money{CurrencyCode: "EUR", MinorUnits: 5}}), codes.InvalidArgument},
		"an item of nine digits":        {item(&paymentsv1.InvoiceItem{Amount: usd(-100_000_000)}), codes.InvalidArgument},
		"dollars said to have none":     {item(&paymentsv1.InvoiceItem{Amount: &typev1.Money{CurrencyCode: "USD", MinorUnits: 5, Decimals: proto.Int32(0)}}), codes.InvalidArgument},
		"an amount and a price":         {item(&paymentsv1.InvoiceItem{Amount: usd(5), Price: a.Parent() + "/prices/p"}), codes.InvalidArgument},
		"pieces of no price":            {item(&paymentsv1.InvoiceItem{Amount: usd(5), Quantity: 2}), codes.InvalidArgument},
		"another connection's price":    {item(&paymentsv1.InvoiceItem{Price: "connections/other/prices/p"}), codes.InvalidArgument},
		"half a period":                 {item(&paymentsv1.InvoiceItem{Amount: usd(5), PeriodStartTime: timestamppb.Now()}), codes.InvalidArgument},
		"a card's number in an item":    {item(&paymentsv1.InvoiceItem{Amount: usd(5), Description: "4242 4242 4242 4242"}), codes.InvalidArgument},
		"a draft, paid":                 {pays(&paymentsv1.PayInvoiceRequest{Name: name("draft")}), codes.FailedPrecondition},
		"paid again":                    {pays(&paymentsv1.PayInvoiceRequest{Name: name("paid")}), codes.FailedPrecondition},
		"paid after it was void":        {pays(&paymentsv1.PayInvoiceRequest{Name: name("void")}), codes.FailedPrecondition},
		"paid elsewhere, with a method": {pays(&paymentsv1.PayInvoiceRequest{Name: name("open"), PaidElsewhere: true, PaymentMethod: "pm_1"}), codes.InvalidArgument},
		"paid, and it is not there":     {pays(&paymentsv1.PayInvoiceRequest{Name: a.Parent() + "/invoices/in_nobody"}), codes.NotFound},
		"a card's number as method":     {pays(&paymentsv1.PayInvoiceRequest{Name: name("open"), PaymentMethod: "4242424242424242"}), codes.InvalidArgument},
		"another way of collection, final": {func(ctx context.Context) error {
			return a.amend(ctx, &paymentsv1.Invoice{Name: name("open"), CollectionMode: 1})
		}, codes.FailedPrecondition},
		"an output": {func(ctx context.Context) error {
			_, err := a.invoices.UpdateInvoice(ctx, &paymentsv1.UpdateInvoiceRequest{Invoice: &paymentsv1.Invoice{Name: name("open"), Number: "1"}, UpdateMask: mask("number")})
			return err
		}, codes.InvalidArgument},
		"money without a request id": {func(ctx context.Context) error {
			_, err := a.invoices.PayInvoice(ctx, &paymentsv1.PayInvoiceRequest{Name: name("open")})
			return err
		}, codes.InvalidArgument},
		"deleted, and it is final": {func(ctx context.Context) error {
			_, err := a.invoices.DeleteInvoice(ctx, &paymentsv1.DeleteInvoiceRequest{Name: name("open"), RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
		"finalized again": {func(ctx context.Context) error {
			_, err := a.invoices.FinalizeInvoice(ctx, &paymentsv1.FinalizeInvoiceRequest{Name: name("open"), RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
		"sent, and it is charged": {func(ctx context.Context) error {
			_, err := a.invoices.SendInvoice(ctx, &paymentsv1.SendInvoiceRequest{Name: name("open"), RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
		"void, and it is paid": {func(ctx context.Context) error {
			_, err := a.invoices.VoidInvoice(ctx, &paymentsv1.VoidInvoiceRequest{Name: name("paid"), RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
		"written off, and it is a draft": {func(ctx context.Context) error {
			_, err := a.invoices.MarkInvoiceUncollectible(ctx, &paymentsv1.MarkInvoiceUncollectibleRequest{Name: name("draft"), RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
	}
	for what, c := range rows {
		t.Run(what, func(t *testing.T) {
			if err := c.call(t.Context()); status.Code(err) != c.want {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	if all := append(a.Ours("invoice", ""), a.Ours("payment_intent", "")...); len(all) > 0 {
		t.Errorf("changes were made: %v", all)
	}
}

func (a account) amend(ctx context.Context, x *paymentsv1.Invoice) error {
	_, err := a.invoices.UpdateInvoice(ctx, &paymentsv1.UpdateInvoiceRequest{Invoice: x})
	return err
}
