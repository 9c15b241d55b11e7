package job

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// tenant is a simulated Halo, and operations before it that nobody schedules.
type tenant struct {
	*testing.T

	sim *sim.Halo
	ts  Tenants
}

func open(t *testing.T, change func(*sim.Switches)) tenant {
	t.Helper()
	return behind(t, change, func(h http.Handler) http.Handler { return h })
}

// behind is a tenant whose answers pass through something else.
func behind(t *testing.T, change func(*sim.Switches), through func(http.Handler) http.Handler) tenant {
	t.Helper()
	x := tenant{T: t, sim: sim.New(sim.Config{Limit: -1, Tickets: 3})}
	if change != nil {
		s := x.sim.Switches()
		change(&s)
		if err := x.sim.SetSwitches(s); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(through(x.sim))
	t.Cleanup(server.Close)
	client, err := halo.New(halo.Config{BaseURL: server.URL, ClientID: "halo-sim-client", ClientSecret: "halo-sim-secret"},
		upstream.Config{Connection: "acme", Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	x.ts = Tenants{"acme": {Halo: client, NoteOutcome: 7, Words: translate.Words{UnassignedAgent: 1, Approved: 1, Rejected: 2}}}
	return x
}

// made is a row of a kind that a person has made at the vendor.
func (x tenant) made(kind string, fields map[string]any) int {
	x.Helper()
	id, err := x.sim.EditKind(kind, 0, fields)
	if err != nil {
		x.Fatal(err)
	}
	return id
}

// change is a person's change of such a row.
func (x tenant) change(kind string, id int, fields map[string]any) {
	x.Helper()
	if _, err := x.sim.EditKind(kind, id, fields); err != nil {
		x.Fatal(err)
	}
}

// truth is a field of a row as the vendor has it.
func (x tenant) truth(kind string, id int, field string) any {
	x.Helper()
	fields, ok := x.sim.KindTruth(kind, id)
	if !ok {
		x.Fatalf("no %s %d", kind, id)
	}
	return fields[field]
}

// on is a job on an entity of the vendor's.
func on(id int, paths ...string) *job.Job {
	return &job.Job{ID: uuid.Must(uuid.NewV7()), Connection: "acme", VendorID: fmt.Sprint(id), Paths: paths, CreatedAt: time.Now()}
}

// again is the job after an attempt that may have been applied.
func again(j *job.Job) *job.Job {
	again := *j
	again.UnsureAt = time.Now()
	return &again
}

// attempt makes one attempt, and says what came of it: "" for an acceptance, else the reason, and "?" where it may have been applied.
func attempt[M mirror.Message](x tenant, op job.Operation[M], j *job.Job, patch M) string {
	x.Helper()
	_, err := op.Attempt(x.Context(), j, patch)
	return reason(err)
}

func reason(err error) string {
	f := fault.Of(err)
	switch {
	case f == nil:
		return ""
	case f.MayApply:
		return f.Reason + "?"
	}
	return f.Reason
}

func rows(v any) []map[string]any {
	b, _ := json.Marshal(v)
	var all []map[string]any
	_ = json.Unmarshal(b, &all)
	return all
}
