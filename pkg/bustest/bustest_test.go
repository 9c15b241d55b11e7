package bustest_test

import (
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/breakwater-acl/breakwater/pkg/bustest"
)

func TestATestHasAJetStreamOfItsOwn(t *testing.T) {
	one, other := stream(t, bustest.Server(t).URL()), stream(t, bustest.Server(t).URL())
	if _, err := one.CreateStream(t.Context(), jetstream.StreamConfig{Name: "JOBS"}); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Stream(t.Context(), "JOBS"); err == nil {
		t.Error("a stream made on one test's server is on another's")
	}
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
