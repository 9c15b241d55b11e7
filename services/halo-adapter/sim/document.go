package sim

import (
	"net/http"
	"slices"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// document is the tenant's own OpenAPI document, as far as it is served here: what an older build ignores is missing from it
// [community: kb.dtctoday.com; that it needs no token is inferred].
func (h *Halo) document(w http.ResponseWriter, _ *http.Request) {
	s := h.Switches()
	paths := map[string]map[string]any{}
	for _, op := range h.table() {
		if paths[op.path] == nil {
			paths[op.path] = map[string]any{}
		}
		parameters := []map[string]any{}
		if strings.Contains(op.path, "{id}") {
			parameters = append(parameters, map[string]any{"name": "id", "in": "path", "required": true})
		}
		for _, name := range op.params {
			if !slices.Contains(s.unknownTo(op.path), name) {
				parameters = append(parameters, map[string]any{"name": name, "in": "query"})
			}
		}
		paths[op.path][strings.ToLower(op.method)] = map[string]any{"parameters": parameters}
	}
	vendorsim.WriteJSON(w, http.StatusOK, map[string]any{
		"openapi": "3.0.1", "info": map[string]string{"title": "Halo API", "version": "v2"}, "paths": paths,
	})
}

// unknownTo are the parameters of a path that the tenant's build does not know.
func (s Switches) unknownTo(path string) []string {
	var out []string
	since := []string{"lastupdatefromdate", "lastupdatetodate"}
	for _, filter := range []struct {
		path, how string
		params    []string
	}{
		{"/Tickets", s.SinceFilter, since},
		{"/Client", s.ClientSince, since},
		{"/Site", s.SiteSince, since},
		{"/Users", s.UserSince, since},
		{"/Tickets", s.ThirdPartyFilter, []string{"third_party_id_string"}},
		{"/Invoice", s.InvoiceMarkFilter, []string{"third_party_id"}},
		{"/Invoice", s.InvoiceSince, []string{"datesearch", "start_date", "end_date"}},
	} {
		if filter.path == path && filter.how == "ignored" {
			out = append(out, filter.params...)
		}
	}
	return out
}
