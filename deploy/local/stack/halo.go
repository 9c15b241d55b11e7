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

type haloConfig struct {
	DatabaseURL string           `yaml:"database_url"`
	NATSURL     string           `yaml:"nats_url"`
	GRPC        listener         `yaml:"grpc"`
	HTTP        listener         `yaml:"http"` // webhooks, /metrics, /healthz, /readyz
	Connections []haloConnection `yaml:"connections"`
}

type listener struct {
	Listen string `yaml:"listen"`
}

type haloConnection struct {
	Name         string      `yaml:"name"`
	BaseURL      string      `yaml:"base_url"`
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

func (h halo) config(w wiring) any {
	return haloConfig{
		DatabaseURL: w.databaseURL,
		NATSURL:     w.natsURL,
		GRPC:        listener{w.grpc},
		HTTP:        listener{w.http},
		Connections: []haloConnection{{
			Name:         w.connection,
			BaseURL:      "http://" + w.simulator,
			Tenant:       w.connection,
			ClientID:     h.clientID,
			ClientSecret: h.clientSecret,
			Webhook:      haloWebhook{h.webhookPath, h.webhookUser, h.webhookPass},
		}},
	}
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
	if c.Limit > 0 {
		args = append(args, "--limit", strconv.Itoa(c.Limit))
	}
	if c.Window > 0 {
		args = append(args, "--window", c.Window.String())
	}
	return args
}
