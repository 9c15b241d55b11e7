package link_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/chaos/link"
)

// echo answers with what it is sent.
func echo(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn); _ = conn.Close() }()
		}
	}()
	return l.Addr().String()
}

// ask sends a word and reads it back within a while.
func ask(conn net.Conn) error {
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("hello")); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, make([]byte, 5))
	return err
}

func TestALinkIsSpoiledAndMended(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*link.Links) (func() error, error)
		holds func(err error, took time.Duration) bool
	}{
		"slow":  {func(l *link.Links) (func() error, error) { return l.Slow("a", "b", 100*time.Millisecond) }, func(err error, took time.Duration) bool { return err == nil && took > 100*time.Millisecond }},
		"slice": {func(l *link.Links) (func() error, error) { return l.Slice("a", "b") }, func(err error, _ time.Duration) bool { return err == nil }},
		"mute":  {func(l *link.Links) (func() error, error) { return l.Mute("a", "b") }, func(err error, _ time.Duration) bool { return errors.Is(err, os.ErrDeadlineExceeded) }},
		"reset": {func(l *link.Links) (func() error, error) { return l.Reset("a", "b") }, ended},
		"cut":   {func(l *link.Links) (func() error, error) { return l.Cut("a", "b") }, ended},
	} {
		t.Run(name, func(t *testing.T) {
			links := link.New()
			t.Cleanup(links.Close)
			addr, err := links.Between(t.Context(), "a", "b", echo(t))
			if err != nil {
				t.Fatal(err)
			}
			conn := dial(t, addr)
			if err := ask(conn); err != nil {
				t.Fatalf("before: %v", err)
			}
			mend, err := c.spoil(links)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if err := ask(conn); !c.holds(err, time.Since(began)) {
				t.Errorf("meanwhile: %v after %v", err, time.Since(began))
			}
			if err := mend(); err != nil {
				t.Fatal(err)
			}
			if err := ask(dial(t, addr)); err != nil {
				t.Errorf("mended: %v", err)
			}
		})
	}
}

func ended(err error, _ time.Duration) bool {
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(context.WithoutCancel(t.Context()), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestALinkThatIsNotThereIsNotSpoiled(t *testing.T) {
	if _, err := link.New().Mute("a", "b"); err == nil {
		t.Error("nothing leads from a to b, and it was muted")
	}
}
