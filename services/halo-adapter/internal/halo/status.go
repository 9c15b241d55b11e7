package halo

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Status is a state that tickets can be in. Which there are, and what their ids mean, is the tenant's choice.
type Status struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	ShortName string `json:"shortname"`
	Type      int64  `json:"type"`
	Sequence  int64  `json:"sequence"`
	Colour    string `json:"colour"`
}

// Statuses reads them all: some dozens. A status that cannot be read fails the whole, as a half dictionary would mistranslate.
func (c *Client) Statuses(ctx context.Context) ([]Status, error) {
	const op = "halo.ListStatuses"
	resp, err := c.do(ctx, upstream.Call{Op: op, URL: "/Status", Route: "/Status"})
	if err != nil {
		return nil, err
	}
	raw, _, err := collection(resp.Body, "statuses")
	if err != nil {
		return nil, drifted(op, resp, err)
	}
	all, bad := rows(op, resp, raw, readStatus)
	if len(bad) > 0 {
		return nil, bad[0].Fault
	}
	return all, nil
}

func readStatus(b json.RawMessage) (s Status, err error) {
	if err := json.Unmarshal(b, &s); err != nil {
		return Status{}, err
	}
	if s.ID == 0 {
		return Status{}, &fieldError{"id", errors.New("a status without an id")}
	}
	return s, nil
}
