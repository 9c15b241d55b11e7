package stack

import (
	"crypto/rand"
	"strconv"
	"time"
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

// haloConfig is an adapter's file. What is left out is the adapter's own default.
type haloConfig struct {
	DatabaseURL string           `yaml:"database_url"`
	NATSURL     string           `yaml:"nats_url"`
	Replica     string           `yaml:"replica"`
	GRPC        listener         `yaml:"grpc"`
	HTTP        listener         `yaml:"http"`  // webhooks
	Admin       listener         `yaml:"admin"` // /metrics, /healthz, /readyz
	Jobs        *haloJobs        `yaml:"jobs,omitempty"`
	Sweeps      *haloSweeps      `yaml:"sweeps,omitempty"`
	Halo        *haloPatience    `yaml:"halo,omitempty"`
	Connections []haloConnection `yaml:"connections"`
}

type listener struct {
	Listen string `yaml:"listen"`
}

type haloConnection struct {
	Name         string        `yaml:"name"`
	BaseURL      string        `yaml:"base_url"`
	Tenant       string        `yaml:"tenant"`
	ClientID     string        `yaml:"client_id"`
	ClientSecret string        `yaml:"client_secret"`
	Webhook      haloWebhook   `yaml:"webhook"`
	Limit        *haloLimit    `yaml:"limit,omitempty"`
	Hold         time.Duration `yaml:"hold,omitempty"`
	Recovery     time.Duration `yaml:"recovery,omitempty"`
	Breaker      *haloBreaker  `yaml:"breaker,omitempty"`
}

type haloWebhook struct {
	Path     string `yaml:"path"`
	User     string `yaml:"user"`
	Password string `yaml:"password"`
}

func (h halo) config(w wiring, c Config) any {
	connection := haloConnection{
		Name:         w.connection,
		BaseURL:      "http://" + w.simulator,
		Tenant:       w.connection,
		ClientID:     h.clientID,
		ClientSecret: h.clientSecret,
		Webhook:      haloWebhook{h.webhookPath, h.webhookUser, h.webhookPass},
	}
	file := haloConfig{
		DatabaseURL: w.databaseURL,
		NATSURL:     w.natsURL,
		Replica:     w.replica,
		GRPC:        listener{w.grpc},
		HTTP:        listener{w.http},
		Admin:       listener{w.admin},
	}
	if c.Scaled {
		file.Jobs, file.Sweeps, file.Halo = scaledJobs(), scaledSweeps(), scaledPatience()
		connection.Limit, connection.Breaker = scaledLimit(), scaledBreaker()
	}
	if c.Impatient {
		file.hurry()
		connection.Hold, connection.Recovery = impatientHold, impatientRecovery
	}
	if c.Limit > 0 && c.Window > 0 {
		connection.Limit = &haloLimit{Calls: c.Limit, Window: c.Window}
	}
	file.Connections = []haloConnection{connection}
	return file
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
	limit, window := c.Limit, c.Window
	if scaled := scaledLimit(); c.Scaled && limit == 0 && window == 0 {
		limit, window = scaled.Calls, scaled.Window
	}
	if limit > 0 {
		args = append(args, "--limit", strconv.Itoa(limit))
	}
	if window > 0 {
		args = append(args, "--window", window.String())
	}
	return args
}
