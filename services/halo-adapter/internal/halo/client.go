// Package halo answers how HaloPSA is spoken to: its wire types, its client, and what its answers mean. It translates nothing
// into our words and repeats nothing.
package halo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/token"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Config is one tenant and our credentials in it. BaseURL, ClientID and ClientSecret are required.
type Config struct {
	BaseURL      string   // "https://acme.halopsa.com", or where a self-hosted Halo is
	ClientID     string   // of an API application with "Client ID and Secret (Services)"
	ClientSecret string   // the same application's
	Tenant       string   // of a hosted Halo; empty: as Halo itself says
	Scope        string   // space separated; empty: "all"
	AuthHosts    []string // origins beside BaseURL's that may be shown the secret, if Halo says to sign in there
	// Patience is how long refused credentials are not tried again; 0: 1 min.
	Patience time.Duration
}

// Client calls one tenant. It is safe for concurrent use.
type Client struct {
	cfg    Config
	base   string // without a slash at the end
	up     *upstream.Client
	tokens *token.Source
	signIn atomic.Pointer[AuthInfo] // as discovered; nil: not yet, or it did not hold
}

// New is a client for cfg's tenant. Of up, Connection, Gate, Journal and whatever the house sets are the caller's; the vendor's
// name, its hosts, its signature and the meaning of its answers are filled in here.
func New(cfg Config, up upstream.Config) (*Client, error) {
	if cfg.ClientID == "" || cfg.ClientSecret == "" {
		return nil, errors.New("halo: client id and secret are required")
	}
	if cfg.Scope == "" {
		cfg.Scope = "all"
	}
	c := &Client{cfg: cfg, base: strings.TrimRight(cfg.BaseURL, "/")}
	up.Vendor, up.Hosts, up.Classify, up.TrackingHeaders = "halo", append([]string{c.base}, cfg.AuthHosts...), classify, trackingHeaders()
	c.tokens = token.New(c.fetchToken, token.Config{Patience: cfg.Patience})
	up.Sign = c.tokens
	client, err := upstream.New(up)
	c.up = client
	return c, err
}

// CloseIdleConnections closes the connections that no call is using.
func (c *Client) CloseIdleConnections() { c.up.CloseIdleConnections() }

// Ping proves that Halo answers us, at the price of one row: the path that sweeps and look-ups use.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.tickets(ctx, "halo.Ping", TicketQuery{PageSize: 1})
	return err
}

// do makes one call; its URL is a path below the API's root.
func (c *Client) do(ctx context.Context, call upstream.Call) (*upstream.Response, error) {
	call.URL = c.base + "/api" + call.URL
	return c.up.Do(ctx, call)
}

// upsert posts one element, and returns the one that came back. Halo takes an array, but what becomes of the rest of it when
// one element fails is unknown [official: Halo OpenAPI 2024-09, /Tickets; client library: homotechsual/HaloAPI].
func (c *Client) upsert(ctx context.Context, op, resource, entity string, p Patch) (json.RawMessage, *upstream.Response, error) {
	body, err := json.Marshal([]Patch{p})
	if err != nil {
		return nil, nil, &fault.Error{Op: op, Kind: fault.Invalid, Reason: "UNWRITABLE", Err: err}
	}
	resp, err := c.do(ctx, upstream.Call{Op: op, Method: http.MethodPost, URL: resource, Route: resource, Entity: entity, Body: body})
	if err != nil {
		return nil, nil, err
	}
	row, err := single(resp.Body)
	if err != nil {
		return nil, nil, drifted(op, resp, err)
	}
	return row, resp, nil
}
