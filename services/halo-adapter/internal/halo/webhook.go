package halo

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Webhook is what a tenant's administrators have set up to be called. nil: Halo did not say. [official: Halo OpenAPI 2024-09,
// Webhook; community: kb.dtctoday.com for batch_method]
type Webhook struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	URL        string  `json:"url"`
	User       string  `json:"basic_username"`
	Active     *bool   `json:"active"`
	Disabled   bool    `json:"disabled"`
	LastStatus int     `json:"last_status"`  // what our side answered last, it seems [unsure]
	Batch      int     `json:"batch_method"` // 0: none [unsure]
	Events     []Event `json:"events"`       // only in Webhook's own answer
}

// Event is one of the notifications that a webhook is called for. Its name is a phrase in the tenant's language.
type Event struct {
	Name string `json:"name"`
}

// Webhooks lists them. Which scope it takes is unknown.
func (c *Client) Webhooks(ctx context.Context) ([]Webhook, error) {
	page, err := listRows(ctx, c, "halo.ListWebhooks", "/Webhook", nil, readWebhook, "webhooks")
	if err == nil && len(page.Drifted) > 0 {
		err = page.Drifted[0].Fault
	}
	return page.Rows, err
}

// Webhook reads one, with its events.
func (c *Client) Webhook(ctx context.Context, id string) (Webhook, error) {
	const op = "halo.GetWebhook"
	resp, err := c.do(ctx, upstream.Call{
		Op: op, URL: "/Webhook/" + url.PathEscape(id), Route: "/Webhook/{id}", Query: url.Values{"includedetails": {"true"}},
	})
	if err != nil {
		return Webhook{}, err
	}
	row, err := single(resp.Body)
	if err != nil {
		return Webhook{}, drifted(op, resp, err)
	}
	w, err := readWebhook(row)
	if err != nil {
		return Webhook{}, drifted(op, resp, err)
	}
	return w, nil
}

// Ours is the webhook that calls an address with this end, one that works before one that does not.
func Ours(all []Webhook, path string) (w Webhook, ok bool) {
	for _, each := range all {
		at, err := url.Parse(each.URL)
		if err != nil || !strings.HasSuffix(strings.TrimRight(at.Path, "/"), path) {
			continue
		}
		if !ok || w.Asleep() {
			w, ok = each, true
		}
	}
	return w, ok
}

// Asleep reports whether it calls nobody.
func (w Webhook) Asleep() bool { return w.Disabled || w.Active != nil && !*w.Active }

func readWebhook(b json.RawMessage) (w Webhook, err error) {
	if err := json.Unmarshal(b, &w); err != nil {
		return Webhook{}, err
	}
	if w.ID == "" {
		return Webhook{}, &fieldError{"id", errors.New("a webhook without an id")}
	}
	return w, nil
}
