package stack_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

func TestEverybodyIsToldOfEverybody(t *testing.T) {
	s := start(t, stack.Config{Replicas: 2, Tickets: 7, Limit: 70, Window: time.Minute})
	want := []string{"postgres", "nats", "halo-sim", "halo-adapter-1", "halo-adapter-2", "stripe-sim", "stripe-adapter-1", "stripe-adapter-2"}
	if got := s.Names(); !slices.Equal(got, want) {
		t.Fatalf("started %v, want %v", got, want)
	}
	halo := s.Addresses().Adapters[0]
	args := get(t, halo.Simulator, "/told")
	for i := range 2 {
		config := told(t, halo.HTTP[i])
		if config.HTTP.Listen != halo.HTTP[i] || config.GRPC.Listen != halo.GRPC[i] || config.Admin.Listen != halo.Admin[i] || config.NATSURL != s.Addresses().NATS {
			t.Errorf("replica %d was told %+v, want the stack's addresses %+v", i+1, config, halo)
		}
		reach(t, config.DatabaseURL)
		c := config.Connections[0]
		if config.Replica != want[3+i] || config.Jobs != nil || config.Halo != nil || c.Limit.Calls != 70 || c.Limit.Window != time.Minute {
			t.Errorf("replica %d was told %+v, want its name, the limit of 70, and its own defaults for the rest", i+1, config)
		}
		if c.BaseURL != "http://"+halo.Simulator || c.Name != halo.Connection {
			t.Errorf("replica %d: connection %s at %s, want %s at the simulator %s", i+1, c.Name, c.BaseURL, halo.Connection, halo.Simulator)
		}
		for _, flag := range []string{
			"--seed-tickets 7", "--limit 70", "--window 1m0s", "--tenant acme",
			"--client-id " + c.ClientID, "--client-secret " + c.ClientSecret,
			"--webhook-url http://" + halo.HTTP[0] + "/webhooks/acme/" + c.Webhook.Path,
			"--webhook-user " + c.Webhook.User, "--webhook-password " + c.Webhook.Password,
		} {
			if !strings.Contains(args, flag) {
				t.Errorf("the simulator was told %q, want %q in it", args, flag)
			}
		}
	}
}

func TestOnlyTheAdaptersThatAreAskedForRun(t *testing.T) {
	s := start(t, stack.Config{Only: []string{"stripe"}, Customers: 9})
	if got, want := s.Names(), []string{"postgres", "nats", "stripe-sim", "stripe-adapter-1"}; !slices.Equal(got, want) {
		t.Fatalf("started %v, want %v", got, want)
	}
	at, ok := s.Adapter("stripe")
	if _, other := s.Adapter("halo"); !ok || other {
		t.Fatalf("the adapters are %+v", s.Addresses().Adapters)
	}
	args, config := get(t, at.Simulator, "/told"), get(t, at.HTTP[0], "/told")
	for _, flag := range []string{"--seed-customers 9", "--webhook-url http://" + at.HTTP[0] + "/webhooks/shop/"} {
		if !strings.Contains(args, flag) {
			t.Errorf("the simulator was told %q, want %q in it", args, flag)
		}
	}
	for _, secret := range []string{"--key", "--webhook-secret"} {
		_, value, _ := strings.Cut(args, secret+" ")
		if value, _, _ = strings.Cut(value, " "); value == "" || !strings.Contains(config, value) {
			t.Errorf("the adapter was told\n%s\nwithout the %s of the simulator, %q", config, secret, value)
		}
	}
	if _, err := stack.Start(t.Context(), stack.Config{Bin: bin(t, nil), Only: []string{"nobody"}}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("an adapter that there is not: %v", err)
	}
}

func TestAScaledStackIsLessPatientEverywhere(t *testing.T) {
	s := start(t, stack.Config{Scaled: true})
	halo := s.Addresses().Adapters[0]
	if args := get(t, halo.Simulator, "/told"); !strings.Contains(args, "--limit 3000 --window 10s") {
		t.Errorf("the simulator was told %q, want the limit that the adapter keeps", args)
	}
	c := told(t, halo.HTTP[0])
	if c.Connections[0].Limit.Calls != 3000 || c.Jobs.Schedule[0] != 500*time.Millisecond || c.Halo.Sweep.Tickets != 2*time.Second {
		t.Errorf("the adapter was told %+v", c)
	}
	for _, scale := range stack.Scales() {
		if scale.Factor <= 1 || scale.Usual == scale.Here {
			t.Errorf("%+v is not scaled down", scale)
		}
	}
}

