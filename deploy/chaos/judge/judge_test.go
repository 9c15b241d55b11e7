package judge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast/halo"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/judge"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

func TestVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(h *history.History)
		want judge.Verdict // besides two accepted writes
		says string        // in the first finding
	}{
		"all as it should be": {bend: func(*history.History) {}},

		"an accepted write has no job":               {bend: func(h *history.History) { h.Jobs = h.Jobs[:1] }, want: judge.Verdict{Lost: 1}, says: "no job"},
		"a job is still under way":                   {bend: func(h *history.History) { h.Jobs[1].State = 2; h.Ledger = h.Ledger[:1] }, want: judge.Verdict{Lost: 1}, says: "state 2"},
		"a job is done that was never made":          {bend: func(h *history.History) { h.Ledger = h.Ledger[1:] }, want: judge.Verdict{Lost: 1}, says: "never made"},
		"a deletion finds nothing to delete":         {bend: deleteGone},
		"a deletion is done before somebody deletes": {bend: func(h *history.History) { deleteGone(h); h.Ledger[2].At = at(400) }, want: judge.Verdict{Lost: 1}, says: "never made"},
		"a deletion is done and nothing deleted":     {bend: func(h *history.History) { deleteGone(h); h.Ledger = h.Ledger[:2] }, want: judge.Verdict{Lost: 1}, says: "never made"},

		"a write is made again in its place": {bend: func(h *history.History) {
			h.Ledger = []vendorsim.Entry{made(1, 40, "one"), made(2, 50, "one"), made(3, 140, "two")}
		}},
		"writes are made the other way round": {bend: func(h *history.History) { h.Ledger = []vendorsim.Entry{made(1, 40, "two"), made(2, 140, "one")} }, want: judge.Verdict{Disordered: 1}, says: "entry 2"},
		"a late repeat comes after the next":  {bend: func(h *history.History) { h.Ledger = append(h.Ledger, made(3, 150, "one")) }, want: judge.Verdict{Disordered: 1}, says: "entry 3"},
		"two that were asked for at once may swap": {bend: func(h *history.History) {
			h.Writes[1].Began, h.Sightings = at(9), nil
			h.Ledger = []vendorsim.Entry{made(1, 40, "two"), made(2, 140, "one")}
		}},

		"a note is made twice": {bend: func(h *history.History) { addNote(h, note(3, 200, "hello", id(13)), note(4, 300, "hello", id(13))) }, want: judge.Verdict{Accepted: 1, Doubled: 1}, says: "made 2 times"},
		"a note is made once":  {bend: func(h *history.History) { addNote(h, note(3, 200, "hello", id(13))) }, want: judge.Verdict{Accepted: 1}},
		"a note overtakes the ticket's update": {bend: func(h *history.History) {
			addNote(h, note(3, 200, "hello", id(13)))
			h.Ledger[1], h.Ledger[2] = made(3, 240, "two"), note(2, 130, "hello", id(13))
		}, want: judge.Verdict{Accepted: 1, Disordered: 1}, says: "first"},
		"two notes carry one mark":             {bend: twoNotesOneMark, want: judge.Verdict{Accepted: 2, Doubled: 1}, says: "the mark"},
		"a change that nobody asked for":       {bend: func(h *history.History) { h.Ledger = append(h.Ledger, made(3, 150, "three")) }, want: judge.Verdict{Doubled: 1}, says: "nobody asked"},
		"a write is made that was turned down": {bend: turnDown, want: judge.Verdict{Accepted: -1, Doubled: 1}, says: "made though"},

		"a replay comes after a later write": {bend: func(h *history.History) {
			replay(h, 300)
			h.Ledger = []vendorsim.Entry{made(1, 140, "two"), made(2, 340, "one")}
			see(h, saw("r1", span(350, 360), "one", 6))
		}},
		"a replay is not made": {bend: func(h *history.History) {
			replay(h, 300)
			h.Ledger = []vendorsim.Entry{made(1, 140, "two")}
		}, want: judge.Verdict{Lost: 1}, says: "never made"},
		"a replay overtakes what was accepted before it": {bend: func(h *history.History) {
			replay(h, 300)
			h.Ledger = []vendorsim.Entry{made(1, 310, "one"), made(2, 340, "two")}
			h.Jobs[1].Ended = at(350)
			h.Sightings = h.Sightings[:1]
		}, want: judge.Verdict{Disordered: 1}, says: "came after"},
		"a note is replayed though it was made": {bend: func(h *history.History) {
			addNote(h, note(3, 200, "hello", id(13)), note(4, 400, "hello", id(14)))
			h.Jobs = append(h.Jobs, history.Job{ID: id(14), ReplayOf: id(13), UID: id(201), Kind: "note", State: history.Done, Ended: at(420)})
			h.Letters = append(h.Letters, history.Letter{
				Job: id(13), Kind: "note", Class: "OUTCOME_UNKNOWN", At: at(250), Resolution: "replayed", Resolved: at(390),
			})
			h.Played = []history.Played{played(schedule.Act{Kind: schedule.Kill, Who: []string{"a"}}, 195, 240)}
		}, want: judge.Verdict{Accepted: 1, Doubled: 1}, says: "made 2 times"},

		"a ticket is merged while a guarded write waits": {bend: func(h *history.History) {
			supersede(h)
			h.Ledger = append(h.Ledger, merge(2, 120, "10001", "10002"))
		}},
		"what was merged is written to under its new number": {bend: func(h *history.History) {
			late := made(3, 140, "two")
			late.ID = "10002"
			h.Ledger = []vendorsim.Entry{made(1, 40, "one"), merge(2, 120, "10001", "10002"), late}
		}},
		"of two that were merged, writes of one are swapped": {bend: func(h *history.History) {
			late := made(3, 140, "one")
			late.ID = "10002"
			h.Ledger = []vendorsim.Entry{made(1, 40, "two"), merge(2, 120, "10001", "10002"), late}
		}, want: judge.Verdict{Disordered: 1}, says: "came after"},

		"a row differs at the end": {bend: func(h *history.History) { h.Stale = []string{"ticket 10001 summary"} }, want: judge.Verdict{Stale: 1}, says: "10001"},

		"the old value after acceptance":         {bend: func(h *history.History) { see(h, saw("r2", span(31, 35), "zero", 2, 11)) }, want: judge.Verdict{Flickers: 1}, says: "was there before"},
		"the old value while being accepted":     {bend: func(h *history.History) { see(h, saw("r2", span(5, 35), "zero", 1)) }},
		"an earlier write's value after a later": {bend: func(h *history.History) { see(h, saw("r1", span(140, 150), "one", 4, 12)) }, want: judge.Verdict{Flickers: 1}, says: "earlier write"},
		"an earlier value after a refusal":       {bend: func(h *history.History) { refuse(h); see(h, saw("r1", span(190, 195), "one", 6)) }},
		"an earlier value before the refusal":    {bend: func(h *history.History) { refuse(h); see(h, saw("r1", span(140, 150), "one", 4, 12)) }, want: judge.Verdict{Flickers: 1}, says: "earlier write"},
		"a person's later edit": {bend: func(h *history.History) {
			h.Ledger = append(h.Ledger, edit(3, 200, "theirs"))
			see(h, saw("r1", span(210, 220), "theirs", 6))
		}},
		"a person's edit from before the write": {bend: func(h *history.History) {
			h.Ledger = append([]vendorsim.Entry{edit(0, 90, "theirs")}, h.Ledger...)
			see(h, saw("r1", span(210, 220), "theirs", 6))
		}, want: judge.Verdict{Flickers: 1}, says: "was there before"},
		"a later value, then the written again": {bend: laterThenAgain, want: judge.Verdict{Flickers: 1}, says: "again"},
		"a pending write is buried for a while": {bend: func(h *history.History) {
			h.Letters = append(h.Letters, history.Letter{Job: id(11), Class: "OUTCOME_UNKNOWN", At: at(32), Resolution: "succeeded", Resolved: at(45)})
			h.Played = []history.Played{played(schedule.Act{Kind: schedule.Kill, Who: []string{"a"}}, 5, 30)}
			see(h, saw("r1", span(33, 34), "zero", 2))
			see(h, saw("r1", span(50, 55), "one", 2, 11))
		}},
		"a pending write vanishes": {bend: func(h *history.History) { see(h, saw("r1", span(32, 34), "one", 2)) }, want: judge.Verdict{Flickers: 1}, says: "no pending job"},
		"a pending write vanishes and is back": {bend: func(h *history.History) {
			see(h, saw("r1", span(45, 50), "one", 2))
			see(h, saw("r1", span(52, 55), "one", 2, 11))
		}, want: judge.Verdict{Flickers: 1}, says: "no pending job"},
		"a pending write was seen at the vendor": {bend: func(h *history.History) { see(h, saw("r1", span(45, 50), "one", 2)) }},
		"a pending write is gone once it ended":  {bend: func(h *history.History) { see(h, saw("r1", span(50, 65), "one", 3)) }},
		"a ticket is not there":                  {bend: func(h *history.History) { s := saw("r1", span(170, 175), "", 0); s.Seen.Missing = true; see(h, s) }, want: judge.Verdict{Flickers: 2}, says: "no such ticket"},
		"a version runs backwards":               {bend: func(h *history.History) { see(h, saw("r1", span(190, 195), "two", 4)) }, want: judge.Verdict{Flickers: 1}, says: "version 4"},

		"refused for nothing":         {bend: func(h *history.History) { refuse(h); h.Writes[1].Bad = false }, want: judge.Verdict{Unexplained: 1}, says: "nothing was wrong"},
		"refused, as was intended":    {bend: refuse},
		"refused, though it was made": {bend: func(h *history.History) { refuse(h); h.Ledger = append(h.Ledger, made(2, 140, "two")) }, want: judge.Verdict{Unexplained: 1}, says: "had made it"},
		"refused, as the ticket was deleted": {bend: func(h *history.History) {
			refuse(h)
			h.Writes[1].Bad = false
			e := edit(2, 150, "")
			e.Op, e.Fields = "delete", nil
			h.Ledger = append(h.Ledger, e)
		}},
		"refused, before the ticket was deleted": {bend: func(h *history.History) {
			refuse(h)
			h.Writes[1].Bad = false
			e := edit(2, 195, "")
			e.Op, e.Fields = "delete", nil
			h.Ledger = append(h.Ledger, e)
		}, want: judge.Verdict{Unexplained: 1}, says: "nothing was wrong"},
		"refused, as the ticket was merged": {bend: func(h *history.History) {
			refuse(h)
			h.Writes[1].Bad = false
			h.Ledger = append(h.Ledger, merge(2, 150, "10001", "10002"))
		}},
		"refused, before the ticket was merged": {bend: func(h *history.History) {
			refuse(h)
			h.Writes[1].Bad = false
			h.Ledger = append(h.Ledger, merge(2, 195, "10001", "10002"))
		}, want: judge.Verdict{Unexplained: 1}, says: "nothing was wrong"},
		"refused, and made before it was replayed": {bend: func(h *history.History) {
			replay(h, 300)
			h.Ledger = []vendorsim.Entry{made(1, 140, "two"), made(2, 290, "one"), made(3, 340, "one")}
		}, want: judge.Verdict{Unexplained: 1}, says: "had made it"},
		"superseded by nobody":   {bend: func(h *history.History) { supersede(h) }, want: judge.Verdict{Unexplained: 1}, says: "nobody had changed"},
		"superseded by a person": {bend: func(h *history.History) { supersede(h); h.Ledger = append(h.Ledger, edit(2, 120, "theirs")) }},
		"superseded without a guard": {bend: func(h *history.History) {
			supersede(h)
			h.Writes[1].Read = nil
			h.Ledger = append(h.Ledger, edit(2, 120, "theirs"))
		}, want: judge.Verdict{Unexplained: 1}, says: "nobody had changed"},
		"superseded by a person, long before it was read": {bend: func(h *history.History) {
			supersede(h)
			h.Ledger = []vendorsim.Entry{edit(1, -40_000, "theirs"), edit(2, -30_000, "one"), made(3, 40, "one")}
		}, want: judge.Verdict{Unexplained: 1}, says: "nobody had changed"},
		"superseded by a person, whose edit was seen late": {bend: func(h *history.History) {
			supersede(h)
			h.Ledger = []vendorsim.Entry{edit(1, -40_000, "theirs"), made(3, 40, "one")}
		}},
		"superseded by nobody, and replayed": {bend: func(h *history.History) {
			replay(h, 300)
			h.Writes[0].Bad, h.Writes[0].Paths = false, []string{"summary"}
			h.Letters[0].Class = "SUPERSEDED"
			h.Ledger = []vendorsim.Entry{made(1, 140, "two"), made(2, 340, "one")}
		}, want: judge.Verdict{Unexplained: 1}, says: "nobody had changed"},
		"a replay that is superseded by nobody": {bend: func(h *history.History) { replaySuperseded(h, 300) }, want: judge.Verdict{Unexplained: 1}, says: "nobody had changed"},
		"a replay that is superseded by a person": {bend: func(h *history.History) {
			replaySuperseded(h, 300)
			h.Ledger = append(h.Ledger, edit(2, 340, "theirs"))
		}},
		"a replay that a person had superseded, until a write of ours": {bend: func(h *history.History) {
			replaySuperseded(h, 60_000)
			h.Ledger = append([]vendorsim.Entry{edit(0, 130, "theirs")}, h.Ledger...)
		}, want: judge.Verdict{Unexplained: 1}, says: "nobody had changed"},
		"a replay that is superseded by another field": {bend: func(h *history.History) {
			replaySuperseded(h, 300)
			e := edit(2, 340, "")
			e.Fields = map[string]any{"details": "theirs"}
			h.Ledger = append(h.Ledger, e)
		}, want: judge.Verdict{Unexplained: 1}, says: "nobody had changed"},
		"superseded by a status": {bend: func(h *history.History) {
			supersede(h)
			e := edit(2, 120, "")
			e.Fields = map[string]any{"status_id": 9}
			h.Ledger = append(h.Ledger, e)
		}},
		"superseded by another field": {bend: func(h *history.History) {
			supersede(h)
			e := edit(2, 120, "")
			e.Fields = map[string]any{"details": "theirs"}
			h.Ledger = append(h.Ledger, e)
		}, want: judge.Verdict{Unexplained: 1}, says: "nobody had changed"},
		"unknown while all was calm": {bend: func(h *history.History) { bury(h, 1, 160, "OUTCOME_UNKNOWN") }, want: judge.Verdict{Unexplained: 1}, says: "no answer could"},
		"unknown after a lost answer": {bend: func(h *history.History) {
			bury(h, 1, 160, "OUTCOME_UNKNOWN")
			h.Played = []history.Played{played(schedule.Act{Kind: schedule.Kill, Who: []string{"a"}}, 130, 135)}
		}},
		"unknown after another fault": {bend: func(h *history.History) {
			bury(h, 1, 160, "OUTCOME_UNKNOWN")
			h.Played = []history.Played{played(schedule.Act{Kind: schedule.Wipe}, 130, 135)}
		}, want: judge.Verdict{Unexplained: 1}, says: "no answer could"},
		"exhausted in a minute":                    {bend: func(h *history.History) { bury(h, 1, 160, "EXHAUSTED") }, want: judge.Verdict{Unexplained: 1}, says: "nothing that was done"},
		"a predecessor that lives":                 {bend: func(h *history.History) { addNote(h); bury(h, 2, 320, "PREDECESSOR") }, want: judge.Verdict{Accepted: 1, Unexplained: 1}, says: "its create was not buried"},
		"a create that was buried later":           {bend: func(h *history.History) { addNote(h); buryCreate(h, 330); bury(h, 2, 320, "PREDECESSOR") }, want: judge.Verdict{Accepted: 2, Unexplained: 1}, says: "its create was not buried"},
		"a create that was buried before":          {bend: func(h *history.History) { addNote(h); buryCreate(h, 310); bury(h, 2, 320, "PREDECESSOR") }, want: judge.Verdict{Accepted: 2}},
		"a ticket that hides what was buried":      {bend: func(h *history.History) { refuse(h); h.Refusals = nil }, want: judge.Verdict{Unexplained: 1}, says: "does not say"},
		"a buried job without a letter":            {bend: func(h *history.History) { refuse(h); h.Letters = nil }, want: judge.Verdict{Unexplained: 1}, says: "no letter"},
		"a letter for a job that nobody asked for": {bend: func(h *history.History) { h.Letters = []history.Letter{{Job: id(99), Class: "REFUSED", At: at(5)}} }, want: judge.Verdict{Unexplained: 1}, says: "nobody asked"},
		"a drifted row while the schema was kept":  {bend: func(h *history.History) { h.Letters = []history.Letter{drift()} }, want: judge.Verdict{Unexplained: 1}, says: "no schema"},
		"a drifted row while the schema changed": {bend: func(h *history.History) {
			h.Letters = []history.Letter{drift()}
			h.Played = []history.Played{played(schedule.Act{Kind: schedule.Vendor, Plan: vendorsim.Plan{Drift: vendorsim.Drift{Drop: []string{"summary"}}}}, 40, 45)}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := story()
			c.bend(h)
			got, findings := judge.Judge(h, halo.Play().Reading)
			want := c.want
			want.Accepted += 2
			if got != want {
				t.Errorf("got %+v, want %+v: %v", got, want, findings)
			}
			if got.Held() != (len(findings) == 0) {
				t.Errorf("held: %v, with %d findings", got.Held(), len(findings))
			}
			if c.says != "" && (len(findings) == 0 || !strings.Contains(findings[0].Says, c.says)) {
				t.Errorf("found %v, want %q in it", findings, c.says)
			}
		})
	}
}

