package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
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

// items are what a person does with items: those that are on no draft stay as they are.
func (s *shop) items() adaptertest.Hand {
	on := func(entity string) string {
		for _, x := range every[sdk.InvoiceItem](s, "/v1/invoiceitems", nil) {
			if x.Invoice != nil && entity == "invoices/"+x.Invoice.ID+"/items/"+x.ID && s.isDraft(x.Invoice.ID) {
				return "/v1/invoiceitems/" + x.ID
			}
		}
		return ""
	}
	return adaptertest.Hand{
		Make: func(parent, text string) (string, error) {
			id, more := strings.TrimPrefix(parent, "invoices/"), form("amount", "700", "description", text)
			var x struct{ ID string }
			more.Set("invoice", id)
			if !s.isDraft(id) || s.by("POST", "/v1/invoiceitems", more, &x) != nil { // its customer may be gone
				id = s.drafts(s.payer())
				more.Set("invoice", id)
				s.must("POST", "/v1/invoiceitems", more, &x)
			}
			return "invoices/" + id + "/items/" + x.ID, nil
		},
		Edit: func(entity, text string) error {
			if at := on(entity); at != "" {
				return s.by("POST", at, form("metadata[said]", text), nil)
			}
			return nil
		},
		Delete: func(entity string) error {
			if at := on(entity); at != "" {
				return s.by("DELETE", at, nil, nil)
			}
			return nil
		},
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, x := range every[sdk.Invoice](s, "/v1/invoices", nil) {
				lines := x.Lines.Data
				if x.Lines.HasMore {
					lines = every[*sdk.InvoiceLineItem](s, "/v1/invoices/"+x.ID+"/lines", nil)
				}
				maps.Copy(all, s.expectedItems(x.ID, lines))
			}
			return all
		},
	}
}

func (s *shop) isDraft(id string) bool {
	raw, ok := s.Truth("", id)
	var x struct{ Status string }
	return ok && json.Unmarshal(raw, &x) == nil && x.Status == "draft"
}

// editable is the id of a draft that is to be sent, whose second item may be changed.
func (s *shop) editable() string {
	id := s.drafts(s.payer(), "collection_method", "send_invoice", "days_until_due", "14")
	s.must("POST", "/v1/invoiceitems", form("invoice", id, "amount", "900", "description", "may be changed"), nil)
	return id
}

// expectedItems are the lines of an invoice in the contract's words, as a person would translate them.
func (s *shop) expectedItems(invoice string, lines []*sdk.InvoiceLineItem) map[string]proto.Message {
	all := map[string]proto.Message{}
	for _, x := range lines {
		id, discountable := x.ID, x.Discountable
		m := &paymentsv1.InvoiceItem{Description: x.Description, Amount: usual(x.Amount, x.Currency), Quantity: x.Quantity, Discountable: &discountable}
		if p := x.Parent.InvoiceItemDetails; p != nil {
			id, m.Metadata = p.InvoiceItem, own(x.Metadata)
		} else {
			m.FromSubscription = true
		}
		if x.Pricing != nil {
			m.Price = s.name + "/prices/" + x.Pricing.PriceDetails.Price.ID
		}
		if x.Period.Start != x.Period.End {
			m.PeriodStartTime, m.PeriodEndTime = seconds(x.Period.Start), seconds(x.Period.End)
		}
		all["invoices/"+invoice+"/items/"+id] = m
	}
	return all
}

