package demo

import (
	"context"
	"fmt"
	"time"
)

// generous is beyond what a read takes on any machine that is not broken.
const generous = time.Second

// reads measures reads of a healthy adapter, and holds a sample against the vendor.
func reads(ctx context.Context, s *stage) error {
	got, err := s.measure(ctx)
	if err != nil {
		return err
	}
	s.calmly = got
	s.report.did("%d replicas in turn, one call at a time", len(s.adapter.replicas))
	s.report.check(got.get.percentile(99) < generous, fmt.Sprintf("%s GetTicket", thousands(gets)), got.get.String(), got.get.sum())
	s.report.check(got.list.percentile(99) < generous, fmt.Sprintf("%d ListTickets with filters, 50 a page", lists), got.list.String(), got.list.sum())
	s.checkAnswers(got)
	var sample []string
	for i := 0; i < len(s.tickets); i += max(len(s.tickets)/100, 1) {
		sample = append(sample, s.tickets[i])
	}
	return s.checkSame(ctx, sample)
}

// checkAnswers checks that reads answered what they were asked.
func (s *stage) checkAnswers(got readings) {
	seen := "each was what was asked for"
	if len(got.wrong) > 0 {
		seen = some(got.wrong)
	}
	s.report.check(len(got.wrong) == 0, "answers", seen, 0)
}
