package adaptertest

import (
	"context"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

// undeclared adds an operation that does not say how a repeat of it is made safe: the adapter does not start.
func undeclared(t *testing.T, h *house) {
	const name = "ForgetSafety"
	spec, vendor := h.Spec, h.Spec.Vendor
	spec.Vendor = func(ctx context.Context, c adapter.Config, k adapter.Kernel) (*adapter.Vendor, error) {
		v, err := vendor(ctx, c, k)
		if err == nil {
			v.Operations = append(v.Operations, &job.Op{Name: name, Kind: h.Kinds[0].Name})
		}
		return v, err
	}
	connection := nested(h.Simulate(0, 0).Connection("http://127.0.0.1:1"), Settings{"name": "acme"})
	settings := nested(Settings{
		"database_url": pgtest.Database(t), "connections": []any{connection},
		"grpc.listen": Address(t), "http.listen": Address(t), "admin.listen": Address(t),
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said := &logs{ready: make(chan struct{})}
	go func() {
		select {
		case <-said.ready: // it has started
			cancel()
		case <-ctx.Done():
		}
	}()
	if err := Serve(ctx, spec, file(t, settings), said); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("it started, and ended with %v", err)
	}
}
