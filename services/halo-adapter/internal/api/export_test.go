package api

import "time"

// Hurried is s with another patience for readers that are too slow.
func Hurried(s *Tickets, patience time.Duration) *Tickets {
	s.patience = patience
	return s
}
