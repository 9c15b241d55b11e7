package adaptertest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"sync/atomic"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/bustest"
	"github.com/breakwater-acl/breakwater/pkg/embedded"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

// Main runs the tests of m with the Postgres that they share. Call it from TestMain.
func Main(m *testing.M) {
	_ = flag.Set("test.parallel", "6") // these tests wait far more than they compute
	pgtest.Main(m)
}

// Kit is what the replicas of one adapter share: a database, a JetStream, a configuration, and the vendors before them.
type Kit struct {
	testing.TB

	Spec adapter.Spec
	NATS *embedded.NATS
	HTTP string // where the first replica takes deliveries

	// DatabaseURL is the adapter's own database.
	DatabaseURL string

	settings map[string]any
	vendors  []*Simulator
}

// Prepare is a kit whose adapter does not run yet. The vendors are told where to send deliveries.
func Prepare(t testing.TB, spec adapter.Spec, settings Settings, vendors ...*Simulator) *Kit {
	t.Helper()
	k := &Kit{TB: t, Spec: spec, NATS: bustest.Server(t), HTTP: Address(t), DatabaseURL: pgtest.Database(t), vendors: vendors}
	k.settings = nested(scaled(), settings, Settings{"database_url": k.DatabaseURL, "nats_url": k.NATS.URL()})
	var connections []any
	for _, v := range vendors {
		connections = append(connections, nested(scaledConnection(), v.vendor.Connection(v.URL),
			Settings{"name": v.ID, "webhook.path": v.Path()}, v.own))
		if v.vendor.Hook != nil {
			v.vendor.Hook(k.Webhook(v))
		}
	}
	k.settings["connections"] = connections
	return k
}

// Webhook is the address at which the first replica takes deliveries of v.
func (k *Kit) Webhook(v *Simulator) string {
	return "http://" + k.HTTP + "/webhooks/" + v.ID + "/" + v.Path()
}

// nextPort counts through ports that the system gives to nobody who did not ask for them.
var nextPort atomic.Int64 //nolint:gochecknoglobals // the ports of one machine are shared by all tests

// Address is a loopback address nobody listens at.
func Address(t testing.TB) string {
	t.Helper()
	nextPort.CompareAndSwap(0, 12_000+rand.Int64N(8_000))
	for range 1000 {
		at := fmt.Sprintf("127.0.0.1:%d", nextPort.Add(1))
		lis, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", at)
		if err == nil {
			_ = lis.Close()
			return at
		}
	}
	t.Fatal("no free port")
	return ""
}
