package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func (s *shop) subscriptions() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(_, text string) (string, error) {
			return "subscriptions/" + s.subscribes(s.payer(), s.seat(), "description", text), nil
		},
		Edit: func(entity, text string) error { return s.by("POST", "/v1/"+entity, form("metadata[said]", text), nil) },
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, x := range every[sdk.Subscription](s, "/v1/subscriptions", form("status", "all")) {
				all["subscriptions/"+x.ID] = s.expectedSubscription(x)
			}
			return all
		},
	}
}

// payer is the id of a customer with a card that works.
func (s *shop) payer() string {
	var x struct{ ID string }
	s.must("POST", "/v1/customers", form("name", "Ada", "invoice_settings[default_payment_method]", "pm_card_visa"), &x)
	return x.ID
}

// seat is the id of a price by the month.
func (s *shop) seat() string { return s.sells("recurring[interval]", "month") }

func (s *shop) subscribes(customer, price string, more ...string) string {
	var x struct{ ID string }
	s.must("POST", "/v1/subscriptions", form(append([]string{"customer", customer, "items[0][price]", price}, more...)...), &x)
	return x.ID
}

// expectedSubscription is a subscription in the contract's words, as a person would translate it.
func (s *shop) expectedSubscription(x sdk.Subscription) *paymentsv1.Subscription {
	m := &paymentsv1.Subscription{
		Customer: s.name + "/customers/" + x.Customer.ID, CurrencyCode: strings.ToUpper(string(x.Currency)), DaysUntilDue: int32(x.DaysUntilDue), //nolint:gosec // few
		State: map[sdk.SubscriptionStatus]paymentsv1.Subscription_State{
			"incomplete": 1, "incomplete_expired": 2, "trialing": 3, "active": 4, "past_due": 5, "unpaid": 6, "paused": 7, "canceled": 8,
		}[x.Status],
		CollectionMode:    map[sdk.SubscriptionCollectionMethod]paymentsv1.CollectionMode{"charge_automatically": 1, "send_invoice": 2}[x.CollectionMethod],
		Description:       x.Description,
		CancelAtPeriodEnd: x.CancelAtPeriodEnd, CancelTime: seconds(x.CancelAt), CancelRequestTime: seconds(x.CanceledAt), EndTime: seconds(x.EndedAt),
		StartTime: seconds(x.StartDate), TrialStartTime: seconds(x.TrialStart), TrialEndTime: seconds(x.TrialEnd), Metadata: own(x.Metadata), CreateTime: seconds(x.Created),
	}
	if x.Status == "canceled" && x.CancelAt == 0 {
		m.CancelTime = seconds(x.EndedAt)
	}
	if x.DefaultPaymentMethod != nil {
		m.DefaultPaymentMethod = x.DefaultPaymentMethod.ID
	}
	if x.LatestInvoice != nil {
		m.LatestInvoice = s.name + "/invoices/" + x.LatestInvoice.ID
	}
	if p := x.PauseCollection; p != nil {
		m.Pause = &paymentsv1.Subscription_Pause{
			Invoices:   map[sdk.SubscriptionPauseCollectionBehavior]paymentsv1.Subscription_Invoices{"keep_as_draft": 1, "mark_uncollectible": 2, "void": 3}[p.Behavior],
			ResumeTime: seconds(p.ResumesAt),
		}
	}
	for _, i := range x.Items.Data {
		m.Items = append(m.Items, &paymentsv1.SubscriptionItem{
			Id: i.ID, Price: s.name + "/prices/" + i.Price.ID, Quantity: i.Quantity, PeriodStartTime: seconds(i.CurrentPeriodStart), PeriodEndTime: seconds(i.CurrentPeriodEnd),
		})
	}
	return m
}

// subscribe asks for a subscription to prices.
func (a account) subscribe(x *paymentsv1.Subscription, prices ...string) *paymentsv1.Subscription {
	a.Helper()
	for _, p := range prices {
		x.Items = append(x.Items, &paymentsv1.SubscriptionItem{Price: a.Parent() + "/prices/" + p})
	}
	made, err := a.subscriptions.CreateSubscription(context.Background(), &paymentsv1.CreateSubscriptionRequest{
		Parent: a.Parent(), Subscription: x, RequestId: uuid.NewString(),
	})
	return adaptertest.Asked(a, made, err)
}

