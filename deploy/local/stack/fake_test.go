package stack_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// TestMain plays the part that the binary's name says: the tests link it as the simulators and adapters.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "halo-sim", "stripe-sim":
		listen := os.Args[slices.Index(os.Args, "--listen")+1]
		play(listen, strings.Join(os.Args[1:], " "))
	case "halo-adapter", "stripe-adapter":
		raw, err := os.ReadFile(os.Args[len(os.Args)-1])
		var config fakeConfig
		if err := errors.Join(err, yaml.Unmarshal(raw, &config)); err != nil {
			panic(err)
		}
		play(config.HTTP.Listen, string(raw))
	default:
		m.Run()
	}
}

// fakeConfig is what an adapter understands of its file.
type fakeConfig struct {
	DatabaseURL string `yaml:"database_url"`
	NATSURL     string `yaml:"nats_url"`
	HTTP        struct{ Listen string }
	GRPC        struct{ Listen string }
	Admin       struct{ Listen string }
	Replica     string
	Jobs        *struct{ Schedule []time.Duration }
	Halo        *struct {
		Sweep struct{ Tickets time.Duration }
	}
	Connections []struct {
		Name         string
		BaseURL      string `yaml:"base_url"`
		Tenant       string
		ClientID     string `yaml:"client_id"`
		ClientSecret string `yaml:"client_secret"`
		Webhook      struct{ Path, User, Password string }
		Limit        *struct {
			Calls  int
			Window time.Duration
		}
	}
}

// play listens, says that it is ready and answers: what it was told, or by ending with a long complaint.
func play(listen, told string) {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /told", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, told) })
	mux.HandleFunc("GET /env", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, os.Getenv("WHO")) })
	mux.HandleFunc("GET /pid", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, os.Getpid()) })
	mux.HandleFunc("POST /fall", func(http.ResponseWriter, *http.Request) {
		for i := range 40 {
			log.Error("falling", "line", i)
		}
		os.Exit(3)
	})
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", listen)
	if err != nil {
		log.Error("listen", "error", err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	srv := &http.Server{Handler: mux} //nolint:gosec // a fake on loopback
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	log.Info("ready", "http", l.Addr().String())
	_ = srv.Serve(l) // ends when asked to
}

// bin is a folder of fakes; scripts replace some of them.
func bin(t *testing.T, scripts map[string]string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"halo-sim", "halo-adapter", "stripe-sim", "stripe-adapter"} {
		if script, ok := scripts[name]; ok {
			err = os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755) //nolint:gosec // a program
		} else {
			err = os.Symlink(self, filepath.Join(dir, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