func itemOperations() []adaptertest.Operation {
	draft := stand(paymentsv1.Invoice_STATE_DRAFT, paymentsv1.CollectionMode_COLLECTION_MODE_SEND)
	free := func(truth proto.Message) bool {
		x, ok := truth.(*paymentsv1.InvoiceItem)
		return ok && x.GetDescription() == "may be changed"
	}
	return []adaptertest.Operation{
		{
			Name: "AddInvoiceItem", Method: paymentsv1.InvoiceService_AddInvoiceItem_FullMethodName, On: "invoice", Fits: draft, Kind: "invoiceitem", Op: "create",
			Request: func(on, text string) proto.Message {
				return &paymentsv1.AddInvoiceItemRequest{Parent: on, Item: &paymentsv1.InvoiceItem{Description: text, Amount: usd(300)}, RequestId: uuid.NewString()}
			},
			Refused: func(on string) proto.Message {
				return &paymentsv1.AddInvoiceItemRequest{Parent: on, Item: &paymentsv1.InvoiceItem{Price: parentOf(on, "invoices") + "/prices/none"}, RequestId: uuid.NewString()}
			},
		},
		{
			Name: "UpdateInvoiceItem", Method: paymentsv1.InvoiceService_UpdateInvoiceItem_FullMethodName, On: "item", Fits: free, Kind: "invoiceitem", Op: "update",
			Request: func(on, text string) proto.Message {
				return &paymentsv1.UpdateInvoiceItemRequest{
					Item: &paymentsv1.InvoiceItem{Name: on, Amount: usd(950), Metadata: map[string]string{"said": text}}, UpdateMask: mask("amount", "metadata"), RequestId: uuid.NewString(),
				}
			},
		},
		{
			Name: "DeleteInvoiceItem", Method: paymentsv1.InvoiceService_DeleteInvoiceItem_FullMethodName, On: "item", Fits: free, Kind: "invoiceitem", Op: "delete",
			Request: func(on, _ string) proto.Message {
				return &paymentsv1.DeleteInvoiceItemRequest{Name: on, RequestId: uuid.NewString()}
			},
		},
	}
}

func (a account) add(invoice string, x *paymentsv1.InvoiceItem) *paymentsv1.InvoiceItem {
	a.Helper()
	made, err := a.invoices.AddInvoiceItem(context.Background(), &paymentsv1.AddInvoiceItemRequest{Parent: invoice, Item: x, RequestId: uuid.NewString()})
	return adaptertest.Asked(a, made, err)
}

// listed waits until an invoice has so many items, none of which is pending.
func (a account) listed(invoice string, n int) (all []*paymentsv1.InvoiceItem) {
	a.Helper()
	adaptertest.Until(a, "all items are listed", func() string {
		got, err := a.invoices.ListInvoiceItems(context.Background(), &paymentsv1.ListInvoiceItemsRequest{Parent: invoice})
		if err != nil {
			return err.Error()
		}
		all = got.GetItems()
		if len(all) != n || slices.ContainsFunc(all, func(x *paymentsv1.InvoiceItem) bool { return len(x.GetMirror().GetPendingWrites()) > 0 }) {
			return got.String()
		}
		return ""
	})
	return all
}