func see(h *history.History, s history.Sighting) { h.Sightings = append(h.Sightings, s) }

func deleteGone(h *history.History) {
	h.Writes[1].Op, h.Writes[1].Values = history.Delete, nil
	e := edit(3, 115, "")
	e.Op, e.Fields = "delete", nil
	h.Ledger = []vendorsim.Entry{h.Ledger[0], edit(2, 112, "theirs"), e}
	h.Sightings = h.Sightings[:3]
}

func turnDown(h *history.History) {
	h.Writes[1].Accepted, h.Writes[1].Refused = time.Time{}, "ABORTED"
	h.Sightings = h.Sightings[:3]
}

func addNote(h *history.History, entries ...vendorsim.Entry) {
	h.Writes = append(h.Writes, history.Write{Request: id(3), Writer: "w1", Op: history.Child, Subject: ticket(), Values: map[string]string{"text": "hello"}, Began: at(190), Accepted: at(195)})
	h.Jobs = append(h.Jobs, history.Job{ID: id(13), Request: id(3), UID: id(201), Kind: "note", State: history.Done, Ended: at(320)})
	h.Ledger = append(h.Ledger, entries...)
}

func twoNotesOneMark(h *history.History) {
	addNote(h, note(3, 200, "hello", id(13)), note(4, 210, "again", id(13)))
	w, j := h.Writes[2], h.Jobs[2]
	w.Request, w.Values, w.Began = id(4), map[string]string{"text": "again"}, at(194)
	j.ID, j.Request = id(14), id(4)
	h.Writes, h.Jobs = append(h.Writes, w), append(h.Jobs, j)
}