func (a account) subscription(name string) *paymentsv1.Subscription {
	a.Helper()
	return settled(a, func() (*paymentsv1.Subscription, error) {
		return a.subscriptions.GetSubscription(context.Background(), &paymentsv1.GetSubscriptionRequest{Name: name})
	})
}

// becomes waits until a subscription is as the vendor has it and fits.
func (a account) becomes(name string, fits func(*paymentsv1.Subscription) bool) *paymentsv1.Subscription {
	a.Helper()
	var x *paymentsv1.Subscription
	adaptertest.Until(a, "it becomes so", func() string {
		if x = a.subscription(name); !fits(x) {
			return x.String()
		}
		return ""
	})
	return x
}

func TestASubscriptionIsMadeChangedPausedResumedAndCanceled(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	ctx := t.Context()
	who := a.create(&paymentsv1.Customer{DisplayName: "Ada", DefaultPaymentMethod: "pm_card_visa"})
	seat, desk := a.shop.seat(), a.shop.seat()
	made := a.subscribe(&paymentsv1.Subscription{Customer: who.GetName(), Description: "seats", Metadata: map[string]string{"team": "red"}}, seat)
	x := a.becomes(made.GetName(), func(x *paymentsv1.Subscription) bool { return x.GetState() == paymentsv1.Subscription_STATE_ACTIVE })
	if x.GetCustomer() != a.customer(who.GetName()).GetName() || len(x.GetItems()) != 1 || x.GetItems()[0].GetQuantity() != 1 || x.GetMetadata()["team"] != "red" {
		t.Fatalf("%v", x)
	}
	x.Etag = ""
	a.Misbehaves(vendorsim.Plan{FailBeforeCommit: 1, Routes: []string{"/v1/subscriptions"}}) // nothing gets done for a while
	x.Items[0].Quantity = 7
	x.Items = append(x.Items, &paymentsv1.SubscriptionItem{Price: a.Parent() + "/prices/" + desk})
	now, err := a.subscriptions.UpdateSubscription(ctx, &paymentsv1.UpdateSubscriptionRequest{
		Subscription: x, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"items", "description"}},
	})
	if err != nil || len(now.GetItems()) != 2 {
		t.Fatalf("%v %v", now, err)
	}
	_, err = a.subscriptions.UpdateSubscription(ctx, &paymentsv1.UpdateSubscriptionRequest{Subscription: x, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"items"}}})
	if status.Code(err) != codes.FailedPrecondition {
		t.Errorf("items are replaced while others are on their way: %v", err)
	}
	a.Misbehaves(vendorsim.Plan{})
	x = a.subscription(x.GetName())
	if len(x.GetItems()) != 2 || x.GetItems()[0].GetQuantity() != 7 || x.GetItems()[1].GetId() == "" {
		t.Fatalf("changed: %v", x)
	}
	x.Items = x.GetItems()[1:]
	if _, err = a.subscriptions.UpdateSubscription(ctx, &paymentsv1.UpdateSubscriptionRequest{Subscription: x}); err != nil {
		t.Fatal(err)
	}
	if x = a.subscription(x.GetName()); len(x.GetItems()) != 1 || x.GetItems()[0].GetPrice() != a.Parent()+"/prices/"+desk {
		t.Errorf("one is left out: %v", x)
	}
	a.Agrees()
	until := timestamppb.New(time.Now().Add(100 * 24 * time.Hour).Truncate(time.Second))
	paused, err := a.subscriptions.PauseSubscription(ctx, &paymentsv1.PauseSubscriptionRequest{
		Name: x.GetName(), Pause: &paymentsv1.Subscription_Pause{Invoices: paymentsv1.Subscription_INVOICES_VOID, ResumeTime: until}, RequestId: uuid.NewString(),
	})
	if err != nil || paused.GetPause() == nil {
		t.Errorf("%v %v", paused, err)
	}
	a.subscription(x.GetName())
	a.Agrees()
	if _, err = a.subscriptions.CancelSubscription(ctx, &paymentsv1.CancelSubscriptionRequest{Name: x.GetName(), AtPeriodEnd: true, Comment: "too dear", RequestId: uuid.NewString()}); err != nil {
		t.Fatal(err)
	}
	a.subscription(x.GetName())
	a.Agrees()
	if x := a.subscription(x.GetName()); !x.GetCancelAtPeriodEnd() || x.GetCancelTime() == nil || x.GetPause() == nil {
		t.Errorf("to be canceled: %v", x)
	}
	if _, err = a.subscriptions.ResumeSubscription(ctx, &paymentsv1.ResumeSubscriptionRequest{Name: x.GetName(), RequestId: uuid.NewString()}); err != nil {
		t.Fatal(err)
	}
	if x := a.subscription(x.GetName()); x.GetCancelAtPeriodEnd() || x.GetPause() != nil {
		t.Errorf("resumed: %v", x)
	}
	a.Agrees()
	ended, err := a.subscriptions.CancelSubscription(ctx, &paymentsv1.CancelSubscriptionRequest{Name: x.GetName(), Prorate: true, RequestId: uuid.NewString()})
	if err != nil || ended.GetState() != paymentsv1.Subscription_STATE_CANCELED {
		t.Errorf("%v %v", ended, err)
	}
	if x := a.subscription(x.GetName()); x.GetState() != paymentsv1.Subscription_STATE_CANCELED || x.GetMirror().GetDeleteTime() != nil || x.GetMirror().GetRefusal() != nil {
		t.Errorf("canceled: %v", x)
	}
	a.Agrees()
	a.once("subscription", "create", 1)
	a.once("subscription", "cancel", 1)
}

