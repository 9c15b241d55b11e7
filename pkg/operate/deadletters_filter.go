package operate

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

const (
	maxWord  = 200 // characters of a kind, class, reason or operation
	maxWords = 20  // of each in a filter
)

// letterFilter checks a filter and makes it one.
func letterFilter(f *adapterv1.DeadLetterFilter) (job.LetterFilter, error) {
	of := job.LetterFilter{
		Kinds: f.GetKinds(), Classes: f.GetClasses(), Reasons: f.GetReasons(), Operations: f.GetOperations(), VendorID: f.GetVendorId(),
	}
	for field, words := range map[string][]string{"kinds": of.Kinds, "classes": of.Classes, "reasons": of.Reasons, "operations": of.Operations} {
		if err := checkWords("filter."+field, words); err != nil {
			return of, err
		}
	}
	for i, c := range of.Classes {
		if !slices.Contains(classes, job.Class(c)) {
			return of, fault.Field(fmt.Sprintf("filter.classes[%d]", i), fmt.Sprintf("must be one of %v", classes))
		}
	}
	if err := rpc.Text("filter.vendor_id", of.VendorID, 0, maxWord); err != nil {
		return of, err
	}
	if f.GetEntityUid() != "" {
		var err error
		if of.UID, err = name.UUID("filter.entity_uid", f.GetEntityUid()); err != nil {
			return of, err
		}
	}
	return of, narrow(&of, f)
}

// narrow adds the states and times of a filter.
func narrow(of *job.LetterFilter, f *adapterv1.DeadLetterFilter) (err error) {
	if of.Resolutions, err = wantedResolutions(f.GetStates()); err != nil {
		return err
	}
	if of.From, err = instant("filter.from_time", f.GetFromTime()); err != nil {
		return err
	}
	if of.Before, err = instant("filter.before_time", f.GetBeforeTime()); err != nil {
		return err
	}
	if !of.Before.IsZero() && !of.From.Before(of.Before) {
		return fault.Field("filter.before_time", "must be later than from_time")
	}
	return nil
}

var classes = []job.Class{ //nolint:gochecknoglobals // a constant list
	job.Refused, job.Exhausted, job.OutcomeUnknown, job.Superseded, job.Predecessor, job.SchemaDrift,
}

func checkWords(field string, words []string) error {
	if len(words) > maxWords {
		return fault.Field(field, fmt.Sprintf("must hold at most %d", maxWords))
	}
	for i, w := range words {
		if err := rpc.Text(fmt.Sprintf("%s[%d]", field, i), w, 0, maxWord); err != nil {
			return err
		}
	}
	return nil
}

func wantedResolutions(asked []adapterv1.DeadLetter_State) ([]job.Resolution, error) {
	if len(asked) > maxStates {
		return nil, fault.Field("filter.states", fmt.Sprintf("must hold at most %d", maxStates))
	}
	var wanted []job.Resolution
	for i, a := range asked {
		known := false
		for r, shown := range resolutions {
			if shown == a {
				wanted, known = append(wanted, r), true
			}
		}
		if !known {
			return nil, fault.Field(fmt.Sprintf("filter.states[%d]", i), "is no state of a dead letter")
		}
	}
	return wanted, nil
}

func instant(field string, t *timestamppb.Timestamp) (time.Time, error) {
	if t == nil {
		return time.Time{}, nil
	}
	if err := t.CheckValid(); err != nil {
		return time.Time{}, fault.Field(field, "is no time")
	}
	return t.AsTime(), nil
}
