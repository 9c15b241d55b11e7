// Package stripe answers how Stripe is spoken to: the calls we make, what its answers mean, and what of them may be kept. It
// translates nothing into our words and repeats nothing. stripe-go writes the forms; every request passes our own chain.
package stripe

import (
	"context"
	"errors"
	"net/http"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Version is the version of the API that every request names. Without one the account's own would decide, and each has another
// [official: docs.stripe.com/webhooks/versioning].
const Version = sdk.APIVersion

// Address is where Stripe is.
const Address = "https://api.stripe.com"

// Config is one account and our key for it. Key is required.
type Config struct {
	BaseURL string // empty: Address
	Key     string // secret or restricted: sk_live_…, rk_test_…
	Account string // the connected account that the key acts for; empty: its own
	Keep    Keep   // where it is kept whose the connection is; nil: nowhere, and the key of any account will do
}

// Live is whether the key moves real money: its prefix says so [official: docs.stripe.com/keys].
func (c Config) Live() bool {
	return strings.HasPrefix(c.Key, "sk_live_") || strings.HasPrefix(c.Key, "rk_live_")
}

// Client calls one account. It is safe for concurrent use.
type Client struct {
	cfg   Config
	up    *upstream.Client
	api   sdk.Backend
	title title
}

// New is a client for cfg's account. Of up, Connection, Gate, Journal and whatever the house sets are the caller's; the vendor's
// name, its hosts, its signature and the meaning of its answers are filled in here.
func New(cfg Config, up upstream.Config) (*Client, error) {
	if cfg.Key == "" || strings.HasPrefix(cfg.Key, "pk_") {
		return nil, errors.New("stripe: a secret or restricted key is required")
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = Address
	}
	cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	c := &Client{cfg: cfg, title: title{keep: cfg.Keep, live: cfg.Live(), asking: make(chan struct{}, 1)}}
	up.Vendor, up.Hosts, up.Classify, up.TrackingHeaders = "stripe", []string{cfg.BaseURL}, c.classify, []string{"Request-Id"}
	up.Sign = signer{upstream.StaticHeaders(http.Header{"Authorization": {"Bearer " + cfg.Key}}), c}
	up.Gate = &paces{next: up.Gate, held: map[string]pause{}}
	client, err := upstream.New(up)
	if err != nil {
		return nil, err
	}
	c.up, c.api = client, backend(cfg.BaseURL, client)
	return c, nil
}

// backend is stripe-go without what it would do by itself: it neither repeats, nor logs, nor tells how long calls took.
func backend(base string, up *upstream.Client) sdk.Backend {
	return sdk.GetBackendWithConfig(sdk.APIBackend, &sdk.BackendConfig{
		URL: sdk.String(base), HTTPClient: &http.Client{Transport: wire{up}}, MaxNetworkRetries: sdk.Int64(0),
		EnableTelemetry: sdk.Bool(false), LeveledLogger: &sdk.LeveledLogger{Level: sdk.LevelNull},
	})
}

// CloseIdleConnections closes the connections that no call is using.
func (c *Client) CloseIdleConnections() { c.up.CloseIdleConnections() }

// Ping proves that Stripe answers us, by the read that the sweep of events makes.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.events(ctx, "stripe.Ping", EventQuery{Limit: 1})
	return err
}
