package mirror

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// world is the model: one entity at a simulated vendor, everything that is on its way from there or to there, and our
// row of it, which the real rules decide about. What it leaves out is Postgres: every step is a transaction.
type world struct {
	chooser
	mode   mode
	table  *Table
	store  *Store
	vendor simVendor
	time   time.Time
	seq    int64

	own *Entity // what our own create made; it may not have a vendor id yet
	row *Entity // what is known by the vendor's id

	queued, running *fetch
	refresh         *fetch // a look before a late write, which is no job
	sweep           *sweep
	pushes          []push
	writes          []*write
	missed          []Moment // changes that will not be announced: only a sweep can find them
	flaked          int64    // when a wrong 404 was delivered; no other comes before a later look has found it there
	ending          bool     // nothing new happens any more
	asked           int      // how many looks were asked for
	steps           int      // how many things happen before it ends
	wanted          string   // the one kind of failure that is looked for; empty: any

	shadow shadow // the same on Postgres; nil: none

	places map[*Entity][3]int // places in history of what rows hold: of each field, and of its existence
}

// mode is what kind of vendor it is, and how it is asked.
type mode struct {
	lag       time.Duration
	own       bool // the entity is our create's; otherwise it was there, or others make it
	mark      bool // what our create made carries its mark
	versions  bool
	times     int  // 0: only snapshots have a vendor time; 1: everything has that of its last change; 2: of the answer
	partial   bool // pushes and some rows of listings cover a part
	push      int  // 0: hints; 1: snapshots with vendor time; 2: without; 3: any of them
	flaky     bool
	drops     bool
	listsGone bool // a sweep tells what is not listed any more
	writes    bool // callers write
	deletes   bool // entities are deleted
	values    []string
	pace      [5]int // how readily news come, deliveries, looks, sweeps and jobs get on
	once      bool   // wrongly: a hint is looked at once only
	joins     bool   // wrongly: a hint is satisfied by a fetch that is running
}

type fetch struct {
	runnable, again time.Time
	opened          Moment
	seen            *sight
}

type sweep struct {
	opened  Moment
	covers  Coverage
	read    bool
	seen    *sight // nil though read: nothing is listed
	unheard bool   // it could not tell of the absence of what we had never heard of
}

type push struct {
	hint bool
	seen sight
}

// sight is an observation, and the place in the vendor's history that it shows; -1: it is wrong.
type sight struct {
	Observation
	place int
}

type write struct {
	PendingWrite
	on      *Entity
	field   int // that it sets; -1: both
	value   string
	stage   stage
	opened  Moment
	applied int    // place in history of its effect
	answer  *sight // nil: the vendor says nothing of the state
	probed  Moment
}

type stage uint8

const (
	waiting stage = iota
	claimed
	answered // the vendor has it, and its answer is on the way
	unsure   // the answer was lost
	probing
	accepted // settled
	refused
)

func newWorld(c chooser, without rule) *world {
	w := &world{chooser: c, time: time.Unix(1_700_000_000, 0), places: map[*Entity][3]int{}}
	w.mode = mode{
		lag: one(c, "lag", 0, 10*time.Second), own: chance(c, "own", 1, 3), mark: chance(c, "mark", 1, 2),
		versions: chance(c, "versions", 1, 3), times: c.pick("times", 3), partial: chance(c, "partial", 1, 3),
		push: c.pick("push", 4), flaky: chance(c, "flaky", 1, 3), drops: chance(c, "drops", 1, 3), listsGone: chance(c, "lists gone", 1, 2),
		writes: chance(c, "writes", 2, 3), deletes: chance(c, "deletes", 2, 3),
		values: []string{"x", "y", "z"}[:2+c.pick("values", 2)],
	}
	for i := range w.mode.pace {
		w.mode.pace[i] = one(c, "pace", 1, 4)
	}
	w.vendor = simVendor{lag: w.mode.lag, skew: one(c, "skew", 0, -time.Hour, 1234*time.Millisecond)}
	w.vendor.change(state{at: w.time.Add(-time.Hour)})
	w.table = Kind[*psav1.Ticket]{
		Name: "ticket", Table: "ticket", ReadLag: w.mode.lag,
		ResourceName: func(connection, id string) string { return connection + "/" + id },
	}.Bind()
	w.table.rules.without = without
	w.store = &Store{byName: map[string]*Table{"ticket": w.table}}
	if !w.mode.own && chance(c, "there already", 2, 3) {
		w.edit()
	}
	w.steps = 10 + c.pick("steps", 50)
	w.logf("%+v", w.mode)
	return w
}

