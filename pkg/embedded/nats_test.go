package embedded_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
)

func TestJetStreamOverRestartAndWipe(t *testing.T) {
	for name, c := range map[string]struct {
		between func(*embedded.NATS) error
		want    error
	}{
		"a restart keeps the store":      {(*embedded.NATS).Restart, nil},
		"a wipe leaves an empty store":   {(*embedded.NATS).WipeStore, jetstream.ErrStreamNotFound},
		"a wipe of what is wiped is one": {func(n *embedded.NATS) error { return errors.Join(n.WipeStore(), n.WipeStore()) }, jetstream.ErrStreamNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			n := startNATS(t, embedded.NATSConfig{Dir: t.TempDir(), SyncAlways: true})
			before := n.URL()
			if _, err := stream(t, before).CreateStream(t.Context(), jetstream.StreamConfig{Name: "JOBS"}); err != nil {
				t.Fatal(err)
			}
			if err := c.between(n); err != nil {
				t.Fatal(err)
			}
			if n.URL() != before {
				t.Fatalf("listening on %s, want %s as before", n.URL(), before)
			}
			if _, err := stream(t, before).Stream(t.Context(), "JOBS"); !errors.Is(err, c.want) {
				t.Errorf("the stream: %v, want %v", err, c.want)
			}
		})
	}
}

func TestStopRemovesATemporaryStore(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	n := startNATS(t, embedded.NATSConfig{})
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestATakenPortIsRefused(t *testing.T) {
	first := startNATS(t, embedded.NATSConfig{})
	_, err := embedded.StartNATS(embedded.NATSConfig{Port: first.Port()})
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("a second server on one port: %v, want a refusal", err)
	}
}

func startNATS(t *testing.T, cfg embedded.NATSConfig) *embedded.NATS {
	t.Helper()
	n, err := embedded.StartNATS(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func stream(t *testing.T, url string) jetstream.JetStream {
	t.Helper()
	conn, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return js
}
