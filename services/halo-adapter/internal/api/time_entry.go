package api

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

func entryFields() []noteField {
	return []noteField{
		{Path: "text", Check: resource.Checked((*psav1.Note).GetText, text(0, maxText))},
		{Path: "private"},
		{Path: "work", Check: resource.Checked((*psav1.Note).GetWork, work), Required: true},
	}
}

// AddTimeEntry accepts a piece of work on a ticket.
func (s *Tickets) AddTimeEntry(ctx context.Context, r *psav1.AddTimeEntryRequest) (*psav1.Note, error) {
	return s.entries.Create(ctx, noteWrite{Operation: "AddTimeEntry"}, r, r.GetNote())
}

func work(field string, w *psav1.Note_Work) error {
	if w == nil {
		return fault.Field(field, "is required")
	}
	if err := spent(field+".time_spent", w.GetTimeSpent()); err != nil {
		return err
	}
	if err := begun(field+".start_time", w.GetStartTime()); err != nil {
		return err
	}
	if err := numberOrNone(field+".agent", w.GetAgent()); err != nil {
		return err
	}
	if err := numberOrNone(field+".work_type", w.GetWorkType()); err != nil {
		return err
	}
	if _, known := psav1.Note_Billing_name[int32(w.GetBilling())]; !known {
		return fault.Field(field+".billing", "is none that the contract knows")
	}
	return nil
}

func spent(field string, d *durationpb.Duration) error {
	switch {
	case d == nil:
		return fault.Field(field, "is required")
	case d.CheckValid() != nil || d.GetNanos() != 0 || d.AsDuration() <= 0 || d.AsDuration() >= 24*time.Hour:
		return fault.Field(field, "must be whole seconds, more than none and less than 24 hours")
	}
	return nil
}

// earliest is the year up to which the vendor takes a time for none at all.
const earliest = 1980

func begun(field string, at *timestamppb.Timestamp) error {
	if at != nil && (at.CheckValid() != nil || at.AsTime().Year() <= earliest) {
		return fault.Field(field, "must be a time between the years 1981 and 9999")
	}
	return nil
}
