package bus_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/bus"
	"github.com/breakwater-acl/breakwater/pkg/bustest"
)

func TestAWakeUpReachesItsConnectionOnly(t *testing.T) {
	woken := listen(t, bustest.Server(t).URL())
	for i := range 100 { // some of which go together
		woken.other.Wake("acme", fmt.Sprintf("ticket/%d", i))
	}
	woken.wait(t, "acme")
	if n := len(woken.heard["other"]); n > 0 {
		t.Errorf("another connection was woken %d times", n)
	}
}

func TestAfterTheStoreIsLostWakeUpsFlowAgain(t *testing.T) {
	server := bustest.Server(t)
	woken := listen(t, server.URL())
	if err := server.WipeStore(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(30 * time.Second)
	for { // the consumer has to be made again first
		woken.other.Wake("acme", "ticket/1")
		select {
		case <-woken.heard["acme"]:
			return
		case <-time.After(100 * time.Millisecond):
		case <-deadline:
			t.Fatal("no wake-up after the store was lost")
		}
	}
}

func TestWithoutNATSNothingBlocks(t *testing.T) {
	b, err := bus.Connect("nats://127.0.0.1:1", "halo", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	b.Wake("acme", "ticket/1")
	if b.Connected() || b.Dropped() != 1 {
		t.Errorf("connected %v, dropped %d; want a dropped wake-up", b.Connected(), b.Dropped())
	}
}

func TestAReplicaIsNotWokenByItself(t *testing.T) {
	woken := listen(t, bustest.Server(t).URL())
	woken.bus.Wake("acme", "ticket/1")
	woken.other.Wake("other", "ticket/1")
	woken.wait(t, "other")
	if n := len(woken.heard["acme"]); n > 0 {
		t.Errorf("it was woken %d times by its own wake-up", n)
	}
}

type listener struct {
	bus   *bus.Bus
	other *bus.Bus // of another replica
	heard map[string]chan struct{}
}

// listen listens as two connections and returns when both are heard.
func listen(t *testing.T, url string) *listener {
	t.Helper()
	b, other := connect(t, url), connect(t, url)
	l := &listener{bus: b, other: other, heard: map[string]chan struct{}{"acme": make(chan struct{}, 100), "other": make(chan struct{}, 100)}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = b.Run(ctx, []string{"acme", "other"}, func(c string) { l.heard[c] <- struct{}{} })
	}()
	t.Cleanup(func() { cancel(); <-done; b.Close(); other.Close() })
	l.wait(t, "acme") // each is woken once when it begins to listen
	l.wait(t, "other")
	return l
}

func (l *listener) wait(t *testing.T, connection string) {
	t.Helper()
	select {
	case <-l.heard[connection]:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s was not woken", connection)
	}
}

func connect(t *testing.T, url string) *bus.Bus {
	t.Helper()
	b, err := bus.Connect(url, "halo", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
