package translate

import (
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// Merged is that one ticket lives on as another.
func Merged(from, into int64) mirror.Observation {
	return mirror.Observation{Ref: TicketRef(from), Became: TicketRef(into).VendorID}
}

// Answered is what an answer about at tells, when it shows o. Where its kind can be merged, another's state is that of the one that
// lives on [official for the switches _merge_client_into and _merge_user_into: Halo OpenAPI 2024-09; the answer is unsure]; of any other
// kind it is an answer that cannot be right, and tells nothing. fault.Drift: that.
func Answered(at mirror.Ref, o mirror.Observation, merges bool) ([]mirror.Observation, error) {
	switch {
	case o.Ref == at:
		return []mirror.Observation{o}, nil
	case merges:
		return []mirror.Observation{{Ref: at, Became: o.VendorID}, o}, nil
	}
	return nil, Another(at, o.Ref)
}

// Another is that Halo answered about something else than it was asked about.
func Another(at, is mirror.Ref) error {
	return &fault.Error{
		Kind: fault.Drift, Reason: halo.ReasonDrift, Field: "id", Message: at.Kind + " " + is.VendorID + " in answer to " + at.VendorID,
	}
}

// MergedFrom are the tickets that some actions of a ticket came from, each once, in order.
func MergedFrom(ticket int64, actions []halo.Action) []int64 {
	var from []int64
	for _, a := range actions {
		if a.MergedFromTicketID > 0 && a.MergedFromTicketID != ticket {
			from = append(from, a.MergedFromTicketID)
		}
	}
	slices.Sort(from)
	return slices.Compact(from)
}

// MovedNotes are the notes of a merged ticket that live on among those of another: of the same time, with the same words. Of
// several that are alike, the first is the first.
func MovedNotes(from int64, was, is []halo.Action) []mirror.Observation {
	type look struct {
		at      time.Time
		outcome int64
		text    string
	}
	of := func(a halo.Action) look { return look{a.DateTime.Time, a.OutcomeID, plain(a)} }
	left := map[look][]int64{} // their old numbers, lowest first
	for _, a := range byNumber(was) {
		left[of(a)] = append(left[of(a)], a.ID)
	}
	var moved []mirror.Observation
	for _, a := range byNumber(is) {
		olds := left[of(a)]
		if a.MergedFromTicketID != from || len(olds) == 0 {
			continue
		}
		moved = append(moved, mirror.Observation{
			Ref: NoteRef(from, olds[0]), Parent: TicketRef(from), Became: NoteRef(a.TicketID, a.ID).VendorID,
		})
		left[of(a)] = olds[1:]
	}
	return moved
}

func byNumber(actions []halo.Action) []halo.Action {
	return slices.SortedFunc(slices.Values(actions), func(a, b halo.Action) int { return int(a.ID - b.ID) })
}
