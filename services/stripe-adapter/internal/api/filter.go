package api

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const maxStates = 10

// filter is what the filters of all kinds have.
type filter interface {
	GetCreatedSince() *timestamppb.Timestamp
	GetCreatedBefore() *timestamppb.Timestamp
	GetPending() bool
	GetRefused() bool
}

// narrowed is what all filters narrow to.
func narrowed(f filter) (q mirror.Query, err error) {
	for _, by := range []struct {
		field, condition string
		at               *timestamppb.Timestamp
	}{
		{"filter.created_since", "made_at >= ?", f.GetCreatedSince()}, {"filter.created_before", "made_at < ?", f.GetCreatedBefore()},
	} {
		if by.at == nil {
			continue
		}
		if by.at.CheckValid() != nil {
			return q, fault.Field(by.field, "must be a time between the years 1 and 9999")
		}
		q.Where(by.condition, by.at.AsTime())
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
