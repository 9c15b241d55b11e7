package pg

import (
	"net"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// connecting is how long a connection may take to be there, unless the URL says otherwise.
	connecting = 10 * time.Second
	// silence is how long nothing has to come through before a connection is given up: a statement that a link swallowed would
	// otherwise hang for a quarter of an hour, and with it whoever has no deadline of his own. A server that is slow to answer, or
	// stopped, is not silent: its machine acknowledges.
	silence = 30 * time.Second
)

// dialing makes connections that notice when the other end is gone without a word: a machine that died, a firewall that forgot them.
func dialing(c *pgconn.Config) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connecting
	}
	d := &net.Dialer{
		Timeout:         c.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence / 2, Interval: silence / 6, Count: 3},
		Control: func(network, _ string, conn syscall.RawConn) (err error) {
			if network == "unix" {
				return nil
			}
			if failed := conn.Control(func(fd uintptr) { err = unheard(fd, silence) }); failed != nil {
				return failed
			}
			return err
		},
	}
	c.DialFunc = d.DialContext
}
