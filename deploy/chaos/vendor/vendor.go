// Package vendor answers what the simulated vendor is told behind the scenes, and what it knows to be true.
package vendor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// Control steers one simulator. It may be shared.
type Control struct {
	base string
	http *http.Client
}

// New steers the simulator that listens at addr.
func New(addr string) *Control {
	return &Control{"http://" + addr + "/control", &http.Client{Timeout: 10 * time.Second}}
}

// Misbehave replaces the fault plan; the zero plan is calm.
func (c *Control) Misbehave(ctx context.Context, p vendorsim.Plan) error {
	return c.call(ctx, http.MethodPut, "/plan", p, nil)
}

// Get asks for what is under a path of the control surface.
func (c *Control) Get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out)
}

// Post has something done; out may be nil.
func (c *Control) Post(ctx context.Context, path string, in, out any) error {
	return c.call(ctx, http.MethodPost, path, in, out)
}

// Waiting is how many webhooks have yet to be sent.
func (c *Control) Waiting(ctx context.Context) (int, error) {
	var out struct {
		Webhooks vendorsim.SenderStats `json:"webhooks"`
	}
	err := c.call(ctx, http.MethodGet, "/stats", nil, &out)
	return out.Webhooks.Waiting, err
}

// Ledger is every change that the vendor made, in order.
func (c *Control) Ledger(ctx context.Context) (all []vendorsim.Entry, err error) {
	for {
		since := uint64(0)
		if len(all) > 0 {
			since = all[len(all)-1].Seq
		}
		var out vendorsim.Extract
		if err := c.call(ctx, http.MethodGet, "/ledger?since="+strconv.FormatUint(since, 10), nil, &out); err != nil {
			return nil, err
		}
		if out.Lost > 0 {
			return nil, fmt.Errorf("the vendor's ledger has lost %d entries: too long a run", out.Lost)
		}
		all = append(all, out.Entries...)
		if len(out.Entries) == 0 || all[len(all)-1].Seq >= out.Last {
			return all, nil
		}
	}
}

func (c *Control) call(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("control %s: %w", path, err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, &body)
	if err != nil {
		return fmt.Errorf("control %s: %w", path, err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("control %s: %w", path, err)
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("control %s: %w", path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("control %s: %s: %s", path, resp.Status, text)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("control %s: %w", path, err)
	}
	return nil
}