func TestWhoeverStandsBetweenIsGivenEveryAddress(t *testing.T) {
	given := map[string]string{}
	s := start(t, stack.Config{Only: []string{"halo"}, Impatient: true, Replaced: stack.Replacement{
		Link: func(_ context.Context, who, whose, addr string) (string, error) {
			given[who+" to "+whose] = addr
			return addr, nil
		},
		Env: func(who string) []string { return []string{"WHO=" + who} },
	}})
	halo := s.Addresses().Adapters[0]
	want := []string{"halo-adapter-1 to nats", "halo-adapter-1 to postgres", "halo-adapter-1 to vendor", "halo-sim to webhooks"}
	if got := slices.Sorted(maps.Keys(given)); !slices.Equal(got, want) {
		t.Errorf("links %v, want %v", got, want)
	}
	c := told(t, halo.HTTP[0])
	if !strings.Contains(c.DatabaseURL, given["halo-adapter-1 to postgres"]) || c.Connections[0].BaseURL != "http://"+given["halo-adapter-1 to vendor"] {
		t.Errorf("the adapter was told %+v, want what it was given: %v", c, given)
	}
	reach(t, c.DatabaseURL)
	if who := get(t, halo.HTTP[0], "/env"); who != "halo-adapter-1" {
		t.Errorf("the adapter's environment says %q", who)
	}
	for _, scale := range stack.ImpatientScales() {
		if scale.Factor <= 1 || scale.Usual == scale.Here {
			t.Errorf("%+v is not scaled down", scale)
		}
	}
}

func TestAPausedPartStandsStillUntilItGoesOn(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks into /proc")
	}
	s := start(t, stack.Config{})
	addr := s.Addresses().Adapters[0].HTTP[0]
	pid := get(t, addr, "/pid")
	for _, c := range []struct {
		signal  syscall.Signal
		stopped bool
	}{{syscall.SIGSTOP, true}, {syscall.SIGCONT, false}} {
		if err := s.Signal("halo-adapter-1", c.signal); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(20 * time.Second); stopped(t, pid) != c.stopped; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("after %v it stands still: %v", c.signal, !c.stopped)
			}
		}
	}
	get(t, addr, "/pid")
	if err := s.Signal("postgres", syscall.SIGSTOP); err == nil {
		t.Error("Postgres took a signal: its backends do not stop with it")
	}
}

func stopped(t *testing.T, pid string) bool {
	t.Helper()
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(stat), ") T ")
}

func TestAFreshDatabaseIsNobodyElses(t *testing.T) {
	s := start(t, stack.Config{})
	names := map[string]bool{}
	for range 2 {
		other, err := stack.Start(t.Context(), stack.Config{Bin: bin(t, nil), Fresh: true, DatabaseURL: s.Addresses().Postgres})
		if err != nil {
			t.Fatal(err)
		}
		database := other.Addresses().Adapters[0].Database
		reach(t, database)
		names[database] = true
		if err := other.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if conn, err := pgx.Connect(t.Context(), database); err == nil {
			_ = conn.Close(t.Context())
			t.Errorf("%s is still there after the end", database)
		}
	}
	if len(names) != 2 {
		t.Errorf("two runs used %v, want a database each", names)
	}
}

func TestDataIsKeptWhenSomebodyWantsToLook(t *testing.T) {
	s, err := stack.Start(t.Context(), stack.Config{Bin: bin(t, nil)})
	if err != nil {
		t.Fatal(err)
	}
	s.Keep()
	data := s.Addresses().Data
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(data, "logs", "halo-adapter-1.log")); err != nil {
		t.Errorf("after Keep and Stop: %v", err)
	}
	if err := os.RemoveAll(data); err != nil {
		t.Error(err)
	}
}