// lag makes the vendor one that may answer with any state of this time.
func (w *world) lag(d time.Duration) { w.mode.lag, w.vendor.lag, w.table.rules.readLag = d, d, d }

// shadow does what the model does a second time, with a real Store. Each call is one of Store's, or of pkg/job's around it.
type shadow interface {
	apply(o Observation)
	propose(e *Entity, p Proposal)
	settle(job uuid.UUID, vendorID string, seen *Observation) (done bool)
	settled(job uuid.UUID, at Moment)
	refuse(job uuid.UUID, e *Entity)
	ask(l Look)
	claim() // the queued fetch
	forget()
	compare()
}

// moment draws the next number.
func (w *world) moment() Moment {
	w.seq++
	return Moment{Seq: w.seq, At: w.time}
}

// observed is what an answer about the vendor's state at this place says.
func (w *world) observed(source Source, opened Moment, place int, covers Coverage) sight {
	s := w.vendor.history[place]
	o := Observation{Ref: Ref{Kind: "ticket", VendorID: "1"}, Source: source, Opened: opened, Covers: covers}
	if w.mode.versions {
		version := int64(place)
		o.Version = &version
	}
	o.VendorTime = [...]time.Time{{}, w.vendor.clock(s.at), w.vendor.clock(w.time)}[w.mode.times]
	switch {
	case s.exists:
		o.State = s.message()
		if w.mode.mark && s.mark {
			o.Mark = w.writes[0].ID
		}
	case source == Snapshot:
		o.Presence = Deleted
	default:
		o.Presence, o.Version, o.VendorTime = Absent, nil, time.Time{}
	}
	return sight{o, place}
}

// read is the vendor's answer to a request that it handles now, perhaps from an older state.
func (w *world) read(source Source, opened Moment, covers Coverage) sight {
	first, last := w.vendor.servable(w.time)
	return w.observed(source, opened, first+w.pick("staleness", last-first+1), covers)
}

// ask queues looks that no observation asked for.
func (w *world) ask(looks ...Look) {
	w.queue(looks...)
	if w.shadow != nil {
		for _, l := range looks {
			w.shadow.ask(l)
		}
	}
}

// queue joins a look with the queued fetch, as queueFetch does.
func (w *world) queue(looks ...Look) {
	for _, l := range looks {
		w.asked++
		if w.queued == nil {
			w.queued = &fetch{runnable: l.first, again: l.last}
			continue
		}
		if l.first.Before(w.queued.runnable) {
			w.queued.runnable = l.first
		}
		w.queued.again = later(w.queued.again, l.last)
	}
}

// busy is what Apply reads with the row.
func (w *world) busy(e *Entity) bool { return w.queued != nil || w.running != nil || len(e.Writes) > 0 }

// failure is what the model found wrong.
type failure struct {
	kind string // end, endless, flicker, regress, version
	text string
}

func (w *world) fail(kind, format string, args ...any) {
	if w.wanted == "" || w.wanted == kind {
		panic(&failure{kind, fmt.Sprintf(format, args...)})
	}
}

// some is one of the values that fields have here: few, so that A→B→A is common.
func (w *world) some() string { return one(w, "value", w.mode.values...) }

// sets reports whether x sets a field.
func (x *write) sets(f int) bool { return x.Patch != nil && (x.field == f || x.field < 0) }

func (w *world) newWrite(e *Entity) *write {
	id := uuid.UUID{15: byte(len(w.writes) + 1)}
	return &write{PendingWrite: PendingWrite{ID: id, Operation: "Write", AcceptedAt: w.time, seq: int64(len(w.writes) + 1)}, on: e, field: -1, applied: -1}
}