func TestItemsOfADraftAreAddedChangedAndTakenAway(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	ctx := t.Context()
	price := a.shop.sells()
	a.Agrees()
	who := a.create(&paymentsv1.Customer{DefaultPaymentMethod: "pm_card_visa"}).GetName()
	draft := a.bill(&paymentsv1.Invoice{Customer: who}, items(100)...).GetName()
	first := a.add(draft, &paymentsv1.InvoiceItem{Description: "support", Amount: usd(2000), Metadata: map[string]string{"a": "1"}}) // to what is not created yet
	if len(first.GetMirror().GetPendingWrites()) != 1 || !strings.HasPrefix(first.GetName(), draft+"/items/~") {
		t.Errorf("at once: %v", first)
	}
	a.listed(draft, 2)
	pieces := a.add(draft, &paymentsv1.InvoiceItem{Price: a.Parent() + "/prices/" + price, Quantity: 3})
	a.listed(draft, 3)
	for _, r := range []*paymentsv1.UpdateInvoiceItemRequest{
		{Item: &paymentsv1.InvoiceItem{Name: first.GetName(), Amount: usd(2500), Metadata: map[string]string{"a": "", "b": "2"}}},
		{Item: &paymentsv1.InvoiceItem{Name: pieces.GetName(), Quantity: 5, Description: "five of them"}},
	} {
		if _, err := a.invoices.UpdateInvoiceItem(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range a.listed(draft, 3) {
		switch x.GetUid() {
		case first.GetUid():
			if x.GetAmount().GetMinorUnits() != 2500 || x.GetMetadata()["b"] != "2" || len(x.GetMetadata()) != 1 {
				t.Errorf("%v", x)
			}
		case pieces.GetUid():
			if x.GetQuantity() != 5 || x.GetDescription() != "five of them" {
				t.Errorf("%v", x)
			}
		}
	}
	a.Agrees()
	gone, err := a.invoices.DeleteInvoiceItem(ctx, &paymentsv1.DeleteInvoiceItemRequest{Name: first.GetName(), RequestId: uuid.NewString()})
	if err != nil || gone.GetMirror().GetDeleteTime() == nil {
		t.Errorf("%v %v", gone, err)
	}
	a.listed(draft, 2)
	a.Agrees()
	a.finalize(draft)
	a.stands(draft, paymentsv1.Invoice_STATE_OPEN)
	a.Agrees()
	if n := len(a.Ours("invoiceitem", "create")); n != 3 {
		t.Errorf("%d items were made, want 3", n)
	}
}

// A second one would be billed too.
func TestAnItemWhoseAnswerIsLostIsAddedOnce(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]vendorsim.Plan{
		"the answer is lost":          {LoseAnswers: 3, Routes: []string{"/v1/invoiceitems"}},
		"it is answered with a 500":   {FailAfterCommit: 1, Routes: []string{"/v1/invoiceitems"}},
		"nothing is answered in time": {HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 4000}, Routes: []string{"/v1/invoiceitems"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alone(t, with{"jobs.attempt": "1s", "jobs.lease": "2s"}, sim.Config{})
			a.Filled()
			who := a.customer(a.create(&paymentsv1.Customer{DefaultPaymentMethod: "pm_card_visa"}).GetName()).GetName()
			draft := a.bill(&paymentsv1.Invoice{Customer: who}).GetName()
			a.stands(draft, paymentsv1.Invoice_STATE_DRAFT)
			meets := func(op string, n int, do func()) {
				a.Misbehaves(plan)
				do()
				a.met("invoiceitem", op, n)
			}
			var made *paymentsv1.InvoiceItem
			meets("create", 1, func() { made = a.add(draft, &paymentsv1.InvoiceItem{Amount: usd(700)}) })
			a.listed(draft, 1)
			meets("update", 1, func() {
				_, err := a.invoices.UpdateInvoiceItem(t.Context(), &paymentsv1.UpdateInvoiceItemRequest{Item: &paymentsv1.InvoiceItem{Name: made.GetName(), Amount: usd(800)}})
				adaptertest.Asked(a, 0, err)
			})
			if x := a.listed(draft, 1)[0]; x.GetAmount().GetMinorUnits() != 800 || x.GetMirror().GetRefusal() != nil {
				t.Errorf("%v", x)
			}
			meets("delete", 1, func() {
				_, err := a.invoices.DeleteInvoiceItem(t.Context(), &paymentsv1.DeleteInvoiceItemRequest{Name: made.GetName(), RequestId: uuid.NewString()})
				adaptertest.Asked(a, 0, err)
			})
			a.listed(draft, 0)
			a.Agrees()
			a.once("invoiceitem", "create", 1)
		})
	}
}

// Whichever way they come, and be they more than an invoice shows.
func TestItemsOfAPersonAreBroughtWhicheverWay(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]with{
		"by webhook": {"stripe.sweep.events": "1h", "stripe.sweep.lists": "1h"}, "by the feed": {"stripe.sweep.lists": "1h"}, "by the list": {"stripe.sweep.events": "1h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(sim.Config{})
			long := s.editable()
			for range 12 {
				s.must("POST", "/v1/invoiceitems", form("invoice", long, "amount", "10"), nil)
			}
			s.subscribes(s.payer(), s.seat())
			a := at(t, s, settings)
			a.Filled()
			a.Agrees()
			if name != "by webhook" {
				a.Silence()
			}
			hand, draft := s.items(), s.editable()
			one, _ := hand.Make("invoices/"+draft, "one")
			two, _ := hand.Make("invoices/"+draft, "two")
			a.Agrees()
			for _, err := range []error{hand.Edit(one, "edited"), hand.Delete(two), s.by("POST", "/v1/invoiceitems", form("invoice", long, "amount", "11"), nil)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			a.Agrees()
			s.must("DELETE", "/v1/invoices/"+draft, nil, nil)
			s.must("POST", "/v1/invoices/"+long+"/finalize", nil, nil)
			a.Agrees()
		})
	}
}

