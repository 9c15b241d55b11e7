package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// vendor is the simulator's control surface.
type vendor struct {
	base string
	http *http.Client
}

func newVendor(addr string) vendor {
	return vendor{"http://" + addr + "/control", caller()}
}

// entry is one change that the vendor made.
type entry struct {
	Seq    uint64         `json:"seq"`
	At     time.Time      `json:"at"`
	Fields map[string]any `json:"fields"`
}

// misbehave changes the fault plan's fields that faults names.
func (v vendor) misbehave(ctx context.Context, faults map[string]any) error {
	return v.call(ctx, http.MethodPatch, "/plan", faults, nil)
}

// edit is a person changing a ticket's fields at the vendor.
func (v vendor) edit(ctx context.Context, id string, fields map[string]any) error {
	n, err := strconv.Atoi(id)
	if err != nil {
		return err
	}
	return v.call(ctx, http.MethodPost, "/halo/edit", map[string]any{"id": n, "fields": fields}, nil)
}

// requests is how many requests the vendor was sent whose route holds a word, signing in apart.
func (v vendor) requests(ctx context.Context, word string) (n float64, err error) {
	var out struct{ Requests map[string]float64 }
	if err := v.call(ctx, http.MethodGet, "/stats", nil, &out); err != nil {
		return 0, err
	}
	for route, count := range out.Requests {
		if strings.Contains(strings.ToLower(route), word) {
			n += count
		}
	}
	return n, nil
}

// last is the number of the vendor's latest change.
func (v vendor) last(ctx context.Context) (uint64, error) {
	var out struct{ Last uint64 }
	return out.Last, v.call(ctx, http.MethodGet, "/ledger?limit=1", nil, &out)
}

// each hands over every change after the entry number since, oldest first.
func (v vendor) each(ctx context.Context, since uint64, f func(entry)) error {
	for {
		var page struct {
			Entries []entry
			Last    uint64
		}
		if err := v.call(ctx, http.MethodGet, fmt.Sprintf("/ledger?since=%d", since), nil, &page); err != nil {
			return err
		}
		for _, e := range page.Entries {
			f(e)
			since = e.Seq
		}
		if len(page.Entries) == 0 || since >= page.Last {
			return nil
		}
	}
}

func (v vendor) call(ctx context.Context, method, path string, in, out any) error {
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
	return json.Unmarshal(text, out)
}
