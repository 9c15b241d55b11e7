package stack

import (
	"fmt"
	"strings"
	"time"
)

// haloPatience is how long an adapter waits for what Halo may still show or tell.
type haloPatience struct {
	ReadLag        time.Duration `yaml:"read_lag"`
	AnnounceWithin time.Duration `yaml:"announce_within"`
	Settling       time.Duration `yaml:"settling"`
	SecondLook     time.Duration `yaml:"second_look,omitempty"`
	RefreshAfter   time.Duration `yaml:"refresh_after,omitempty"`
	Patience       time.Duration `yaml:"patience,omitempty"`
	Sweep          haloSweep     `yaml:"sweep"`
}

type haloSweep struct {
	Tickets   time.Duration `yaml:"tickets"`
	Notes     time.Duration `yaml:"notes"`
	Customers time.Duration `yaml:"customers"`
	Bills     time.Duration `yaml:"bills"`
	Metadata  time.Duration `yaml:"metadata"`
	// Of what is attached to tickets, and of Halo's own log of its webhooks.
	Attachments time.Duration `yaml:"attachments"`
	Deliveries  time.Duration `yaml:"deliveries"`
}

func scaledJobs() *jobs {
	return &jobs{
		Scan:     time.Second,
		Schedule: []time.Duration{500 * time.Millisecond, 1500 * time.Millisecond, 6 * time.Second, 30 * time.Second, 90 * time.Second, 3 * time.Minute},
		MinLook:  2 * time.Second,
	}
}

func scaledSweeps() *sweeps { return &sweeps{Poll: 200 * time.Millisecond} }

// patienceOfHalo is what it is told of Halo; nil: nothing.
func patienceOfHalo(c Config) *haloPatience {
	switch {
	case c.Impatient:
		return impatientOfHalo()
	case c.Scaled:
		return scaledPatience()
	}
	return nil
}

func scaledPatience() *haloPatience {
	return &haloPatience{
		ReadLag:        100 * time.Millisecond,
		AnnounceWithin: 2 * time.Second,
		Settling:       2 * time.Second,
		Sweep: haloSweep{
			Tickets: 2 * time.Second, Notes: 4 * time.Second, Customers: 10 * time.Second, Bills: 5 * time.Second, Metadata: time.Minute,
			Attachments: 5 * time.Second, Deliveries: 10 * time.Second,
		},
	}
}

func scaledLimit() *limit { return &limit{Calls: 3000, Window: 10 * time.Second, Burst: 100} }

func scaledBreaker() *breaker {
	return &breaker{Window: 3 * time.Second, Cooldown: time.Second, MaxCooldown: 2 * time.Second}
}

// Scale is one setting of a scaled stack beside what it usually is.
type Scale struct {
	What, Usual, Here string
	Factor            float64 // how many times less patient; of several, the first
}

// Scales is what Config.Scaled changes; usual is the adapter's own default. Whatever is not listed is as usual.
func Scales() []Scale {
	l, b, p, j, s := scaledLimit(), scaledBreaker(), scaledPatience(), scaledJobs(), scaledSweeps()
	last := len(j.Schedule) - 1
	return []Scale{
		{
			"vendor's limit", "300 calls in 5m", fmt.Sprintf("%d calls in %s", l.Calls, short(l.Window)),
			float64(l.Calls) / 300 * ratio(5*time.Minute, l.Window),
		},
		{
			"a failed write is tried again after", "10s, 30s, 2m … 1h", list(j.Schedule[:3]...) + " … " + short(j.Schedule[last]),
			ratio(10*time.Second, j.Schedule[0]),
		},
		scale("a write without an answer is looked for every", time.Minute, j.MinLook),
		scale("a create without an answer may still appear for", time.Minute, p.Settling),
		scale("the breaker judges the last", time.Minute, b.Window),
		{"the open breaker tries again after", "30s … 5m", list(b.Cooldown) + " … " + short(b.MaxCooldown), ratio(30*time.Second, b.Cooldown)},
		{"sweeps of tickets, of notes, every", "1m, 2m", list(p.Sweep.Tickets, p.Sweep.Notes), ratio(time.Minute, p.Sweep.Tickets)},
		{
			"sweeps of customers, bills, metadata, every", "5m, 5m, 30m", list(p.Sweep.Customers, p.Sweep.Bills, p.Sweep.Metadata),
			ratio(5*time.Minute, p.Sweep.Customers),
		},
		scale("a webhook counts as missed after", time.Minute, p.AnnounceWithin),
		scale("Halo may serve stale reads for", 2*time.Second, p.ReadLag),
		{"looks for what is due: jobs, sweeps, every", "5s, 1s", list(j.Scan, s.Poll), ratio(5*time.Second, j.Scan)},
	}
}

func scale(what string, usual, here time.Duration) Scale {
	return Scale{what, short(usual), short(here), ratio(usual, here)}
}

func ratio(usual, here time.Duration) float64 { return usual.Seconds() / here.Seconds() }

func list(waits ...time.Duration) string {
	var text []string
	for _, d := range waits {
		text = append(text, short(d))
	}
	return strings.Join(text, ", ")
}

// short is d as people write it: "5m", not "5m0s".
func short(d time.Duration) string {
	text := strings.TrimSuffix(d.String(), "m0s")
	if text != d.String() {
		text += "m"
	}
	return text
}
