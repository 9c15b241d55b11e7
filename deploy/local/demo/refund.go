package demo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// lostRefund gives a part of a payment back twice: once the answer is lost on its way, once Stripe answers 500 though it has made
// the refund, and keeps that answer under the key. No webhook tells either. Each must be made once.
func lostRefund(ctx context.Context, s *stage) error {
	paid, err := s.paidPayment(ctx)
	if err != nil || paid == "" {
		return err
	}
	last, err := s.shop.vendor.last(ctx)
	if err != nil {
		return err
	}
	for _, way := range []struct {
		says   string
		faults map[string]any
	}{
		{"CreateRefund of 5.00: Stripe makes it, and its answer and its webhook are lost", map[string]any{"lose_answers": 1}},
		{"CreateRefund of 5.00 again: Stripe makes it and answers 500, which it keeps", map[string]any{"fail_after_commit": 1}},
	} {
		if err := s.giveBack(ctx, paid, way.says, way.faults); err != nil {
			return err
		}
	}
	return s.checkGivenBack(ctx, last, paid)
}

// paidPayment is the name of a payment of 20.00 that a customer has made through us.
func (s *stage) paidPayment(ctx context.Context) (string, error) {
	s.report.did("CreatePayment of 20.00 USD, confirmed")
	began := time.Now()
	p, err := s.shop.next().payments.CreatePayment(ctx, &paymentsv1.CreatePaymentRequest{
		Parent: s.shop.parent, RequestId: uuid.NewString(), Confirmation: &paymentsv1.Confirmation{ReturnUri: "https://shop.example/thanks"},
		Payment: &paymentsv1.Payment{Amount: dollars(20_00), PaymentMethod: "pm_card_visa", Description: "two lanterns"},
	})
	if err != nil {
		return "", err
	}
	held := s.await(ctx, "it has succeeded", began, func(ctx context.Context) (_ bool, _ string, err error) {
		p, err = s.shop.next().payments.GetPayment(ctx, &paymentsv1.GetPaymentRequest{Name: p.GetName()})
		done := p.GetState() == paymentsv1.Payment_STATE_SUCCEEDED && len(p.GetMirror().GetPendingWrites()) == 0
		return done, idOf(p.GetName()) + ", " + word(p.GetState().String()), err
	})
	if !held {
		return "", nil
	}
	return p.GetName(), nil
}

func dollars(minor int64) *typev1.Money { return &typev1.Money{CurrencyCode: "USD", MinorUnits: minor} }

// giveBack asks for a refund of 5.00 while Stripe misbehaves, until it has made it, and waits until the mirror knows.
func (s *stage) giveBack(ctx context.Context, payment, says string, faults map[string]any) error {
	faults["routes"] = []string{"/v1/refunds"}
	faults["webhooks"] = map[string]any{"drop": 1}
	before, err := s.shop.vendor.last(ctx)
	if err != nil {
		return err
	}
	if err := s.shop.vendor.misbehave(ctx, faults); err != nil {
		return err
	}
	s.report.did("%s", says)
	began := time.Now()
	r, err := s.shop.next().refunds.CreateRefund(ctx, &paymentsv1.CreateRefundRequest{
		Parent: s.shop.parent, RequestId: uuid.NewString(), Refund: &paymentsv1.Refund{Payment: payment, Amount: dollars(5_00)},
	})
	if err != nil {
		return err
	}
	pending := r.GetMirror().GetPendingWrites()
	if !s.report.check(len(pending) == 1, "answered at once, as pending", idOf(r.GetName()), time.Since(began)) {
		return nil
	}
	if err := until(ctx, patience, func(ctx context.Context) (bool, string, error) {
		now, err := s.shop.vendor.last(ctx)
		return now > before, "Stripe has not made it", err
	}); err != nil {
		return err
	}
	if err := s.shop.vendor.calm(ctx); err != nil {
		return err
	}
	s.await(ctx, "confirmed, under Stripe's id", began, func(ctx context.Context) (_ bool, _ string, err error) {
		r, err = s.shop.next().refunds.GetRefund(ctx, &paymentsv1.GetRefundRequest{Name: r.GetName()})
		done := len(r.GetMirror().GetPendingWrites()) == 0 && r.GetState() == paymentsv1.Refund_STATE_SUCCEEDED
		return done, idOf(r.GetName()) + ", " + word(r.GetState().String()), err
	})
	s.await(ctx, "its job is done, once", began, func(ctx context.Context) (bool, string, error) {
		j, err := s.shop.next().jobs.GetJob(ctx, &adapterv1.GetJobRequest{Name: pending[0].GetJob()})
		var steps []string
		for _, a := range j.GetAttempts() {
			steps = append(steps, a.GetAction()+" "+a.GetOutcome())
		}
		return j.GetState() == adapterv1.Job_STATE_DONE, strings.Join(steps, ", then "), err // or a sweep has seen it by its mark
	})
	return nil
}

// checkGivenBack checks the ledger, and the money.
func (s *stage) checkGivenBack(ctx context.Context, last uint64, payment string) error {
	changes, err := s.shop.vendor.changes(ctx, last)
	if err != nil {
		return err
	}
	refunds := 0
	for _, e := range changes {
		if e.Kind == "refund" && e.Op == "create" {
			refunds++
		}
	}
	s.report.check(refunds == 2, "two refunds in Stripe's ledger, and no third", several(refunds, "refund"), 0)
	var p, charge object
	if err := s.shop.vendor.call(ctx, http.MethodGet, "/stripe/objects/"+idOf(payment), nil, &p); err != nil {
		return err
	}
	if err := s.shop.vendor.call(ctx, http.MethodGet, "/stripe/objects/"+p.LatestCharge, nil, &charge); err != nil {
		return err
	}
	s.report.check(charge.AmountRefunded == 10_00, "and just 10.00 was given back", fmt.Sprintf("%d.%02d USD", charge.AmountRefunded/100, charge.AmountRefunded%100), 0)
	return nil
}
