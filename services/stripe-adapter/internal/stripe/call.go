package stripe

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// do makes one call and takes its answer as it came.
func (c *Client) do(ctx context.Context, a ask, method, path, key string, params sdk.ParamsContainer) (*reply, error) {
	p := params.GetParams()
	p.Context = asking(ctx, a)
	if method == http.MethodPost {
		p.IdempotencyKey = &key
	}
	if c.cfg.Account != "" && !a.platform {
		p.StripeAccount = &c.cfg.Account
	}
	var r reply
	return &r, c.outcome(a, method, &r, c.api.Call(method, path, "", params, &r))
}

// list makes one call for rows. stripe-go's own lists would fetch the pages that follow by themselves.
func (c *Client) list(ctx context.Context, a ask, path, query string) (*reply, error) {
	p := &sdk.Params{Context: asking(ctx, a)}
	if c.cfg.Account != "" && !a.platform {
		p.StripeAccount = &c.cfg.Account
	}
	var r reply
	return &r, c.outcome(a, http.MethodGet, &r, c.api.CallRaw(http.MethodGet, path, "", []byte(query), p, &r))
}

// outcome is the chain's fault, whatever stripe-go made of it.
func (c *Client) outcome(a ask, method string, r *reply, err error) error {
	switch f := fault.Of(err); {
	case err == nil && r.last != nil:
		return nil
	case f != nil && f.Kind != fault.Unknown:
		return f
	case r.last != nil:
		return drifted(a, method, r, err)
	}
	return &fault.Error{Op: a.op, Kind: fault.Invalid, Reason: ReasonUnwritable, Err: err} // it never left
}

// get reads one object.
func get[T any](ctx context.Context, c *Client, a ask, path string, params sdk.ParamsContainer) (Seen[T], error) {
	r, err := c.do(ctx, a, http.MethodGet, path, "", params)
	if err != nil {
		return Seen[T]{}, err
	}
	s, err := See[T](r.raw, r.date())
	if err != nil {
		return Seen[T]{}, drifted(a, http.MethodGet, r, err)
	}
	return s, nil
}

// post makes one write under its idempotency key. Of an answer that cannot be read only the ID is: it was taken all the same.
func post[T any](ctx context.Context, c *Client, a ask, path, key string, params sdk.ParamsContainer) (Seen[T], error) {
	return send[T](ctx, c, a, http.MethodPost, path, key, params)
}

// send makes one write: a deletion goes without a key.
func send[T any](ctx context.Context, c *Client, a ask, method, path, key string, params sdk.ParamsContainer) (Seen[T], error) {
	r, err := c.do(ctx, a, method, path, key, params)
	if err != nil {
		return Seen[T]{}, err
	}
	s, err := See[T](r.raw, r.date())
	if err != nil && s.ID == "" {
		return s, drifted(a, method, r, err)
	}
	s.Replayed = r.replayed()
	return s, nil
}

// Page is one page of a list, newest first.
type Page[T any] struct {
	Rows    []Seen[T]
	Drifted []Drifted
	More    bool
	Last    string // the id of its last row: where the next page begins; empty: there are none
}

// Drifted is a row that cannot be read.
type Drifted struct {
	ID      string // as far as it can be read
	Message string
	Raw     json.RawMessage
}

type envelope struct {
	Data []json.RawMessage `json:"data"`
	More bool              `json:"has_more"`
}

// rows reads one page of a list.
func rows[T any](ctx context.Context, c *Client, a ask, path, query string) (Page[T], error) {
	r, err := c.list(ctx, a, path, query)
	if err != nil {
		return Page[T]{}, err
	}
	var e envelope
	if err := json.Unmarshal(r.raw, &e); err != nil {
		return Page[T]{}, drifted(a, http.MethodGet, r, err)
	}
	return pageOf[T](e, r.date()), nil
}

// pageOf is the rows of a list, as they were seen at a time.
func pageOf[T any](e envelope, at time.Time) Page[T] {
	page := Page[T]{More: e.More}
	for _, raw := range e.Data {
		s, err := See[T](raw, at)
		page.Last = s.ID
		if err == nil {
			page.Rows = append(page.Rows, s)
			continue
		}
		clean, _ := scrub(raw) // nil: nothing of it can be kept
		page.Drifted = append(page.Drifted, Drifted{ID: s.ID, Message: begin(err.Error()), Raw: clean})
	}
	return page
}
