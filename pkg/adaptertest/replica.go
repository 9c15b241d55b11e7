package adaptertest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
)

// Replica is one running replica of an adapter, and a client of it.
type Replica struct {
	*Kit

	Conn    *grpc.ClientConn
	Adapter adapterv1.AdapterServiceClient
	Jobs    adapterv1.JobServiceClient
	Stop    func() // as SIGTERM does; returns when the replica has ended
}

// Start runs a replica. It takes deliveries at http; empty: at the kit's address.
func (k *Kit) Start(name, http string) *Replica {
	k.Helper()
	if http == "" {
		http = k.HTTP
	}
	own, at := maps.Clone(k.settings), Address(k)
	maps.Copy(own, nested(Settings{"grpc.listen": at, "http.listen": http, "admin.listen": Address(k), "replica": name}))
	r := &Replica{Kit: k, Stop: k.run(name, own)}
	conn, err := grpc.NewClient(at, grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(k, err)
	k.Cleanup(func() { _ = conn.Close() })
	r.Conn, r.Adapter, r.Jobs = conn, adapterv1.NewAdapterServiceClient(conn), adapterv1.NewJobServiceClient(conn)
	return r
}

// run returns when the replica is ready, with what stops it.
func (k *Kit) run(name string, settings map[string]any) func() {
	k.Helper()
	logs := &logs{ready: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, k.Spec, file(k, settings), logs) }()
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
	return stop
}

// Serve runs an adapter with the configuration in file until ctx ends.
func Serve(ctx context.Context, spec adapter.Spec, file string, logs io.Writer) error {
	nothing := func(string) (string, bool) { return "", false }
	return adapter.Run(ctx, spec, []string{"serve", "--config", file}, nothing, io.Discard, logs)
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