// laterThenAgain lets two writes be asked for at once, and shows the first, the second, and the first again.
func laterThenAgain(h *history.History) {
	h.Writes[1].Began = at(5)
	h.Ledger = []vendorsim.Entry{made(1, 130, "two"), made(2, 150, "one")}
	h.Sightings = []history.Sighting{saw("r1", span(120, 130), "two", 4, 12), saw("r1", span(170, 180), "one", 5)}
}

func refuse(h *history.History) {
	h.Writes[1].Bad, h.Ledger = true, h.Ledger[:1]
	bury(h, 1, 185, "REFUSED")
	h.Sightings[4] = saw("r2", span(170, 180), "two", 5, 12)
}

// replay has the first write refused at 50, and made again at ms.
func replay(h *history.History, ms int) {
	h.Writes[0].Bad = true
	h.Jobs[0].State, h.Jobs[0].Class, h.Jobs[0].Ended = history.Dead, "REFUSED", at(50)
	h.Jobs = append(h.Jobs, history.Job{ID: id(15), ReplayOf: id(11), UID: ticket(), Kind: "ticket", State: history.Done, Ended: at(ms + 60)})
	h.Letters = append(h.Letters, history.Letter{Job: id(11), Kind: "ticket", Class: "REFUSED", At: at(50), Resolution: "replayed", Resolved: at(ms)})
	h.Sightings = h.Sightings[:1]
}

