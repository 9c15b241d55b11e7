package mirror

import (
	"cmp"
	"time"

	"google.golang.org/protobuf/proto"
)

// Kind describes one sort of entity: its table, its filter columns, and what is particular about how its vendor shows it.
type Kind[T Message] struct {
	Name  string // "ticket"
	Table string // "ticket"
	// Parent is the kind it hangs on and in whose lane its writes ride; empty: none. Its table then has a column parent.
	Parent string
	// ReadLag is how long the vendor may go on serving a state after it changed.
	ReadLag time.Duration
	// SecondLook is the least time between the two absences that make a tombstone; default two minutes.
	SecondLook time.Duration
	// MaxSuspects is how many absences may be suspected at once in one connection; beyond it none is believed, because
	// more likely our own view is gone. Default 100.
	MaxSuspects int
	// RefreshAfter is the age from which a job is preceded by a fetch; zero: never.
	RefreshAfter time.Duration
	// AnnounceWithin is how long the vendor's deliveries usually take at most; what a sweep finds and no delivery
	// announces within it counts as missed. Zero: this kind has no deliveries.
	AnnounceWithin time.Duration
	// Noise lists the fields whose change alone is not worth a write.
	Noise []string
	// Translation is raised when the translation from the vendor's words changes.
	Translation int
	// ResourceName is the name of the entity with this vendor id: "connections/acme/tickets/10421".
	ResourceName func(connection, vendorID string) string
	// Merge lays the elements of a field that are written one by one (custom fields) over those that are there, by path; others
	// stay. Fields that it does not name are replaced.
	Merge map[string]func(dst, src T)
	// Derive sets the fields that follow from others (a state from a status) after a fold; may be nil.
	Derive func(connection string, m T)
	// Columns are the values of the filter columns, in the order of ColumnNames: texts, booleans, integers and times, each always
	// of one type. The table must have them. The message may be empty: what was asked for and never there.
	Columns     func(m T) []any
	ColumnNames []string
	// Order is the filter column that lists are ordered by, descending: a time, never null. Default "created_at", which
	// never changes, so that whoever pages through sees each entity exactly once.
	Order string
	// Cues names what else has probably changed when the entity went from was to is; was is nil when first seen.
	Cues func(vendorID string, was, is T) []Ref
}

// Bind is k with its type forgotten, as the kernel keeps it.
func (k Kind[T]) Bind() *Table {
	t := &Table{
		Name: k.Name, Table: k.Table, Parent: k.Parent, ColumnNames: k.ColumnNames, Order: cmp.Or(k.Order, "created_at"),
		RefreshAfter: k.RefreshAfter, AnnounceWithin: k.AnnounceWithin, ResourceName: k.ResourceName,
		maxSuspects: cmp.Or(k.MaxSuspects, 100), several: map[string]bool{},
		rules: rules{readLag: k.ReadLag, secondLook: cmp.Or(k.SecondLook, 2*time.Minute), noise: k.Noise, translation: k.Translation},
		fresh: func() Message { var zero T; return zero.ProtoReflect().New().Interface().(T) }, //nolint:forcetypeassert // New keeps the type
	}
	t.columns = func(m Message) []any { return k.Columns(m.(T)) } //nolint:forcetypeassert // only T is stored here
	for path, merge := range k.Merge {
		if t.merge == nil {
			t.merge = make(map[string]func(dst, src Message), len(k.Merge))
		}
		t.merge[path] = func(dst, src Message) { merge(dst.(T), src.(T)) } //nolint:forcetypeassert // as above
	}
	if k.Derive != nil {
		t.derive = func(connection string, m Message) { k.Derive(connection, m.(T)) } //nolint:forcetypeassert // as above
	}
	if k.Cues != nil {
		t.cues = func(vendorID string, was, is Message) []Ref {
			before, _ := was.(T)
			return k.Cues(vendorID, before, is.(T)) //nolint:forcetypeassert // as above
		}
	}
	return t
}

// Table is a Kind as a Store keeps it; New makes it ready to be used.
type Table struct {
	Name, Table, Parent, Order   string
	ColumnNames                  []string
	RefreshAfter, AnnounceWithin time.Duration
	ResourceName                 func(connection, vendorID string) string

	maxSuspects int
	several     map[string]bool // operations that make several calls

	rules   rules
	fresh   func() Message
	columns func(Message) []any
	merge   map[string]func(dst, src Message)
	derive  func(connection string, m Message)
	cues    func(vendorID string, was, is Message) []Ref
	sql     statements
}

// MakesSeveral says, before the store is used, that an operation makes several calls: a sight of what the first of them has
// created does not show the others.
func (t *Table) MakesSeveral(operation string) { t.several[operation] = true }

// MaxSuspects is how many absences may be suspected at once in one connection.
func (t *Table) MaxSuspects() int { return t.maxSuspects }

// ReadLag is how long the vendor may go on serving a state after it changed.
func (t *Table) ReadLag() time.Duration { return t.rules.readLag }

// SecondLook is the least time between the two absences that make a tombstone.
func (t *Table) SecondLook() time.Duration { return max(t.rules.secondLook, t.rules.readLag) }

// New is an empty message of the kind.
func (t *Table) New() Message { return t.fresh() }

// Decode is the message that b holds; nil for nil.
func (t *Table) Decode(b []byte) (Message, error) {
	if b == nil {
		return nil, nil //nolint:nilnil // absence is a value here: a row without a confirmed state
	}
	m := t.fresh()
	return m, proto.Unmarshal(b, m)
}
