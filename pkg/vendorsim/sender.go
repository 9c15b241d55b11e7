package vendorsim

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"
)

// Delivery is one webhook call to make.
type Delivery struct {
	ID       string            `json:"id"`
	URL      string            `json:"url"`
	User     string            `json:"-"` // Basic auth if not empty
	Password string            `json:"-"`
	Body     []byte            `json:"-"`
	Labels   map[string]string `json:"labels,omitempty"` // for the vendor's own log
}

// SenderConfig shapes a Sender. Faults is required, the rest may be zero.
type SenderConfig struct {
	Faults  *Faults
	Seed    uint64
	Clock   func() time.Time
	Client  *http.Client    // nil: one with a timeout of 10 s
	Queue   int             // deliveries that may wait; more are refused; 0: 10,000
	Log     int             // deliveries remembered; 0: 10,000
	HoldFor time.Duration   // how long an overtaken delivery waits for another to overtake it; 0: 1 s
	After   func(Delivered) // told after each attempt, by the goroutine of Run
	// Prepare adds to the request of an attempt what only its moment knows, such as a signature; nil: nothing.
	Prepare func(*http.Request, Delivery)
}

// Sender makes webhook calls, one after the other, with the faults of the plan. There are no retries: one attempt each.
type Sender struct {
	cfg   SenderConfig
	dice  *Dice
	queue chan queued
	log   deliveryLog
}

type queued struct {
	Delivery
	at time.Time // by the machine's clock: delays are real
}

// NewSender sends nothing until Run.
func NewSender(cfg SenderConfig) *Sender {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: 10 * time.Second}
	}
	if cfg.HoldFor == 0 {
		cfg.HoldFor = time.Second
	}
	return &Sender{
		cfg: cfg, dice: NewDice(cfg.Seed), queue: make(chan queued, orDefault(cfg.Queue, 10_000)),
		log: deliveryLog{size: orDefault(cfg.Log, 10_000)},
	}
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// Enqueue accepts a delivery; false if the queue is full, and the delivery is lost and counted.
func (s *Sender) Enqueue(d Delivery) bool {
	s.log.count(func(c *SenderStats) { c.Waiting++ })
	select {
	case s.queue <- queued{Delivery: d, at: time.Now()}:
		return true
	default:
		s.log.count(func(c *SenderStats) { c.Waiting--; c.Overflowed++ })
		return false
	}
}

// Run sends until ctx ends. What waits then is lost, as in a vendor's restart.
func (s *Sender) Run(ctx context.Context) error {
	var held []queued
	for {
		var release <-chan time.Time
		if len(held) > 0 {
			release = time.After(s.cfg.HoldFor)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-release:
			held = s.release(ctx, held)
		case d := <-s.queue:
			held = s.pass(ctx, d, held)
		}
	}
}

// pass sends one delivery as the plan has it, and then those it has overtaken.
func (s *Sender) pass(ctx context.Context, d queued, held []queued) []queued {
	plan := s.cfg.Faults.Plan().Webhooks
	if wait(ctx, time.Until(d.at.Add(millis(plan.DelayMS)))) != nil {
		return held
	}
	switch {
	case s.dice.Hit(plan.Drop):
		s.settle(Delivered{Delivery: d.Delivery, At: s.cfg.Clock(), Outcome: Dropped, Error: "no answer"})
		return held
	case s.dice.Hit(plan.Reorder) && len(held) < 16:
		s.log.count(func(c *SenderStats) { c.Reordered++ })
		return append(held, d)
	}
	first := s.attempt(ctx, d.Delivery)
	if s.dice.Hit(plan.Duplicate) {
		s.log.count(func(c *SenderStats) { c.Duplicated++ })
		s.attempt(ctx, d.Delivery)
	}
	s.settle(first)
	return s.release(ctx, held)
}

func (s *Sender) release(ctx context.Context, held []queued) []queued {
	for _, d := range held {
		s.settle(s.attempt(ctx, d.Delivery))
	}
	return nil
}

func (s *Sender) attempt(ctx context.Context, d Delivery) Delivered {
	done := Delivered{Delivery: d, At: s.cfg.Clock(), Outcome: Failed}
	start := time.Now()
	resp, err := s.post(ctx, d)
	done.Took = time.Since(start)
	if err != nil {
		done.Error = err.Error()
		return done
	}
	defer resp.Body.Close() //nolint:errcheck // nothing to learn from it
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 2048))
	done.Status, done.Response = resp.StatusCode, string(text)
	if resp.StatusCode < 300 {
		done.Outcome = Sent
	}
	return done
}

func (s *Sender) post(ctx context.Context, d Delivery) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if d.User != "" {
		req.SetBasicAuth(d.User, d.Password)
	}
	if s.cfg.Prepare != nil {
		s.cfg.Prepare(req, d)
	}
	return s.cfg.Client.Do(req)
}

// settle tells of a delivery before it counts as no longer waiting: what After does of it is then done.
func (s *Sender) settle(d Delivered) {
	if s.cfg.After != nil {
		s.cfg.After(d)
	}
	s.log.add(d)
}
