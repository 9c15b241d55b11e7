package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// events is how many there are at least.
const events = 300

// shuffledEvents changes customers, payments and refunds at Stripe; what it tells of that comes shuffled, doubled, and in part not
// at all. In the end the mirror is just what Stripe has.
func shuffledEvents(ctx context.Context, s *stage) error {
	was, err := s.shop.vendor.stats(ctx)
	if err != nil {
		return err
	}
	if err := s.shop.vendor.misbehave(ctx, map[string]any{"webhooks": map[string]any{
		"drop": 0.15, "duplicate": 0.3, "reorder": 0.5, "delay_ms": 200,
	}}); err != nil {
		return err
	}
	began := time.Now()
	changes := 0
	for told := 0; told < events; changes++ {
		if err := s.shop.trade(ctx, changes); err != nil {
			return err
		}
		now, err := s.shop.vendor.stats(ctx)
		if err != nil {
			return err
		}
		told = now.Webhooks.Sent - was.Webhooks.Sent + now.Webhooks.Dropped - was.Webhooks.Dropped + now.Webhooks.Waiting
	}
	s.report.did("%d times somebody buys something, is given money back, moves or leaves, at Stripe's own screens", changes)
	s.await(ctx, "what was told of it", began, func(ctx context.Context) (bool, string, error) {
		now, err := s.shop.vendor.stats(ctx)
		w, b := now.Webhooks, was.Webhooks
		return w.Waiting == 0, fmt.Sprintf("%d came, %d twice, %d late, %d never", w.Sent-b.Sent, w.Duplicated-b.Duplicated, w.Reordered-b.Reordered, w.Dropped-b.Dropped), err
	})
	s.await(ctx, "the mirror is just what Stripe has", began, func(ctx context.Context) (bool, string, error) {
		diff, all, err := s.shop.compare(ctx)
		if err != nil || len(diff) > 0 {
			return false, some(diff), err
		}
		return true, several(all, "object") + ", field by field", nil
	})
	c, err := s.shop.state(ctx)
	if err != nil {
		return err
	}
	s.report.saw("missed deliveries counted by now", thousands(c.GetMissedDeliveries()), 0)
	return nil
}

// trade is one round of what people do.
func (s *shop) trade(ctx context.Context, round int) error {
	var who made
	if err := s.do(ctx, http.MethodPost, "/v1/customers", map[string]string{"name": fmt.Sprintf("Buyer %d", round), "email": fmt.Sprintf("b%d@shop.example", round)}, &who); err != nil {
		return err
	}
	paid, err := s.pays(ctx, map[string]string{"customer": who.ID, "amount": fmt.Sprint(1000 + round)})
	if err != nil {
		return err
	}
	if round%2 == 0 {
		refund := map[string]string{"payment_intent": paid, "amount": fmt.Sprint(100 + round)}
		if err := s.do(ctx, http.MethodPost, "/v1/refunds", refund, nil); err != nil {
			return err
		}
	}
	for _, name := range []string{"moves", "moves again"} {
		if err := s.do(ctx, http.MethodPost, "/v1/customers/"+who.ID, map[string]string{"description": fmt.Sprintf("buyer %d %s", round, name)}, nil); err != nil {
			return err
		}
	}
	if round%4 == 0 {
		return s.do(ctx, http.MethodDelete, "/v1/customers/"+who.ID, nil, nil)
	}
	return nil
}
