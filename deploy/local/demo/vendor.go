package demo

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
)

// vendor is a simulator, steered from behind the scenes. What is of tickets is Halo's.
type vendor struct {
	base string
	http *http.Client
}

func newVendor(addr string) *vendor {
	return &vendor{"http://" + addr + "/control", &http.Client{Timeout: 10 * time.Second}}
}

// entry is one change that the vendor made.
type entry struct {
	Seq         uint64            `json:"seq"`
	At          time.Time         `json:"at"`
	Kind        string            `json:"kind"`
	ID          string            `json:"id"`
	Op          string            `json:"op"`
	Application string            `json:"application"` // empty: a person did it
	Fields      map[string]any    `json:"fields"`
	Marks       map[string]string `json:"marks"`
}

// truth is a ticket as the vendor really has it.
type truth struct {
	ID         int    `json:"id"`
	Summary    string `json:"summary"`
	Details    string `json:"details"`
	StatusID   int    `json:"status_id"`
	TypeID     int    `json:"tickettype_id"`
	PriorityID int    `json:"priority_id"`
	ClientID   int    `json:"client_id"`
	SiteID     int    `json:"site_id"`
	UserID     int    `json:"user_id"`
	Team       string `json:"team"`
}

// stats is what the vendor has counted.
type stats struct {
	Webhooks struct {
		Waiting    int `json:"waiting"`
		Sent       int `json:"sent"`
		Dropped    int `json:"dropped"`
		Duplicated int `json:"duplicated"`
		Reordered  int `json:"reordered"`
	} `json:"webhooks"`
	Limiter struct {
		Allowed int `json:"allowed"`
		Refused int `json:"refused"`
	} `json:"limiter"`
}

// misbehave changes the plan's fields that faults names.
func (v *vendor) misbehave(ctx context.Context, faults map[string]any) error {
	return v.call(ctx, http.MethodPatch, "/plan", faults, nil)
}

// calm ends every fault.
func (v *vendor) calm(ctx context.Context) error {
	return v.call(ctx, http.MethodPut, "/plan", map[string]any{}, nil)
}

// edit is a person changing a ticket at the vendor.
func (v *vendor) edit(ctx context.Context, id string, fields map[string]any) error {
	number, err := strconv.Atoi(id)
	if err != nil {
		return fmt.Errorf("ticket %q: %w", id, err)
	}
	return v.call(ctx, http.MethodPost, "/halo/edit", map[string]any{"id": number, "fields": fields}, nil)
}

// attach is a person attaching a file to a ticket at the vendor; it returns the file's number.
func (v *vendor) attach(ctx context.Context, ticket, name string, size int) (int, error) {
	number, err := strconv.Atoi(ticket)
	if err != nil {
		return 0, fmt.Errorf("ticket %q: %w", ticket, err)
	}
	return v.made(ctx, "/halo/attach", map[string]any{"id": number, "name": name, "size": size})
}

// make is a person making something of a kind at the vendor; it returns its id.
func (v *vendor) make(ctx context.Context, kind string, fields map[string]any) (int, error) {
	return v.made(ctx, "/halo/kind", map[string]any{"kind": kind, "fields": fields})
}

func (v *vendor) made(ctx context.Context, path string, order map[string]any) (int, error) {
	var out struct {
		ID int `json:"id"`
	}
	err := v.call(ctx, http.MethodPost, path, order, &out)
	return out.ID, err
}

func (v *vendor) truth(ctx context.Context, id string) (truth, error) {
	var out struct {
		Ticket truth `json:"ticket"`
	}
	err := v.call(ctx, http.MethodGet, "/halo/tickets/"+id, nil, &out)
	return out.Ticket, err
}

func (v *vendor) stats(ctx context.Context) (out stats, err error) {
	return out, v.call(ctx, http.MethodGet, "/stats", nil, &out)
}

// changes is what the vendor changed after the entry number since, oldest first.
func (v *vendor) changes(ctx context.Context, since uint64) ([]entry, error) {
	var out struct {
		Entries []entry `json:"entries"`
	}
	err := v.call(ctx, http.MethodGet, "/ledger?since="+strconv.FormatUint(since, 10), nil, &out)
	return out.Entries, err
}

// last is the number of the vendor's latest change.
func (v *vendor) last(ctx context.Context) (uint64, error) {
	var out struct {
		Last uint64 `json:"last"`
	}
	err := v.call(ctx, http.MethodGet, "/ledger?limit=1", nil, &out)
	return out.Last, err
}

func (v *vendor) call(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("control %s: %w", path, err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, v.base+path, &body)
	if err != nil {
		return fmt.Errorf("control %s: %w", path, err)
	}
	resp, err := v.http.Do(req)
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
