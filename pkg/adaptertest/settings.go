package adaptertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Settings are keys of a configuration, and what they are set to: "halo.read_lag".
type Settings map[string]any

// scaled is the common configuration with every wait made short.
func scaled() Settings {
	return Settings{
		"log.level": "info", "drain": "5s", "pools.reads": 3, "pools.writes": 4, "pools.work": 8,
		"jobs.attempt": "20s", "jobs.lease": "25s", "jobs.scan": "300ms", "jobs.schedule": []string{"50ms", "100ms"},
		"jobs.min_look": "100ms", "sweeps.poll": "50ms",
	}
}

// scaledConnection is a connection's, with limits that nobody meets.
func scaledConnection() Settings {
	return Settings{
		"hold": "300ms", "limit.calls": 100_000, "limit.window": "1s", "limit.burst": 50_000,
		"breaker.cooldown": "200ms", "breaker.max_cooldown": "400ms",
	}
}

// nested is some settings, the later over the earlier, in the shape of the file.
func nested(some ...Settings) map[string]any {
	all := map[string]any{}
	for _, s := range some {
		for key, value := range s {
			put(all, key, value)
		}
	}
	return all
}

func put(into map[string]any, key string, value any) {
	first, rest, deeper := strings.Cut(key, ".")
	if !deeper {
		into[first] = value
		return
	}
	inner, ok := into[first].(map[string]any)
	if !ok {
		inner = map[string]any{}
		into[first] = inner
	}
	put(inner, rest, value)
}

// file writes a configuration: JSON is YAML.
func file(t testing.TB, settings map[string]any) string {
	t.Helper()
	b, err := json.MarshalIndent(settings, "", "  ")
	must(t, err)
	path := filepath.Join(t.TempDir(), "config.yaml")
	must(t, os.WriteFile(path, b, 0o600))
	return path
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