func TestBadItemsGetTheRightStatusAndBillNothing(t *testing.T) {
	t.Parallel()
	s := newShop(sim.Config{})
	draft, open := s.editable(), s.opens(s.payer())
	s.subscribes(s.payer(), s.seat())
	a := at(t, s, nil)
	a.Filled()
	a.Agrees()
	name := func(invoice string) string { return a.Parent() + "/invoices/" + invoice }
	var on, final, ofSubscription string
	for entity, m := range s.items().Truth() {
		x, _ := m.(*paymentsv1.InvoiceItem)
		switch {
		case x.GetFromSubscription():
			ofSubscription = a.Parent() + "/" + entity
		case strings.HasPrefix(entity, "invoices/"+draft):
			on = a.Parent() + "/" + entity
		case strings.HasPrefix(entity, "invoices/"+open):
			final = a.Parent() + "/" + entity
		}
	}
	add := func(invoice string, x *paymentsv1.InvoiceItem) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.invoices.AddInvoiceItem(ctx, &paymentsv1.AddInvoiceItemRequest{Parent: name(invoice), Item: x, RequestId: uuid.NewString()})
			return err
		}
	}
	update := func(x *paymentsv1.InvoiceItem, paths ...string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.invoices.UpdateInvoiceItem(ctx, &paymentsv1.UpdateInvoiceItemRequest{Item: x, UpdateMask: mask(paths...)})
			return err
		}
	}
	remove := func(item string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := a.invoices.DeleteInvoiceItem(ctx, &paymentsv1.DeleteInvoiceItemRequest{Name: item, RequestId: uuid.NewString()})
			return err
		}
	}
	before := len(a.Ours("invoiceitem", ""))
	for name, row := range map[string]struct {
		call func(context.Context) error
		want codes.Code
	}{
		"nothing":                          {add(draft, nil), codes.InvalidArgument},
		"of no amount":                     {add(draft, &paymentsv1.InvoiceItem{}), codes.InvalidArgument},
		"of nine digits":                   {add(draft, &paymentsv1.InvoiceItem{Amount: usd(100_000_000)}), codes.InvalidArgument},
		"in another currency":              {add(draft, &paymentsv1.InvoiceItem{Amount: &typev1.Money{CurrencyCode: "EUR", MinorUnits: 5}}), codes.InvalidArgument},
		"a card's number":                  {add(draft, &paymentsv1.InvoiceItem{Amount: usd(5), Description: "4242 4242 4242 4242"}), codes.InvalidArgument},
		"another connection's price":       {add(draft, &paymentsv1.InvoiceItem{Price: "connections/other/prices/p"}), codes.InvalidArgument},
		"on what is final":                 {add(open, &paymentsv1.InvoiceItem{Amount: usd(5)}), codes.FailedPrecondition},
		"on what is not there":             {add("in_nobody", &paymentsv1.InvoiceItem{Amount: usd(5)}), codes.NotFound},
		"changed on what is final":         {update(&paymentsv1.InvoiceItem{Name: final, Amount: usd(5)}, "amount"), codes.FailedPrecondition},
		"changed, and a subscription's":    {update(&paymentsv1.InvoiceItem{Name: ofSubscription, Amount: usd(5)}, "amount"), codes.FailedPrecondition},
		"changed to no amount":             {update(&paymentsv1.InvoiceItem{Name: on}, "amount"), codes.InvalidArgument},
		"changed to another currency":      {update(&paymentsv1.InvoiceItem{Name: on, Amount: &typev1.Money{CurrencyCode: "EUR", MinorUnits: 5}}, "amount"), codes.InvalidArgument},
		"changed to a price":               {update(&paymentsv1.InvoiceItem{Name: on, Price: a.Parent() + "/prices/p"}, "price"), codes.InvalidArgument},
		"changed to pieces of none":        {update(&paymentsv1.InvoiceItem{Name: on, Quantity: 2}, "quantity"), codes.InvalidArgument},
		"changed to half a period":         {update(&paymentsv1.InvoiceItem{Name: on, PeriodStartTime: timestamppb.Now()}, "period_start_time"), codes.InvalidArgument},
		"changed under another invoice":    {update(&paymentsv1.InvoiceItem{Name: name(open) + on[strings.Index(on, "/items/"):], Amount: usd(5)}, "amount"), codes.NotFound},
		"taken away from what is final":    {remove(final), codes.FailedPrecondition},
		"taken away, and a subscription's": {remove(ofSubscription), codes.FailedPrecondition},
		"taken away, and not there":        {remove(name(draft) + "/items/ii_nobody"), codes.NotFound},
		"taken away by another's name":     {remove(a.Parent() + "/customers/cus_1"), codes.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			if err := row.call(t.Context()); status.Code(err) != row.want {
				t.Errorf("%v, want %v", err, row.want)
			}
		})
	}
	if after := len(a.Ours("invoiceitem", "")); after != before {
		t.Errorf("%d changes were made", after-before)
	}
}
