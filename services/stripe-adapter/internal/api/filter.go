package api

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const maxStates = 10

// created is what the filters of most kinds have.
type created interface {
	GetCreatedSince() *timestamppb.Timestamp
	GetCreatedBefore() *timestamppb.Timestamp
}

// filter is what the filters of all kinds have that can be written.
type filter interface {
	created
	GetPending() bool
	GetRefused() bool
}

// narrowed is what the filters of all kinds narrow to that can be written.
func narrowed(f filter) (q mirror.Query, err error) {
	if err := byCreation(&q, f); err != nil {
		return q, err
	}
	if f.GetPending() {
		q.Pending()
	}
	if f.GetRefused() {
		q.Condition("refusal is not null")
		q.WithRefused()
	}
	return q, nil
}

// byCreation narrows to when it was created at the vendor.
func byCreation(q *mirror.Query, f created) error {
	if err := byTime(q, "filter.created_since", "made_at >= ?", f.GetCreatedSince()); err != nil {
		return err
	}
	return byTime(q, "filter.created_before", "made_at < ?", f.GetCreatedBefore())
}

// byTime narrows by a time, if one is given.
func byTime(q *mirror.Query, field, condition string, at *timestamppb.Timestamp) error {
	if at == nil {
		return nil
	}
	if at.CheckValid() != nil {
		return fault.Field(field, "must be a time between the years 1 and 9999")
	}
	q.Where(condition, at.AsTime())
	return nil
}

// byFlag narrows to those that are so, or are not, if either is wanted.
func byFlag(q *mirror.Query, column string, wanted *bool) {
	if wanted != nil {
		q.Where(column+" = ?", *wanted)
	}
}

// byStates narrows to any of these states.
func byStates[E protoreflect.Enum](q *mirror.Query, states []E) error {
	if len(states) > maxStates {
		return fault.Field("filter.states", fmt.Sprintf("must hold at most %d", maxStates))
	}
	wanted := make([]int16, 0, len(states))
	for i, s := range states {
		if s.Descriptor().Values().ByNumber(s.Number()) == nil {
			return fault.Field(fmt.Sprintf("filter.states[%d]", i), "is no such state")
		}
		wanted = append(wanted, int16(s.Number())) //nolint:gosec // a known one
	}
	if len(wanted) > 0 {
		q.Where("state = any(?)", wanted)
	}
	return nil
}

// standing is what the filters narrow to of kinds that have states, and belong to another resource: the one of that name.
func standing[E protoreflect.Enum](f filter, states []E, column, collection, value, parent string) (mirror.Query, error) {
	q, err := narrowed(f)
	if err != nil {
		return q, err
	}
	if err := byStates(&q, states); err != nil {
		return q, err
	}
	return q, byName(&q, column, collection, value, parent)
}

// byName narrows to those that refer to the resource of that name.
func byName(q *mirror.Query, column, collection, value, parent string) error {
	if value == "" {
		return nil
	}
	field := "filter." + column
	if err := named(collection)(field, value); err != nil {
		return err
	}
	if err := beside(field, value, parent); err != nil {
		return err
	}
	q.Where(column+" = ?", last(value))
	return nil
}
