package judge_test

import (
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// day is when the histories of these tests happen; at counts milliseconds from it.
func day() time.Time { return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) }

func at(ms int) time.Time { return day().Add(time.Duration(ms) * time.Millisecond) }

func span(from, to int) history.Span { return history.Span{From: at(from), To: at(to)} }

func id(n int) uuid.UUID { return uuid.UUID{15: byte(n)} }

// ticket is the one that these histories are about.
func ticket() uuid.UUID { return id(200) }

// story is a history that tests bend: two updates of one ticket, both made, and what two readers saw.
func story() *history.History {
	return &history.History{
		Vendor: map[uuid.UUID]string{ticket(): "10001"},
		Writes: []history.Write{
			{Request: id(1), Writer: "w1", Op: history.Update, Kind: "ticket", Subject: ticket(), Values: map[string]string{"summary": "one"}, Began: at(0), Accepted: at(10), Asked: 1},
			{Request: id(2), Writer: "w2", Op: history.Update, Kind: "ticket", Subject: ticket(), Values: map[string]string{"summary": "two"}, Began: at(100), Accepted: at(110), Asked: 1},
		},
		Jobs: []history.Job{
			{ID: id(11), Request: id(1), UID: ticket(), Kind: "ticket", State: history.Done, Created: at(5), Ended: at(60), Attempts: 1},
			{ID: id(12), Request: id(2), UID: ticket(), Kind: "ticket", State: history.Done, Created: at(105), Ended: at(160), Attempts: 1},
		},
		Ledger: []vendorsim.Entry{made(1, 40, "one"), made(2, 140, "two")},
		Sightings: []history.Sighting{
			saw("r1", span(-20, -10), "zero", 1), saw("r1", span(20, 30), "one", 2, 11), saw("r1", span(70, 80), "one", 3),
			saw("r2", span(120, 130), "two", 4, 12), saw("r2", span(170, 180), "two", 5),
		},
	}
}

func made(seq uint64, ms int, summary string) vendorsim.Entry {
	return vendorsim.Entry{Seq: seq, At: at(ms), Kind: "ticket", ID: "10001", Op: "update", Application: "Integration", Fields: map[string]any{"summary": summary}}
}

// edit is a person's.
func edit(seq uint64, ms int, summary string) vendorsim.Entry {
	e := made(seq, ms, summary)
	e.Application = ""
	return e
}

func note(seq uint64, ms int, text string, mark uuid.UUID) vendorsim.Entry {
	html := "<p>" + text + "</p><p>[ref " + mark.String() + "]</p>"
	return vendorsim.Entry{
		Seq: seq, At: at(ms), Kind: "action", ID: "3", Parent: "10001", Op: "create", Application: "Integration",
		Fields: map[string]any{"note_html": html}, Marks: map[string]string{"note_html": html},
	}
}

func saw(reader string, when history.Span, summary string, version int64, pending ...int) history.Sighting {
	s := history.Sighting{Reader: reader, Subject: ticket(), First: when, Last: when, Seen: history.Seen{Values: map[string]string{"summary": summary}, Version: version}}
	for _, n := range pending {
		s.Seen.Pending = append(s.Seen.Pending, id(n))
	}
	return s
}

// bury makes a dead letter of a job.
func bury(h *history.History, place, ms int, class string) {
	j := &h.Jobs[place]
	j.State, j.Class, j.Ended = history.Dead, class, at(ms)
	h.Refusals = map[uuid.UUID]uuid.UUID{j.UID: j.ID}
	h.Letters = append(h.Letters, history.Letter{Job: j.ID, Kind: j.Kind, Class: class, At: at(ms)})
}

func played(a schedule.Act, from, to int) history.Played {
	return history.Played{Act: a, From: at(from), To: at(to)}
}
