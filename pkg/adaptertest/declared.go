package adaptertest

import (
	"encoding/json"
	"log/slog"
	"maps"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/config"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// merged is some settings, the later over the earlier.
func merged(some ...Settings) Settings {
	all := Settings{}
	for _, s := range some {
		maps.Copy(all, s)
	}
	return all
}

// declared is the vendor's half of the adapter with its default configuration and one connection that nobody calls.
func (a Adapter) declared(t testing.TB) *adapter.Vendor {
	t.Helper()
	connection := nested(a.Simulate(0, 0).Connection("https://vendor.example"), Settings{"name": "acme"})
	raw, err := json.Marshal(nested(Settings{"database_url": "postgres://127.0.0.1:1/none", "connections": []any{connection}}))
	must(t, err)
	c := a.Spec.Config()
	must(t, config.Parse(raw, func(string) (string, bool) { return "", false }, c))
	c.Complete()
	v, err := a.Spec.Vendor(t.Context(), c, adapter.Kernel{
		Gate: func(string) upstream.Gate { return nil }, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	return v
}

// safety is how a repeat of each operation is made safe. An operation without an example, or an example of no operation,
// fails the test.
func (a Adapter) safety(t testing.TB) map[string]job.Safety {
	t.Helper()
	all := map[string]job.Safety{}
	for _, op := range a.declared(t).Operations {
		all[op.Name] = op.Safety
	}
	missing := maps.Clone(all)
	for _, op := range a.Operations {
		if _, ok := all[op.Name]; !ok {
			t.Errorf("the adapter has no operation %s", op.Name)
		}
		delete(missing, op.Name)
	}
	for name := range missing {
		t.Errorf("operation %s has no example", name)
	}
	return all
}
