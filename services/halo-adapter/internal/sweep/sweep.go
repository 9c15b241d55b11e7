// Package sweep answers how Halo is asked what has changed: a file per kind.
package sweep

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// Tenant is one connection as sweeps need it.
type Tenant struct {
	Halo  *halo.Client
	Words translate.Words
	// CustomFields are those of tickets that listings are asked for.
	CustomFields []int64
}

// Tenants are all connections, by name.
type Tenants map[string]Tenant

// Config is how often each kind is swept.
type Config struct {
	Tickets, Notes time.Duration
}

// Plans are the sweeps of this adapter.
func Plans(ts Tenants, c Config) []sweep.Plan {
	return []sweep.Plan{
		{Kind: "ticket", Every: c.Tickets, Next: ts.tickets, Unfiltered: rotate},
		{Kind: "note", After: "ticket", Every: c.Notes, Next: ts.notes},
	}
}

// overlap is how far each window reaches back behind the last one's end: whether Halo's filter includes the boundary, and
// how late a change becomes visible, are unknown.
const overlap = 5 * time.Minute

// ahead is how far a vendor's clock may be before ours.
const ahead = time.Hour

// read reads a place; the zero value for an empty one.
func read[P any](place []byte) (P, error) {
	var p P
	if len(place) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(place, &p); err != nil {
		return p, fmt.Errorf("read the cursor: %w", err)
	}
	return p, nil
}

func write(p any) []byte {
	b, err := json.Marshal(p)
	if err != nil { // numbers and times always marshal
		return nil
	}
	return b
}

// drift is a row that cannot be read, for a person.
func drift(kind string, d halo.Drifted) sweep.Drift {
	var row struct {
		ID json.Number `json:"id"`
	}
	_ = json.Unmarshal(d.Raw, &row) // what has no id is kept without
	return sweep.Drift{
		Ref: mirror.Ref{Kind: kind, VendorID: row.ID.String()}, Field: d.Fault.Field, Message: d.Fault.Error(), Payload: d.Raw,
	}
}

func drifted(ref mirror.Ref, raw []byte, err error) sweep.Drift {
	f := fault.Of(err)
	return sweep.Drift{Ref: ref, Field: f.Field, Missing: true, Message: f.Error(), Payload: raw}
}
