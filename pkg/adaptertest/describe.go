package adaptertest

import (
	"context"
	"net/http"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// Adapter is what the suite must know of an adapter.
type Adapter struct {
	Spec adapter.Spec
	// Simulate is a new instance of the vendor with so many entities of the first kind, and some of the others.
	Simulate func(entities int, seed uint64) Vendor
	// Page is how many entities fill a page of a sweep.
	Page int
	// Pace is the adapter's own keys of the configuration for a pace: "halo.read_lag".
	Pace func(Pace) Settings
	// Kinds are all kinds, a kind after its parent.
	Kinds []Kind
	// Operations are all operations.
	Operations []Operation
	// Sample is how many operations each fault meets, the next ones with the next fault; 0: all. Where there are many, every
	// operation under every fault is more than a machine does in the time that people have; the flag -adaptertest.shift moves
	// which meet which.
	Sample int
	// Reads are the RPCs of the adapter's own services that change nothing.
	Reads []Read
	// Drift are fields of the vendor's JSON without which an entity of the first kind cannot be read.
	Drift []string
	// Feeds are the sweeps that tell of several kinds, by the names that the adapter gives them: "event".
	Feeds []string
	// Signed says that the proof of a delivery covers its body.
	Signed bool
	// Lasting says that the vendor's credentials are keys that do not run out while they are good.
	Lasting bool
}

// Pace is how fast an adapter goes in a part of the suite.
type Pace struct {
	Sweep          time.Duration // between two sweeps, of every kind
	ReadLag        time.Duration // of every kind
	SecondLook     time.Duration // between the two absences that make a tombstone
	Settling       time.Duration // of every operation
	AnnounceWithin time.Duration // that deliveries take at most
}

// Vendor is one simulated instance of an adapter's vendor.
type Vendor struct {
	// Handler serves the vendor's API and, under /control/, the surface of vendorsim.Control.
	Handler http.Handler
	// Run sends deliveries until ctx ends.
	Run func(ctx context.Context) error
	// Connection is what the configuration says of a connection to it, but for the connection's name and webhook.path.
	Connection func(url string) Settings
	// Hook tells the vendor where to send deliveries from now on; empty: nowhere. Nil: it has none.
	Hook func(url string)
	// Hands are what a person does at the vendor's own screens, by kind.
	Hands map[string]Hand
	// Named is told the connection's resource name, with which the names of what its entities refer to begin; nil: they refer to
	// nothing by name.
	Named func(connection string)
}

// Hand is what a person does at the vendor's own screens to entities of one kind. An entity is named by the part of its
// resource name behind the connection: "tickets/10421". What the vendor lets nobody do is nil.
type Hand struct {
	// Make makes an entity that says text, under parent if the kind has one.
	Make func(parent, text string) (string, error)
	// Edit lets it say text.
	Edit   func(entity, text string) error
	Delete func(entity string) error
	// Truth is every living entity as it really is, in the contract's words, without what is ours (name, uid, etag, mirror).
	Truth func() map[string]proto.Message
}

// Kind is one kind of entity, as callers see it.
type Kind struct {
	Name string // "ticket"
	// Parent is the kind whose names List takes as parent; empty: the connection.
	Parent string
	// List is the full name of the method that pages through the living: "/breakwater.psa.v1.TicketService/ListTickets".
	List string
	// Silent says that no delivery tells of it.
	Silent bool
	// Unedited says that no delivery tells of an edit by a person, but of all else.
	Unedited bool
	// Whole says that all of it comes in one page of a sweep.
	Whole bool
	// Like is the kind that is swept in the same way; empty: none. Of several only one is killed after every page, which the flag
	// -adaptertest.shift moves.
	Like string
}

// Operation is an operation with an example, which is accepted by its method and made once.
type Operation struct {
	Name   string // as the adapter declares it: "UpdateTicket"
	Method string // its full name
	// On is the kind of the entity that the request names; empty: the connection.
	On string
	// Fits reports the entities that it can be made on, by what the vendor has; nil: any.
	Fits func(truth proto.Message) bool
	// Request asks for it once, in these words.
	Request func(target, text string) proto.Message
	// Refused is a request that the vendor never accepts; nil: none is known.
	Refused func(target string) proto.Message
	// Before are made on the target first, and have to be done: what is to be reopened was closed. They count as the same Kind and
	// Op only where a repeat of those is no harm.
	Before []Operation
	// Kind and Op are what the simulator's ledger says of it: "action", "create".
	Kind, Op string
}

// Read is an RPC that changes nothing, with an example.
type Read struct {
	Method string // its full name
	// On is the kind of the entity that the request names; empty: the connection.
	On      string
	Request func(target string) proto.Message
}

// Fault is one way in which a vendor misbehaves.
type Fault struct {
	Name string
	Plan vendorsim.Plan
	// Lasts says that work gets done all the same: the vendor need not calm down before.
	Lasts bool
}