func TestAKilledPartComesBackWhereItWas(t *testing.T) {
	s := start(t, stack.Config{})
	halo := s.Addresses().Adapters[0]
	for name, addr := range map[string]string{"halo-sim": halo.Simulator, "halo-adapter-1": halo.HTTP[0]} {
		before := get(t, addr, "/pid")
		if err := s.Kill(name); err != nil {
			t.Fatal(err)
		}
		if alive(t, before) {
			t.Errorf("%s still runs after Kill", name)
		}
		if err := s.Restart(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		if after := get(t, addr, "/pid"); after == before {
			t.Errorf("%s: the same process %s after Kill and Restart", name, after)
		}
	}
	restartPostgres(t, s, halo.Database)
	select {
	case err := <-s.Failed():
		t.Errorf("reported as failed: %v, though all of it was asked for", err)
	default:
	}
}

func restartPostgres(t *testing.T, s *stack.Stack, database string) {
	t.Helper()
	if err := s.Kill("postgres"); err != nil {
		t.Fatal(err)
	}
	if err := s.Restart(t.Context(), "postgres"); err != nil {
		t.Fatal(err)
	}
	reach(t, database)
}

func TestWipedJetStreamIsEmptyAtTheSameAddress(t *testing.T) {
	s := start(t, stack.Config{})
	conn, err := nats.Connect(s.Addresses().NATS, nats.ReconnectWait(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "JOBS"}); err != nil {
		t.Fatal(err)
	}
	back := conn.StatusChanged(nats.CONNECTED)
	if err := s.WipeJetStream(); err != nil {
		t.Fatal(err)
	}
	<-back
	if _, err := js.Stream(t.Context(), "JOBS"); !errors.Is(err, jetstream.ErrStreamNotFound) {
		t.Errorf("the stream after a wipe: %v, want none", err)
	}
}

func TestAnUnexpectedEndIsReportedWithTheEndOfItsLog(t *testing.T) {
	s := start(t, stack.Config{})
	post(s.Addresses().Adapters[0].HTTP[0], "/fall")
	err := <-s.Failed()
	lines := strings.Count(err.Error(), `"msg":"falling"`)
	if lines != 20 || !strings.Contains(err.Error(), `"line":39`) || !strings.Contains(err.Error(), "halo-adapter-1 ended unexpectedly (exit status 3)") {
		t.Errorf("reported with %d lines, want the last 20: %v", lines, err)
	}
}

func TestWhatDoesNotStartIsExplainedAndNothingIsLeft(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if err := os.Chmod(filepath.Dir(os.TempDir()), 0o711); err != nil { //nolint:gosec // as root, Postgres must pass through
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		scripts map[string]string
		want    []string
	}{
		"a simulator that complains":    {map[string]string{"halo-sim": "echo no such flag >&2; exit 2"}, []string{"halo-sim", "exit status 2", "no such flag"}},
		"an adapter that only leaves":   {map[string]string{"halo-adapter": "exit 0"}, []string{"halo-adapter-1", "exit status 0"}},
		"an adapter that is no program": {map[string]string{"halo-adapter": "\x00"}, []string{"halo-adapter-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := stack.Start(t.Context(), stack.Config{Bin: bin(t, c.scripts)})
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "breakwater-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestMissingBinariesAreSaidBeforeAnythingStarts(t *testing.T) {
	started := false
	_, err := stack.Start(t.Context(), stack.Config{Bin: t.TempDir(), Progress: func(string) { started = true }})
	if err == nil || !strings.Contains(err.Error(), "make build") || started {
		t.Errorf("got %v (started something: %v), want to be told of make build first", err, started)
	}
}

func TestAProcessThatIgnoresTheRequestToEndIsKilled(t *testing.T) {
	deaf := `trap '' TERM; echo '{"msg":"ready"}' >&2; while :; do sleep 0.1; done`
	s, err := stack.Start(t.Context(), stack.Config{
		Bin:   bin(t, map[string]string{"halo-adapter": deaf}),
		Grace: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err == nil || !strings.Contains(err.Error(), "halo-adapter-1: killed") {
		t.Errorf("stopped with %v, want it said that the adapter was killed", err)
	}
}

func start(t *testing.T, cfg stack.Config) *stack.Stack {
	t.Helper()
	cfg.Bin = bin(t, nil)
	s, err := stack.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil { //nolint:usetesting // t's context has ended
			t.Error(err)
		}
	})
	return s
}

func told(t *testing.T, addr string) (config fakeConfig) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(get(t, addr, "/told")), &config); err != nil {
		t.Fatal(err)
	}
	return config
}

func get(t *testing.T, addr, path string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// post sends a request whose answer does not matter: the one asked may be gone before it answers.
func post(addr, path string) {
	if resp, err := http.Post("http://"+addr+path, "", http.NoBody); err == nil { //nolint:noctx,gosec // see above
		_ = resp.Body.Close()
	}
}

func reach(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(fmt.Errorf("reach %s: %w", url, err))
	}
	_ = conn.Close(t.Context())
}

func alive(t *testing.T, pid string) bool {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	return syscall.Kill(n, 0) == nil
}

func TestSettingsAreLaidOverTheAdaptersFile(t *testing.T) {
	s := start(t, stack.Config{Scaled: true, Settings: map[string]any{
		"replica": "another", "halo": map[string]any{"sweep": map[string]any{"tickets": "1h"}},
	}})
	c := told(t, s.Addresses().Adapters[0].HTTP[0])
	if c.Replica != "another" || c.Halo.Sweep.Tickets != time.Hour || c.Jobs.Schedule[0] != 500*time.Millisecond || c.Connections[0].ClientSecret == "" {
		t.Errorf("the adapter was told %+v, want what the settings say and the rest as it was", c)
	}
}
