package halo

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Document is which parameters the tenant's own version of Halo documents for reading, by path in lower case.
type Document map[string]map[string]bool

// Document reads the tenant's OpenAPI document: some megabytes [community: kb.dtctoday.com].
func (c *Client) Document(ctx context.Context) (Document, error) {
	const op, path = "halo.Document", "/swagger/v2/swagger.json"
	resp, err := c.do(ctx, upstream.Call{Op: op, URL: path, Route: path})
	if err != nil {
		return nil, err
	}
	var found struct {
		Paths map[string]struct {
			Get struct {
				Parameters []struct {
					Name string `json:"name"`
				} `json:"parameters"`
			} `json:"get"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(resp.Body, &found); err != nil {
		return nil, drifted(op, resp, err)
	}
	d := Document{}
	for path, known := range found.Paths {
		params := map[string]bool{}
		for _, p := range known.Get.Parameters {
			params[strings.ToLower(p.Name)] = true
		}
		d[strings.TrimPrefix(strings.ToLower(path), "/api")] = params
	}
	return d, nil
}
