package stripe

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Draw draws a change of a customer, a move of money, or a bill.
func (s *shop) Draw(ctx context.Context, h *cast.Hand) (cast.Intent, bool) {
	n := h.Dice.IntN(100)
	if n < 8 {
		return s.create(h, n < 1), true
	}
	if n < 36 {
		return s.move(ctx, h, n < 14)
	}
	if n < 54 {
		if intent, ok := s.bill(ctx, h, n < 44); ok {
			return intent, ok
		}
	}
	who, ok := s.Subjects.One(h.Dice, customer)
	switch {
	case !ok:
		return cast.Intent{}, false
	case n < 56:
		return s.remove(h, who), true
	case n < 58:
		return s.update(h, who, nil, true), true
	case n < 68: // what it has just read, if nobody has changed it since
		read, err := s.Get(ctx, h.Dice.IntN(8), customer, who.Name)
		return s.update(h, who, &read, false), err == nil
	default:
		return s.update(h, who, nil, false), true
	}
}

// badEmail is one that the vendor refuses.
const badEmail = "nowhere"

func emails() []string {
	return []string{"ada@example.com", "ben@example.com", "eve@example.com"}
}

func (s *shop) create(h *cast.Hand, bad bool) cast.Intent {
	w := h.Begin(history.Create, customer, uuid.Nil)
	w.Bad = bad
	x := &paymentsv1.Customer{DisplayName: h.Text("name"), Description: h.Text("description"), Email: emails()[h.Dice.IntN(3)]}
	w.Values["display_name"], w.Values["description"] = x.GetDisplayName(), x.GetDescription()
	intent := cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.customers(replica).CreateCustomer(ctx, &paymentsv1.CreateCustomerRequest{Parent: s.Parent, Customer: x, RequestId: w.Request.String()})
		return customerView(got), err
	}}
	if bad {
		x.Email = badEmail
	}
	if bad || h.Dice.IntN(2) == 0 { // it depends on a create that is under way, and perhaps refused
		intent.Then = func(v cast.View) cast.Intent {
			return s.pay(h, cast.Subject{Kind: customer, UID: v.UID, Name: v.Name})
		}
	}
	return intent
}

// update sets one field or two; a bad one the vendor refuses. With an etag it is guarded.
func (s *shop) update(h *cast.Hand, who cast.Subject, read *cast.View, bad bool) cast.Intent {
	w := h.Begin(history.Update, customer, who.UID)
	w.Bad = bad
	x, mask := &paymentsv1.Customer{Name: who.Name}, &fieldmaskpb.FieldMask{}
	if h.Dice.IntN(3) != 0 {
		x.DisplayName = h.Text("name")
		w.Values["display_name"], mask.Paths = x.GetDisplayName(), append(mask.GetPaths(), "display_name")
	} else {
		x.Description = h.Text("description")
		w.Values["description"], mask.Paths = x.GetDescription(), append(mask.GetPaths(), "description")
	}
	switch {
	case bad:
		x.Email, mask.Paths = badEmail, append(mask.GetPaths(), "email")
	case h.Dice.IntN(3) == 0: // few values, which tell nothing in a ledger; in the end they must be the same all the same
		x.Email, mask.Paths = emails()[h.Dice.IntN(3)], append(mask.GetPaths(), "email")
	}
	w.Paths = mask.GetPaths()
	if read != nil {
		x.Etag, w.Read = read.Etag, read.Fields
	}
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.customers(replica).UpdateCustomer(ctx, &paymentsv1.UpdateCustomerRequest{Customer: x, UpdateMask: mask, RequestId: w.Request.String()})
		return customerView(got), err
	}}
}

func (s *shop) remove(h *cast.Hand, who cast.Subject) cast.Intent {
	s.Subjects.Drop(who)
	w := h.Begin(history.Delete, customer, who.UID)
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.customers(replica).DeleteCustomer(ctx, &paymentsv1.DeleteCustomerRequest{Name: who.Name, RequestId: w.Request.String()})
		return customerView(got), err
	}}
}
