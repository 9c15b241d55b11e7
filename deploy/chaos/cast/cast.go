// Package cast answers what differs between the vendors that a run is played with: what they keep, how callers change it through
// the adapter and people at the vendor's own screens, how its ledger reads, and what it knows to be true. All else speaks of
// subjects: the entities that everybody fights over.
package cast

import (
	"context"
	"math/rand/v2"

	"github.com/google/uuid"
	"google.golang.org/grpc"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
	"github.com/breakwater-acl/breakwater/deploy/chaos/vendor"
)

// Play is what is known of a vendor before anything runs.
type Play struct {
	Adapter string   // as the stack calls it: "halo"
	Seeded  int      // subjects that the vendor has at first
	Tables  []string // of its subjects, in the adapter's database
	Drift   schedule.Drift
	Tokens  bool // those that the vendor issues expire; keys do not
	Reading history.Reading
	Open    func(Stage) Cast
}

// Replicas is what the processes of the adapter are called.
func (p Play) Replicas() []string {
	return []string{p.Adapter + "-adapter-1", p.Adapter + "-adapter-2"}
}

// Simulator is what the vendor's process is called.
func (p Play) Simulator() string { return p.Adapter + "-sim" }

// Stage is where a cast plays.
type Stage struct {
	Parent   string // "connections/acme"
	Replicas []*grpc.ClientConn
	Vendor   *vendor.Control
	Seeded   int
	Subjects *Subjects
}

// Replica is one of them, counted round.
func (s Stage) Replica(n int) *grpc.ClientConn { return s.Replicas[n%len(s.Replicas)] }

// Cast is one vendor and its adapter. It may be shared.
type Cast interface {
	// Hot are the subjects that the run begins with.
	Hot(ctx context.Context) ([]View, error)
	// Get reads one subject of a kind, by its name or by "~" and its uid.
	Get(ctx context.Context, replica int, kind, name string) (View, error)
	// BatchGet reads some of one kind at once, in their order.
	BatchGet(ctx context.Context, replica int, kind string, names []string) ([]View, error)
	// Draw draws a change for a caller to ask for; false: there is nothing to change now.
	Draw(ctx context.Context, hand *Hand) (Intent, bool)
	// Edit is one act of a person at the vendor's own screens, whose text is the count-th. What the vendor refuses is an error.
	Edit(ctx context.Context, dice *rand.Rand, count int) error
	// Compare names all that differs between the mirror, as callers see it, and the vendor, as it knows itself.
	Compare(ctx context.Context) ([]string, error)
	// Purses is what became of each payment's money; none where no money is moved.
	Purses(ctx context.Context) ([]history.Purse, error)
}

// View is a subject as a caller sees it.
type View struct {
	Kind    string
	UID     uuid.UUID
	Name    string
	Etag    string
	Values  map[string]string // of the fields whose values are told apart
	Fields  map[string]string // of more, which guard a write or say what may be done
	Version int64
	Pending []uuid.UUID // jobs
	Refusal uuid.UUID   // the job that was refused; zero: none
}

// Intent is a change that a caller asks for, again and again with the same request until it is answered.
type Intent struct {
	Write history.Write
	Ask   func(ctx context.Context, replica int) (View, error)
	// Then is what the same caller asks for at once, the first having been accepted; nil: nothing.
	Then func(View) Intent
}

// Hot are the subjects of a kind that a reader finds under these names.
func Hot(ctx context.Context, c Cast, kind string, names []string) (all []View, err error) {
	for i, name := range names {
		v, err := c.Get(ctx, i, kind, name)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}
