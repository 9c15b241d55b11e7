package job

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// LetterFilter selects dead letters; its zero value selects all. It is stored with a batch: fields may be added.
type LetterFilter struct {
	Kinds       []string     `json:"kinds,omitempty"`
	Classes     []string     `json:"classes,omitempty"`
	Reasons     []string     `json:"reasons,omitempty"`
	Operations  []string     `json:"operations,omitempty"`
	UID         uuid.UUID    `json:"uid,omitzero"`
	VendorID    string       `json:"vendor_id,omitempty"`
	Resolutions []Resolution `json:"-"` // none: any; a batch takes the open ones
	From        time.Time    `json:"from,omitzero"`
	Before      time.Time    `json:"before,omitzero"`
}

// Everything reports whether f narrows nothing.
func (f LetterFilter) Everything() bool {
	return len(f.Kinds)+len(f.Classes)+len(f.Reasons)+len(f.Operations)+len(f.VendorID) == 0 && f.UID == (uuid.UUID{}) &&
		f.From.IsZero() && f.Before.IsZero()
}

// where is a filter as SQL.
type where struct {
	parts []string
	args  []any
}

func (w *where) and(condition string, value any) {
	w.args = append(w.args, value)
	w.parts = append(w.parts, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(w.args))))
}

// String joins the conditions.
func (w *where) String() string { return strings.Join(w.parts, " and ") }

func (f LetterFilter) where(connections []string) *where {
	w := &where{}
	if len(connections) == 1 { // the index of a page wants one
		w.and("d.connection = ?", connections[0])
	} else {
		w.and("d.connection = any(?)", connections)
	}
	for column, values := range map[string][]string{
		"d.kind = any(?)": f.Kinds, "d.class = any(?)": f.Classes, "d.reason = any(?)": f.Reasons, "j.operation = any(?)": f.Operations,
	} {
		if len(values) > 0 {
			w.and(column, values)
		}
	}
	if f.UID != (uuid.UUID{}) {
		w.and("coalesce(j.uid, d.uid) = ?", f.UID)
	}
	if f.VendorID != "" {
		w.and("d.vendor_id = ?", f.VendorID)
	}
	if len(f.Resolutions) > 0 {
		w.and("d.resolution = any(?)", f.Resolutions)
	}
	if !f.From.IsZero() {
		w.and("d.created_at >= ?", f.From)
	}
	if !f.Before.IsZero() {
		w.and("d.created_at < ?", f.Before)
	}
	return w
}
