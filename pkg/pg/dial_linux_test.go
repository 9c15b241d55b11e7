package pg

import (
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// A link that swallows everything costs seconds, not the quarter of an hour that the system would wait.
func TestAConnectionWhoseBytesAreNotAcknowledgedIsGivenUp(t *testing.T) {
	lis, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lis.Close() }()
	for url, within := range map[string]time.Duration{
		"postgres://127.0.0.1/x": connecting, "postgres://127.0.0.1/x?connect_timeout=3": 3 * time.Second,
	} {
		c, err := pgxpool.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		dialing(&c.ConnConfig.Config)
		if c.ConnConfig.ConnectTimeout != within {
			t.Errorf("%s: it may take %v to connect, want %v", url, c.ConnConfig.ConnectTimeout, within)
		}
		conn, err := c.ConnConfig.DialFunc(t.Context(), "tcp", lis.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if got := option(t, conn, userTimeout); got != int(silence.Milliseconds()) {
			t.Errorf("%s: given up after %d ms without an acknowledgement, want %v", url, got, silence)
		}
		if idle := option(t, conn, syscall.TCP_KEEPIDLE); idle != int((silence / 2).Seconds()) {
			t.Errorf("%s: asked for a sign of life after %d s", url, idle)
		}
		_ = conn.Close()
	}
}

// option is what the system has for a connection.
func option(t *testing.T, conn net.Conn, name int) (value int) {
	t.Helper()
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if failed := raw.Control(func(fd uintptr) { value, err = syscall.GetsockoptInt(int(fd), syscall.IPPROTO_TCP, name) }); failed != nil || err != nil {
		t.Fatal(failed, err)
	}
	return value
}
