package translate

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// told is what a row tells of an entity of some kind.
type told struct {
	ref      mirror.Ref
	row      halo.Row
	shape    Shape
	state    mirror.Message
	fields   map[string]string // ours, and the fields of Halo's that say it: the first, where details leave out what there is none of
	required []string          // Halo's
	stamp    halo.Time
	mark     string
	lines    bool // it shows them, or that there are none
}

// observed is the observation that t comes to. An error of kind Drift names a field that Halo always sent and now does not.
func (t told) observed() (mirror.Observation, error) {
	o := mirror.Observation{Ref: t.ref, VendorTime: t.stamp.Time, Payload: t.row.Raw}
	for _, f := range t.required {
		if !t.row.Has(f) {
			return o, &fault.Error{Kind: fault.Drift, Reason: halo.ReasonDrift, Field: f, Message: "a " + t.ref.Kind + " without " + f}
		}
	}
	if err := bounded(t.ref, t.state); err != nil {
		return o, err
	}
	o.State, o.Covers = t.state, covered(t.row, t.fields, t.shape)
	if t.lines {
		o.Covers.Paths = append(o.Covers.Paths, "lines")
	}
	if t.shape == Listed {
		o.Covers.Paths = slices.DeleteFunc(o.Covers.Paths, func(p string) bool { return p == "custom_fields" || p == "update_time" })
	}
	if mark, err := uuid.Parse(t.mark); err == nil {
		o.Mark = mark
	}
	return o, nil
}

// EntityRef names an entity whose rows have an id of their own.
func EntityRef(kind string, id int64) mirror.Ref {
	return mirror.Ref{Kind: kind, VendorID: strconv.FormatInt(id, 10)}
}

// day is the midnight in UTC of the day that t stands for: dates of a day alone are moments at Halo.
func (w Words) day(t halo.Time) halo.Time {
	at := t.Time
	switch {
	case at.IsZero() || at.Equal(at.Truncate(24*time.Hour)):
		return t
	case w.Zone != nil:
		y, m, d := at.In(w.Zone).Date()
		return halo.Time{Time: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
	}
	return guessed(at)
}

// guessed is day where nobody says in which zone days are written. A moment on a quarter of an hour is taken for a midnight in
// whichever zone, up to half a day from UTC, or for the noon in UTC that we write; any other is a moment of its day.
func guessed(at time.Time) halo.Time {
	if at.Equal(at.Truncate(15 * time.Minute)) {
		at = at.Add(12*time.Hour - time.Second)
	}
	return halo.Time{Time: at.Truncate(24 * time.Hour)}
}

// noon is a day as it is written, in the tenant's zone or else in UTC: its midnight would be another day in many zones [client
// library: djpsa sends local noon].
func (w Words) noon(t time.Time) halo.Time {
	zone := time.UTC
	if w.Zone != nil {
		zone = w.Zone
	}
	y, m, d := t.UTC().Date()
	return halo.NewTime(time.Date(y, m, d, 12, 0, 0, 0, zone))
}

// patched is the fields in paths in Halo's words, each put by put.
func patched(paths []string, put func(p *halo.Patch, path string) error) (halo.Patch, error) {
	var p halo.Patch
	for _, path := range paths {
		if err := put(&p, path); err != nil {
			return halo.Patch{}, err
		}
	}
	return p, nil
}

func unwritable(path string) error { return fault.Field("update_mask", path+" cannot be written") }

// putDay puts a day, or nothing.
func (w Words) putDay(p *halo.Patch, theirs string, t interface{ AsTime() time.Time }, set bool) {
	if !set {
		p.Time(theirs, halo.Time{})
		return
	}
	p.Time(theirs, w.noon(t.AsTime()))
}
