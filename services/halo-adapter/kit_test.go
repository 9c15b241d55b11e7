package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/bustest"
	"github.com/breakwater-acl/breakwater/pkg/embedded"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // these tests wait far more than they compute
	pgtest.Main(m)
}

// kit is what the replicas of one adapter share: a database, a JetStream, a configuration, and the tenants before them.
type kit struct {
	testing.TB

	nats     *embedded.NATS
	settings map[string]any
	vendors  []*simulator
	http     string // where the first replica takes webhooks
}

// with sets keys of the configuration that differ from the scaled-down ones: "halo.read_lag".
type with map[string]any

// scaled is the configuration with every wait made short.
func scaled() with {
	return with{
		"log.level": "info", "drain": "5s", "pools.reads": 3, "pools.writes": 4, "pools.work": 8,
		"jobs.attempt": "20s", "jobs.lease": "25s", "jobs.scan": "300ms", "jobs.schedule": []string{"50ms", "100ms"}, "jobs.min_look": "100ms",
		"sweeps.poll": "50ms", "halo.sweep.tickets": "500ms", "halo.sweep.notes": "600ms",
		"halo.read_lag": "0s", "halo.second_look": "200ms", "halo.settling": "100ms", "halo.announce_within": "5s", "halo.patience": "300ms",
	}
}

// prepare is a kit whose adapter does not run yet.
func prepare(t testing.TB, settings with, vendors ...*simulator) *kit {
	t.Helper()
	k := &kit{TB: t, nats: bustest.Server(t), settings: map[string]any{}, vendors: vendors, http: address(t)}
	for _, some := range []with{scaled(), settings, {"database_url": pgtest.Database(t), "nats_url": k.nats.URL()}} {
		for key, value := range some {
			put(k.settings, key, value)
		}
	}
	var connections []any
	for _, v := range vendors {
		connections = append(connections, v.connection())
		v.SetWebhook("http://"+k.http+"/webhooks/"+v.name+"/"+v.path(), hookUser, hookPassword+v.name)
	}
	k.settings["connections"] = connections
	return k
}

func put(into map[string]any, key string, value any) {
	first, rest, deeper := strings.Cut(key, ".")
	if !deeper {
		into[first] = value
		return
	}
	inner, ok := into[first].(map[string]any)
	if !ok {
		inner = map[string]any{}
		into[first] = inner
	}
	put(inner, rest, value)
}

// start runs one replica before these tenants.
func start(t testing.TB, settings with, vendors ...*simulator) *replica {
	t.Helper()
	return prepare(t, settings, vendors...).start("a", "")
}

// replica is one running adapter, and a client of it.
type replica struct {
	*kit

	tickets psav1.TicketServiceClient
	adapter adapterv1.AdapterServiceClient
	jobs    adapterv1.JobServiceClient
	stop    func() // as SIGTERM does; returns when the adapter has ended
}

// start runs a replica. It takes webhooks at http; empty: at the kit's address.
func (k *kit) start(name, http string) *replica {
	k.Helper()
	if http == "" {
		http = k.http
	}
	grpcAt := address(k)
	own := map[string]any{}
	for key, value := range k.settings {
		own[key] = value
	}
	for key, at := range map[string]string{"grpc.listen": grpcAt, "http.listen": http, "admin.listen": address(k)} {
		put(own, key, at)
	}
	own["replica"] = name
	logs := &logs{ready: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, k.file(own), logs) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			k.Errorf("replica %s ended with %v", name, err)
		}
	})
	k.Cleanup(func() {
		stop()
		if k.Failed() {
			k.Logf("replica %s said:\n%s", name, logs.tail())
		}
	})
	select {
	case <-logs.ready:
	case err := <-ended:
		ended <- nil
		k.Fatalf("replica %s did not start: %v", name, err)
	}
	conn, err := grpc.NewClient(grpcAt, grpc.WithTransportCredentials(insecure.NewCredentials()))
	k.must(err)
	k.Cleanup(func() { _ = conn.Close() })
	return &replica{
		kit: k, stop: stop, tickets: psav1.NewTicketServiceClient(conn),
		adapter: adapterv1.NewAdapterServiceClient(conn), jobs: adapterv1.NewJobServiceClient(conn),
	}
}

func serve(ctx context.Context, file string, logs io.Writer) error {
	nothing := func(string) (string, bool) { return "", false }
	return adapter.Run(ctx, spec(), []string{"serve", "--config", file}, nothing, io.Discard, logs)
}

// file writes a configuration: JSON is YAML.
func (k *kit) file(settings map[string]any) string {
	k.Helper()
	b, err := json.MarshalIndent(settings, "", "  ")
	k.must(err)
	path := filepath.Join(k.TempDir(), "config.yaml")
	k.must(os.WriteFile(path, b, 0o600))
	return path
}

func (k *kit) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// nextPort counts through ports that the system gives to nobody who did not ask for them.
var nextPort atomic.Int64 //nolint:gochecknoglobals // the ports of one machine are shared by all tests

// address is a loopback address nobody listens at.
func address(t testing.TB) string {
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

// logs is what a replica says; it tells when it is ready.
type logs struct {
	mu    sync.Mutex
	said  bytes.Buffer
	once  sync.Once
	ready chan struct{}
}

// Write takes a line.
func (l *logs) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes.Contains(line, []byte(`"msg":"ready"`)) {
		l.once.Do(func() { close(l.ready) })
	}
	return l.said.Write(line)
}

func (l *logs) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.said.Bytes()
	return string(b[max(0, len(b)-8_000):])
}

// patience is how long a condition may take on a busy machine; none takes nearly as long on an idle one.
const patience = time.Minute

// until waits for a condition: unmet says what is still wrong, nothing when it is met. It asks less and less often.
func until(t testing.TB, what string, unmet func() string) {
	t.Helper()
	pause, end := 10*time.Millisecond, time.Now().Add(patience)
	for {
		why := unmet()
		if why == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited %v until %s: %s", patience, what, why)
		}
		<-time.After(pause)
		pause = min(pause*5/4, 200*time.Millisecond)
	}
}

// missing says which of these is not what is wanted.
func missing[T comparable](want T, got ...T) string {
	for _, x := range got {
		if x != want {
			return fmt.Sprintf("got %v, want all %v", got, want)
		}
	}
	return ""
}