// replaySuperseded has the first write refused, and buried again when it was replayed.
func replaySuperseded(h *history.History, ms int) {
	replay(h, ms)
	h.Writes[0].Paths = []string{"summary"}
	h.Ledger = []vendorsim.Entry{made(1, 140, "two")}
	h.Jobs[2].State, h.Jobs[2].Class, h.Jobs[2].Ended = history.Dead, "SUPERSEDED", at(ms+60)
	h.Letters = append(h.Letters, history.Letter{Job: id(15), Kind: "ticket", Class: "SUPERSEDED", At: at(ms + 60)})
}

// buryCreate has a create of the ticket refused.
func buryCreate(h *history.History, ms int) {
	h.Writes = append(h.Writes, history.Write{
		Request: id(5), Writer: "w1", Op: history.Create, Kind: "ticket", Subject: ticket(), Bad: true, Values: map[string]string{"summary": "none"}, Began: at(-90), Accepted: at(-80),
	})
	h.Jobs = append(h.Jobs, history.Job{ID: id(16), Request: id(5), UID: ticket(), Kind: "ticket"})
	bury(h, len(h.Jobs)-1, ms, "REFUSED")
	h.Sightings = nil
}

func supersede(h *history.History) {
	h.Writes[1].Paths = []string{"summary", "status"}
	h.Writes[1].Read, h.Ledger = map[string]string{"summary": "one"}, h.Ledger[:1]
	bury(h, 1, 165, "SUPERSEDED")
}

func merge(seq uint64, ms int, id, into string) vendorsim.Entry {
	return vendorsim.Entry{Seq: seq, At: at(ms), Kind: "ticket", ID: id, Op: "merge", Fields: map[string]any{"into": into}}
}

func drift() history.Letter {
	return history.Letter{Job: uuid.Nil, Kind: "ticket", Entity: "10001", Class: "SCHEMA_DRIFT", At: at(50)}
}