// A second one would be billed too, and an item would be added twice.
func TestASubscriptionWhoseAnswersAreLostIsMadeAndChangedOnce(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]vendorsim.Plan{
		"the answer is lost":          {LoseAnswers: 3, Routes: []string{"/v1/subscriptions"}},
		"nothing is answered in time": {HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 4000}, Routes: []string{"/v1/subscriptions"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alone(t, with{"jobs.attempt": "1s", "jobs.lease": "2s"}, sim.Config{})
			a.Filled()
			who := a.customer(a.create(&paymentsv1.Customer{DefaultPaymentMethod: "pm_card_visa"}).GetName())
			seat, desk := a.shop.seat(), a.shop.seat()
			a.Misbehaves(plan)
			made := a.subscribe(&paymentsv1.Subscription{Customer: who.GetName()}, seat)
			a.met("subscription", "create", 1)
			x := a.becomes(made.GetName(), func(x *paymentsv1.Subscription) bool { return len(x.GetItems()) == 1 && x.GetItems()[0].GetId() != "" })
			a.Misbehaves(plan)
			x.Items = append(x.Items, &paymentsv1.SubscriptionItem{Price: a.Parent() + "/prices/" + desk, Quantity: 2})
			if _, err := a.subscriptions.UpdateSubscription(t.Context(), &paymentsv1.UpdateSubscriptionRequest{Subscription: x}); err != nil { // with its etag
				t.Fatal(err)
			}
			a.met("subscription", "update", 1)
			a.becomes(x.GetName(), func(x *paymentsv1.Subscription) bool {
				return len(x.GetItems()) == 2 && x.GetMirror().GetRefusal() == nil
			})
			a.Misbehaves(plan)
			if _, err := a.subscriptions.CancelSubscription(t.Context(), &paymentsv1.CancelSubscriptionRequest{Name: x.GetName(), RequestId: uuid.NewString()}); err != nil {
				t.Fatal(err)
			}
			a.met("subscription", "cancel", 1)
			if x := a.subscription(x.GetName()); x.GetState() != paymentsv1.Subscription_STATE_CANCELED || x.GetMirror().GetRefusal() != nil {
				t.Errorf("%v", x)
			}
			a.Agrees()
			a.once("subscription", "create", 1)
			a.once("subscription", "update", 1)
			a.once("subscription", "cancel", 1)
		})
	}
}

// met waits until the vendor has made a change of ours, whatever we heard of it, and lets it behave again.
func (a account) met(kind, op string, n int) {
	a.Helper()
	adaptertest.Until(a, "the vendor has it", func() string {
		if len(a.Ours(kind, op)) < n {
			return "not yet"
		}
		return ""
	})
	a.Misbehaves(vendorsim.Plan{})
}

