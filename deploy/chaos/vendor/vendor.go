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

// Edit is a person changing a ticket's fields.
func (c *Control) Edit(ctx context.Context, id int, fields map[string]any) error {
	return c.call(ctx, http.MethodPost, "/halo/edit", map[string]any{"id": id, "fields": fields}, nil)
}

// Create is a person logging a ticket.
func (c *Control) Create(ctx context.Context, fields map[string]any) error {
	return c.call(ctx, http.MethodPost, "/halo/create", map[string]any{"fields": fields}, nil)
}

// Note is a person writing an action on a ticket.
func (c *Control) Note(ctx context.Context, id int, text string) error {
	fields := map[string]any{"note": text, "outcome_id": 7}
	return c.call(ctx, http.MethodPost, "/halo/note", map[string]any{"id": id, "fields": fields}, nil)
}

// Delete is a person deleting a ticket.
func (c *Control) Delete(ctx context.Context, id int) error {
	return c.call(ctx, http.MethodPost, "/halo/delete", map[string]any{"id": id, "reason": "by hand"}, nil)
}

// Merge is a person merging a ticket into another.
func (c *Control) Merge(ctx context.Context, id, into int) error {
	return c.call(ctx, http.MethodPost, "/halo/merge", map[string]any{"kind": "ticket", "id": id, "into": into}, nil)
}

// Ticket is a ticket as the vendor really has it.
type Ticket struct {
	ID         int    `json:"id"`
	Summary    string `json:"summary"`
	Details    string `json:"details"`
	StatusID   int    `json:"status_id"`
	TypeID     int    `json:"tickettype_id"`
	PriorityID int    `json:"priority_id"`
	ClientID   int    `json:"client_id"`
	SiteID     int    `json:"site_id"`
	UserID     int    `json:"user_id"`
	AgentID    int    `json:"agent_id"`
	Team       string `json:"team"`
	Deleted    bool   `json:"deleted"`
	MergedInto int    `json:"merged_into_id"` // 0: it lives
}

// Note is an action as the vendor really has it.
type Note struct {
	ID      int    `json:"id"`
	Text    string `json:"note"`
	Private bool   `json:"hiddenfromuser"`
	Outcome string `json:"outcome"`
	From    int    `json:"merged_from_ticketid"` // the ticket from which a merge copied it; 0: none did
}

// Truth is a ticket with its notes.
type Truth struct {
	Ticket Ticket `json:"ticket"`
	Notes  []Note `json:"actions"`
}

// Truth is what the vendor has under an id.
func (c *Control) Truth(ctx context.Context, id int) (out Truth, err error) {
	return out, c.call(ctx, http.MethodGet, "/halo/tickets/"+strconv.Itoa(id), nil, &out)
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
