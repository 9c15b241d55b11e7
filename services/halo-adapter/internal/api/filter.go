package api

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// maxStates is more than any kind has.
const maxStates = 10

// byID narrows to an id in a column, where one is asked for.
func byID(q *mirror.Query, column, id string) error {
	if id == "" {
		return nil
	}
	if err := number("filter."+column, id); err != nil {
		return err
	}
	q.Where(column+" = ?", id)
	return nil
}

// inUse narrows to what is in use, where that is asked for.
func inUse(q *mirror.Query, active bool) {
	if active {
		q.Condition("not inactive")
	}
}

// byStanding narrows to what has a pending write, or a refusal.
func byStanding(q *mirror.Query, pending, refused bool) {
	if pending {
		q.Pending()
	}
	if refused {
		q.Condition("refusal is not null")
		q.WithRefused()
	}
}

// anyState narrows to some states of those that there are.
func anyState[S ~int32](q *mirror.Query, states []S, known map[int32]string) error {
	if len(states) > maxStates {
		return fault.Field("filter.states", fmt.Sprintf("must hold at most %d", maxStates))
	}
	if len(states) == 0 {
		return nil
	}
	wanted := make([]int16, 0, len(states))
	for i, s := range states {
		if _, ok := known[int32(s)]; !ok {
			return fault.Field(fmt.Sprintf("filter.states[%d]", i), "is no state")
		}
		wanted = append(wanted, int16(s)) //nolint:gosec // few states
	}
	q.Where("state = any(?)", wanted)
	return nil
}

// byMoment narrows by a time, where one is given.
func byMoment(q *mirror.Query, field, condition string, t *timestamppb.Timestamp) error {
	if t == nil {
		return nil
	}
	if err := moment("filter."+field, t); err != nil {
		return err
	}
	q.Where(condition, t.AsTime())
	return nil
}

// moment checks a time that may be absent.
func moment(field string, t *timestamppb.Timestamp) error {
	if t != nil && t.CheckValid() != nil {
		return fault.Field(field, "must be a time between the years 1 and 9999")
	}
	return nil
}

// day checks a day, which is said as its midnight in UTC; absent is none.
func day(field string, t *timestamppb.Timestamp) error {
	if err := moment(field, t); err != nil || t == nil {
		return err
	}
	if at := t.AsTime(); !at.Equal(at.Truncate(24*time.Hour)) || at.Year() <= 1980 {
		return fault.Field(field, "must be the midnight in UTC of a day after 1980")
	}
	return nil
}
