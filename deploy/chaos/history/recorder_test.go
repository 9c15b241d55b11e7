package history_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

func TestLooksThatSawTheSameAreOneSighting(t *testing.T) {
	r, day := history.NewRecorder(), time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	span := func(ms int) history.Span {
		return history.Span{From: day.Add(time.Duration(ms) * time.Millisecond), To: day.Add(time.Duration(ms+1) * time.Millisecond)}
	}
	see := func(reader, summary string, ms int) {
		r.Saw(reader, uuid.UUID{1}, span(ms), history.Seen{Values: map[string]string{"summary": summary}})
	}
	see("r1", "a", 0)
	see("r2", "a", 5)
	see("r1", "a", 10)
	see("r1", "b", 20)
	see("r1", "a", 30)
	see("r1", "a", 2000) // too long after for one
	_, got := r.Told()
	if len(got) != 5 || got[0].First != span(0) || got[0].Last != span(10) || got[4].First != span(2000) {
		t.Errorf("took down %+v", got)
	}
}
