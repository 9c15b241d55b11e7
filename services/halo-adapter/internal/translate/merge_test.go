package translate_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

func TestNotesOfAMergedTicketAreFoundAmongTheSurvivors(t *testing.T) {
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	note := func(ticket, id, from int64, minute int, text string) halo.Action {
		return halo.Action{TicketID: ticket, ID: id, MergedFromTicketID: from, Note: text, DateTime: halo.NewTime(noon.Add(time.Duration(minute) * time.Minute))}
	}
	for row, c := range map[string]struct {
		was, is []halo.Action
		want    []string
	}{
		"under new numbers": {
			[]halo.Action{note(7, 2, 0, 2, "b"), note(7, 1, 0, 1, "a")},
			[]halo.Action{note(8, 4, 7, 2, "b"), note(8, 3, 7, 1, "a"), note(8, 1, 0, 1, "a")},
			[]string{"7/1 8/3", "7/2 8/4"},
		},
		"two that are alike":          {[]halo.Action{note(7, 1, 0, 1, "a"), note(7, 2, 0, 1, "a")}, []halo.Action{note(8, 3, 7, 1, "a"), note(8, 4, 7, 1, "a")}, []string{"7/1 8/3", "7/2 8/4"}},
		"one was changed since":       {[]halo.Action{note(7, 1, 0, 1, "a")}, []halo.Action{note(8, 3, 7, 1, "b")}, nil},
		"one was there of its own":    {[]halo.Action{note(7, 1, 0, 1, "a")}, []halo.Action{note(8, 3, 0, 1, "a")}, nil},
		"one came from another":       {[]halo.Action{note(7, 1, 0, 1, "a")}, []halo.Action{note(8, 3, 6, 1, "a")}, nil},
		"the old ones are gone":       {nil, []halo.Action{note(8, 3, 7, 1, "a")}, nil},
		"one was written only lately": {[]halo.Action{note(7, 1, 0, 1, "a"), note(7, 2, 0, 9, "z")}, []halo.Action{note(8, 3, 7, 1, "a")}, []string{"7/1 8/3"}},
	} {
		t.Run(row, func(t *testing.T) {
			var got []string
			for _, o := range translate.MovedNotes(7, c.was, c.is) {
				got = append(got, fmt.Sprint(o.VendorID, " ", o.Became))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	all := []halo.Action{note(8, 1, 7, 1, "a"), note(8, 2, 6, 1, "a"), note(8, 3, 7, 1, "a"), note(8, 4, 8, 1, "a"), note(8, 5, 0, 1, "a")}
	if got := translate.MergedFrom(8, all); !slices.Equal(got, []int64{6, 7}) {
		t.Errorf("merged from %v", got)
	}
}

// An alias is for ever: only kinds that Halo merges may become another by an answer.
func TestAnAnswerAboutAnotherIsAMergeOnlyOfWhatHaloMerges(t *testing.T) {
	at, o := translate.EntityRef("client", 6), mirror.Observation{Ref: translate.EntityRef("client", 7)}
	if seen, err := translate.Answered(at, o, true); err != nil || len(seen) != 2 || seen[0].Ref != at || seen[0].Became != "7" {
		t.Errorf("%v, %v", seen, err)
	}
	if seen, err := translate.Answered(at, o, false); fault.KindOf(err) != fault.Drift || seen != nil {
		t.Errorf("%v, %v", seen, err)
	}
	if seen, err := translate.Answered(o.Ref, o, false); err != nil || len(seen) != 1 {
		t.Errorf("%v, %v", seen, err)
	}
}