func TestARefusedSubscriptionIsTold(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	who := a.customer(a.create(&paymentsv1.Customer{DefaultPaymentMethod: "pm_card_visa"}).GetName())
	once, seat := a.shop.sells(), a.shop.seat()
	x := a.subscription(a.subscribe(&paymentsv1.Subscription{Customer: who.GetName()}, once).GetName())
	if r := x.GetMirror().GetRefusal(); r == nil || !strings.Contains(r.GetMessage(), "recurring") {
		t.Errorf("%v", x)
	}
	held := a.subscription(a.subscribe(&paymentsv1.Subscription{Customer: who.GetName()}, seat).GetName())
	was := held.GetItems()[0].GetPrice()
	held.Items[0].Price = a.Parent() + "/prices/" + once
	held.Items = append(held.Items, &paymentsv1.SubscriptionItem{Price: a.Parent() + "/prices/" + once})
	if _, err := a.subscriptions.UpdateSubscription(t.Context(), &paymentsv1.UpdateSubscriptionRequest{Subscription: held}); err != nil {
		t.Fatal(err)
	}
	if held = a.subscription(held.GetName()); held.GetMirror().GetRefusal() == nil || len(held.GetItems()) != 1 || held.GetItems()[0].GetPrice() != was {
		t.Errorf("%v", held)
	}
	a.Agrees()
	declined := a.customer(a.create(&paymentsv1.Customer{DefaultPaymentMethod: "pm_card_visa_chargeDeclined"}).GetName())
	unpaid := a.subscription(a.subscribe(&paymentsv1.Subscription{Customer: declined.GetName()}, seat).GetName())
	if unpaid.GetState() != paymentsv1.Subscription_STATE_INCOMPLETE || unpaid.GetMirror().GetRefusal() != nil {
		t.Errorf("one whose first invoice cannot be paid is there all the same: %v", unpaid)
	}
	a.Agrees()
}

func TestASubscriptionThatWasCanceledWhileWeWereDownIsFound(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]with{
		"by webhook": {"stripe.sweep.events": "1h", "stripe.sweep.lists": "1h"}, "by the feed": {"stripe.sweep.lists": "1h"}, "by the list": {"stripe.sweep.events": "1h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(sim.Config{})
			who, seat := s.payer(), s.seat()
			kept, ended := s.subscribes(who, seat), s.subscribes(who, seat)
			s.must("DELETE", "/v1/subscriptions/"+s.subscribes(who, seat), nil, nil)
			a := at(t, s, settings)
			a.Filled()
			a.Agrees()
			if name != "by webhook" {
				a.Silence()
			}
			s.must("DELETE", "/v1/subscriptions/"+ended, nil, nil)
			s.must("POST", "/v1/subscriptions/"+kept, form("description", "edited", "items[0][price]", s.seat()), nil)
			a.Agrees()
			x := a.subscription(a.Parent() + "/subscriptions/" + ended)
			if x.GetState() != paymentsv1.Subscription_STATE_CANCELED || x.GetMirror().GetDeleteTime() != nil {
				t.Errorf("%v", x)
			}
		})
	}
}

