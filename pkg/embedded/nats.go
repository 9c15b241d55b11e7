package embedded

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// natsReady is how long a starting server may take to listen.
const natsReady = 30 * time.Second

// NATSConfig is how a server is started. Its zero value keeps its store in a temporary folder and listens on a free port.
type NATSConfig struct {
	Dir        string    // holds JetStream's store; empty: a temporary one, removed at Stop
	Port       int       // of the loopback listener; 0: any free one
	SyncAlways bool      // sync every message to disk before it is acknowledged
	Log        io.Writer // the server's log; may be nil
}

// NATS is a server with JetStream inside this process. Its methods may be called from any goroutine.
type NATS struct {
	cfg       NATSConfig
	temporary bool

	mu  sync.Mutex
	srv *server.Server
}

// StartNATS starts a server and returns when it takes connections.
func StartNATS(cfg NATSConfig) (*NATS, error) {
	n := &NATS{cfg: cfg, temporary: cfg.Dir == ""}
	if n.temporary {
		dir, err := os.MkdirTemp("", "breakwater-nats-*")
		if err != nil {
			return nil, fmt.Errorf("folder for JetStream: %w", err)
		}
		n.cfg.Dir = dir
	}
	if err := n.start(); err != nil {
		return nil, errors.Join(err, n.remove())
	}
	return n, nil
}

// start listens where the server listened before, if it did.
func (n *NATS) start() error {
	log := &natsLog{to: n.cfg.Log}
	srv, err := server.NewServer(n.options())
	if err != nil {
		return fmt.Errorf("nats server: %w", err)
	}
	srv.SetLoggerV2(log, false, false, false)
	srv.Start()
	addr, listening := srv.Addr().(*net.TCPAddr)
	if !listening || !srv.ReadyForConnections(natsReady) {
		srv.Shutdown()
		return fmt.Errorf("nats server: not ready on port %d: %s", n.cfg.Port, log.why())
	}
	n.srv, n.cfg.Port = srv, addr.Port
	return nil
}

func (n *NATS) options() *server.Options {
	o := &server.Options{
		ServerName: "breakwater",
		Host:       "127.0.0.1",
		Port:       n.cfg.Port,
		JetStream:  true,
		StoreDir:   n.cfg.Dir,
		SyncAlways: n.cfg.SyncAlways,
		NoSigs:     true, // signals are the program's, not its library's
	}
	if o.Port == 0 {
		o.Port = server.RANDOM_PORT
	}
	return o
}

// URL is where clients connect; it stays the same over Restart and WipeStore.
func (n *NATS) URL() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return fmt.Sprintf("nats://127.0.0.1:%d", n.cfg.Port)
}

// Port is where the server listens.
func (n *NATS) Port() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cfg.Port
}

// Halt ends the server, as an outage would; Restart or WipeStore brings it back.
func (n *NATS) Halt() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.halt()
}

// Restart starts the server again on the same port with the same store; a running one is stopped first.
func (n *NATS) Restart() error {
	return n.around(func() error { return nil })
}

// WipeStore stops the server, deletes all that JetStream keeps, and starts it on the same port.
func (n *NATS) WipeStore() error {
	return n.around(func() error { return os.RemoveAll(filepath.Join(n.cfg.Dir, server.JetStreamStoreDir)) })
}

// around does something between a stop and a start.
func (n *NATS) around(between func() error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.halt()
	if err := between(); err != nil {
		return fmt.Errorf("wipe JetStream's store: %w", err)
	}
	return n.start()
}

// Stop ends the server and removes a temporary store. A second Stop does nothing.
func (n *NATS) Stop() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.halt()
	return n.remove()
}

func (n *NATS) halt() {
	n.srv.Shutdown()
	n.srv.WaitForShutdown()
}

func (n *NATS) remove() error {
	if !n.temporary {
		return nil
	}
	return os.RemoveAll(n.cfg.Dir)
}
