package stack

import (
	"crypto/rand"
	"strconv"
)

// halo holds one run's secrets between the adapter and the simulated HaloPSA.
type halo struct {
	clientID, clientSecret   string
	webhookPath              string
	webhookUser, webhookPass string
}

func newHalo() vendor {
	return halo{
		clientID:     rand.Text(),
		clientSecret: rand.Text(),
		webhookPath:  rand.Text(),
		webhookUser:  "halo",
		webhookPass:  rand.Text(),
	}
}

// haloFile is an adapter's file.
type haloFile struct {
	file        `yaml:",inline"`
	Halo        *haloPatience    `yaml:"halo,omitempty"`
	Connections []haloConnection `yaml:"connections"`
}

type haloConnection struct {
	connection   `yaml:",inline"`
	Tenant       string      `yaml:"tenant"`
	ClientID     string      `yaml:"client_id"`
	ClientSecret string      `yaml:"client_secret"`
	Webhook      haloWebhook `yaml:"webhook"`
}

type haloWebhook struct {
	Path     string `yaml:"path"`
	User     string `yaml:"user"`
	Password string `yaml:"password"`
}

func (h halo) config(w wiring, c Config) any {
	f, to := common(w, c)
	if c.Scaled {
		to.Limit = scaledLimit()
	}
	if c.Limit > 0 && c.Window > 0 {
		to.Limit = &limit{Calls: c.Limit, Window: c.Window}
	}
	return haloFile{f, patienceOfHalo(c), []haloConnection{{
		connection: to, Tenant: w.connection, ClientID: h.clientID, ClientSecret: h.clientSecret,
		Webhook: haloWebhook{h.webhookPath, h.webhookUser, h.webhookPass},
	}}}
}

func (h halo) simulatorArgs(w wiring, c Config) []string {
	args := []string{
		"--listen", w.simulator,
		"--seed-tickets", strconv.Itoa(c.Tickets),
		"--client-id", h.clientID,
		"--client-secret", h.clientSecret,
		"--tenant", w.connection,
		"--webhook-url", "http://" + w.webhooks + "/webhooks/" + w.connection + "/" + h.webhookPath,
		"--webhook-user", h.webhookUser,
		"--webhook-password", h.webhookPass,
	}
	if c.Seed != 0 {
		args = append(args, "--seed", strconv.FormatUint(c.Seed, 10))
	}
	calls, window := c.Limit, c.Window
	if scaled := scaledLimit(); c.Scaled && calls == 0 && window == 0 {
		calls, window = scaled.Calls, scaled.Window
	}
	if calls > 0 {
		args = append(args, "--limit", strconv.Itoa(calls))
	}
	if window > 0 {
		args = append(args, "--window", window.String())
	}
	return args
}