func TestBadSubscriptionsGetTheRightStatusAndBillNothing(t *testing.T) {
	t.Parallel()
	s := newShop(sim.Config{})
	who, seat := s.payer(), s.seat()
	ended := s.subscribes(who, seat)
	live := s.subscribes(who, seat)
	s.must("DELETE", "/v1/subscriptions/"+ended, nil, nil)
	a := at(t, s, nil)
	a.Filled()
	a.Agrees()
	customer, price := a.Parent()+"/customers/"+who, a.Parent()+"/prices/"+seat
	items := func(ids ...string) (all []*paymentsv1.SubscriptionItem) {
		for _, id := range ids {
			all = append(all, &paymentsv1.SubscriptionItem{Id: id, Price: price})
		}
		return all
	}
	create := func(x *paymentsv1.Subscription) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.subscriptions.CreateSubscription(ctx, &paymentsv1.CreateSubscriptionRequest{Parent: a.Parent(), Subscription: x, RequestId: uuid.NewString()})
			return err
		}
	}
	update := func(id string, x *paymentsv1.Subscription, paths ...string) func(context.Context) error {
		return func(ctx context.Context) error {
			x.Name = a.Parent() + "/subscriptions/" + id
			_, err := a.subscriptions.UpdateSubscription(ctx, &paymentsv1.UpdateSubscriptionRequest{Subscription: x, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}})
			return err
		}
	}
	cancel := func(r *paymentsv1.CancelSubscriptionRequest) func(context.Context) error {
		return func(ctx context.Context) error {
			r.RequestId = uuid.NewString()
			_, err := a.subscriptions.CancelSubscription(ctx, r)
			return err
		}
	}
	name := a.Parent() + "/subscriptions/" + live
	for row, c := range map[string]struct {
		call func(context.Context) error
		want codes.Code
	}{
		"for nobody":                      {create(&paymentsv1.Subscription{Items: items("")}), codes.InvalidArgument},
		"of nothing":                      {create(&paymentsv1.Subscription{Customer: customer}), codes.InvalidArgument},
		"of no price":                     {create(&paymentsv1.Subscription{Customer: customer, Items: []*paymentsv1.SubscriptionItem{{}}}), codes.InvalidArgument},
		"another connection's price":      {create(&paymentsv1.Subscription{Customer: customer, Items: []*paymentsv1.SubscriptionItem{{Price: "connections/other/prices/p"}}}), codes.InvalidArgument},
		"another connection's customer":   {create(&paymentsv1.Subscription{Customer: "connections/other/customers/c", Items: items("")}), codes.InvalidArgument},
		"fewer than none":                 {create(&paymentsv1.Subscription{Customer: customer, Items: []*paymentsv1.SubscriptionItem{{Price: price, Quantity: -1}}}), codes.InvalidArgument},
		"an id in a new one":              {create(&paymentsv1.Subscription{Customer: customer, Items: items("si_1")}), codes.InvalidArgument},
		"sent, and due at no time":        {create(&paymentsv1.Subscription{Customer: customer, Items: items(""), CollectionMode: paymentsv1.CollectionMode_COLLECTION_MODE_SEND}), codes.InvalidArgument},
		"charged, and due some time":      {create(&paymentsv1.Subscription{Customer: customer, Items: items(""), DaysUntilDue: 3}), codes.InvalidArgument},
		"in a currency that there is not": {create(&paymentsv1.Subscription{Customer: customer, Items: items(""), CurrencyCode: "XTS"}), codes.InvalidArgument},
		"a card's number":                 {create(&paymentsv1.Subscription{Customer: customer, Items: items(""), Description: "4242 4242 4242 4242"}), codes.InvalidArgument},
		"one item twice":                  {update(live, &paymentsv1.Subscription{Items: items("si_1", "si_1")}, "items"), codes.InvalidArgument},
		"an item that is not there":       {update(live, &paymentsv1.Subscription{Items: items("si_1")}, "items"), codes.InvalidArgument},
		"all items left out":              {update(live, &paymentsv1.Subscription{}, "items"), codes.InvalidArgument},
		"for somebody else":               {update(live, &paymentsv1.Subscription{Customer: customer}, "customer"), codes.InvalidArgument},
		"changed after its end":           {update(ended, &paymentsv1.Subscription{Description: "x"}, "description"), codes.FailedPrecondition},
		"canceled after its end":          {cancel(&paymentsv1.CancelSubscriptionRequest{Name: a.Parent() + "/subscriptions/" + ended}), codes.FailedPrecondition},
		"at the end, and credited":        {cancel(&paymentsv1.CancelSubscriptionRequest{Name: name, AtPeriodEnd: true, Prorate: true}), codes.InvalidArgument},
		"at the end, and billed":          {cancel(&paymentsv1.CancelSubscriptionRequest{Name: name, AtPeriodEnd: true, BillNow: true}), codes.InvalidArgument},
		"one that is not there":           {cancel(&paymentsv1.CancelSubscriptionRequest{Name: a.Parent() + "/subscriptions/sub_nobody"}), codes.NotFound},
		"resumed, and it goes on": {func(ctx context.Context) error {
			_, err := a.subscriptions.ResumeSubscription(ctx, &paymentsv1.ResumeSubscriptionRequest{Name: name, RequestId: uuid.NewString()})
			return err
		}, codes.FailedPrecondition},
		"paused in a way that there is not": {func(ctx context.Context) error {
			_, err := a.subscriptions.PauseSubscription(ctx, &paymentsv1.PauseSubscriptionRequest{Name: name, Pause: &paymentsv1.Subscription_Pause{Invoices: 9}, RequestId: uuid.NewString()})
			return err
		}, codes.InvalidArgument},
	} {
		t.Run(row, func(t *testing.T) {
			if err := c.call(t.Context()); status.Code(err) != c.want {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	if all := a.Ours("subscription", ""); len(all) > 0 {
		t.Errorf("changes were made: %v", all)
	}
}
