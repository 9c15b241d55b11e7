package stack

import (
	"crypto/rand"
	"strconv"
	"time"
)

// stripe holds one run's secrets between the adapter and the simulated Stripe.
type stripe struct {
	key, webhookPath, webhookSecret string
}

func newStripe() vendor {
	return stripe{key: "sk_test_" + rand.Text(), webhookPath: rand.Text(), webhookSecret: "whsec_" + rand.Text()}
}

// stripeFile is an adapter's file.
type stripeFile struct {
	file        `yaml:",inline"`
	Stripe      *stripePatience    `yaml:"stripe,omitempty"`
	Connections []stripeConnection `yaml:"connections"`
}

type stripeConnection struct {
	connection     `yaml:",inline"`
	Key            string        `yaml:"key"`
	WebhookSecrets []string      `yaml:"webhook_secrets"`
	Webhook        stripeWebhook `yaml:"webhook"`
	ReadsPerMonth  int           `yaml:"reads_per_month,omitempty"`
}

type stripeWebhook struct {
	Path string `yaml:"path"`
}

// stripePatience is how long an adapter waits for what Stripe may still show or tell.
type stripePatience struct {
	ReadLag        time.Duration `yaml:"read_lag,omitempty"`
	AnnounceWithin time.Duration `yaml:"announce_within"`
	Settling       time.Duration `yaml:"settling"`
	Repair         time.Duration `yaml:"repair"`
	SecondLook     time.Duration `yaml:"second_look,omitempty"`
	RefreshAfter   time.Duration `yaml:"refresh_after,omitempty"`
	Sweep          stripeSweep   `yaml:"sweep"`
}

type stripeSweep struct {
	Events   time.Duration `yaml:"events"`
	Payments time.Duration `yaml:"payments"`
	Lists    time.Duration `yaml:"lists"`
	Lag      time.Duration `yaml:"lag"`
}

// What a scaled stack allows: in a minute as much is read as else in a month.
const (
	scaledReads = 1_000_000
	scaledCalls = 300
)

func (s stripe) config(w wiring, c Config) any {
	f, to := common(w, c)
	own := stripeConnection{connection: to, Key: s.key, WebhookSecrets: []string{s.webhookSecret}, Webhook: stripeWebhook{s.webhookPath}}
	if c.Scaled {
		own.ReadsPerMonth = scaledReads
		own.Limit = &limit{Calls: scaledCalls, Window: time.Second, Burst: scaledCalls / 3}
	}
	return stripeFile{f, patienceOfStripe(c), []stripeConnection{own}}
}

// patienceOfStripe is what it is told of Stripe; nil: nothing.
func patienceOfStripe(c Config) *stripePatience {
	p := &stripePatience{
		AnnounceWithin: 2 * time.Second, Settling: 2 * time.Second, Repair: 2 * time.Second,
		Sweep: stripeSweep{Events: 2 * time.Second, Payments: 4 * time.Second, Lists: 4 * time.Second, Lag: 500 * time.Millisecond},
	}
	switch {
	case c.Impatient:
		p.ReadLag, p.Settling, p.Repair = impatientReadLag, impatientSettling, impatientSettling
		p.SecondLook, p.RefreshAfter = impatientLook, impatientLook
		return p
	case c.Scaled:
		return p
	}
	return nil
}

func (s stripe) simulatorArgs(w wiring, c Config) []string {
	args := []string{
		"--listen", w.simulator,
		"--key", s.key,
		"--webhook-url", "http://" + w.webhooks + "/webhooks/" + w.connection + "/" + s.webhookPath,
		"--webhook-secret", s.webhookSecret,
		"--webhook-version", stripeVersion,
		"--seed-customers", strconv.Itoa(c.Customers),
		"--seed-payments", strconv.Itoa(c.Customers),
	}
	if c.Seed != 0 {
		args = append(args, "--seed", strconv.FormatUint(c.Seed, 10))
	}
	if c.Scaled {
		args = append(args, "--limit", strconv.Itoa(scaledCalls), "--endpoint-limit=-1")
	}
	return args
}

// stripeVersion is the version of the API in which the adapter reads events without another look.
const stripeVersion = "2026-03-25.dahlia"
