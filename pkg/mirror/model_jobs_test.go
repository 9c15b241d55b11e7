package mirror

import (
	"time"
)

// looks are the fetches, one at a time, and the looks before late writes.
func (w *world) looks() []action {
	var all []action
	f := w.running
	switch {
	case f == nil && w.queued != nil && !w.time.Before(w.queued.runnable):
		all = append(all, action{"a fetch is claimed", 4, func() {
			w.running, w.queued = w.queued, nil
			w.running.opened, w.running.seen = w.moment(), nil
			if w.shadow != nil {
				w.shadow.claim()
			}
		}})
	case f == nil:
	case f.seen == nil:
		all = append(all, action{"the fetch is answered", 4, func() { f.seen = w.answer(f.opened) }})
	default:
		all = append(all, action{"the fetch is applied", 4, w.applyFetch}, action{"the fetch is lost", w.rarely(1), w.loseFetch})
	}
	switch r := w.refresh; {
	case r == nil && w.row != nil && !w.row.ghost() && len(w.row.Writes) > 0 && !w.ending:
		all = append(all, action{"a late write looks first", 1, func() { w.refresh = &fetch{opened: w.moment()} }})
	case r == nil:
	case r.seen == nil:
		all = append(all, action{"its look is answered", 4, func() { seen := w.read(Fetch, r.opened, Whole()); r.seen = &seen }})
	default:
		all = append(all, action{"its look is applied", 4, func() { w.refresh = nil; w.apply(*r.seen) }})
	}
	return all
}

// rarely is n while the model is not ending.
func (w *world) rarely(n int) int {
	if w.ending {
		return 0
	}
	return n
}

// answer is what a fetch is told; now and then a 404 that is wrong.
func (w *world) answer(opened Moment) *sight {
	seen := w.read(Fetch, opened, Whole())
	if w.mayFlake() && seen.Presence == Present && chance(w, "wrong 404", 1, 3) {
		w.flaked = 1 << 62
		seen = sight{Observation{Ref: seen.Ref, Source: Fetch, Opened: opened, Presence: Absent}, -1}
	}
	w.logf("  reads %d", seen.place)
	return &seen
}

// mayFlake says whether a 404 may be wrong: not two in a row, and not about what the vendor said it had deleted.
func (w *world) mayFlake() bool {
	return w.mode.flaky && w.flaked == 0 && w.sweep == nil && w.refresh == nil && (w.row == nil || !w.row.dead())
}

func (w *world) applyFetch() {
	f := w.running
	w.apply(*f.seen)
	w.running = nil
	if w.shadow != nil {
		w.shadow.forget()
	}
	if f.opened.At.Before(f.again) {
		w.ask(Look{first: f.again, last: f.again})
	}
}

func (w *world) loseFetch() {
	f := w.running
	w.running = nil
	if w.shadow != nil {
		w.shadow.forget()
	}
	w.ask(Look{first: w.time, last: f.again})
}

// jobs are the writes on their way: the head of each lane, and whatever a merge of two lanes left under way.
func (w *world) jobs() []action {
	var all []action
	headed := map[*Entity]bool{}
	for _, x := range w.writes {
		switch {
		case x.stage >= accepted:
		case x.stage != waiting:
			headed[x.on] = true
			all = append(all, w.underWay(x)...)
		case !headed[x.on] && !w.anyUnderWay(x.on):
			headed[x.on] = true
			all = append(all, action{"a write is claimed", 3, func() { x.stage, x.opened = claimed, w.moment() }})
		}
	}
	return all
}

func (w *world) anyUnderWay(e *Entity) bool {
	for _, x := range w.writes {
		if x.on == e && x.stage > waiting && x.stage < accepted {
			return true
		}
	}
	return false
}

func (w *world) underWay(x *write) []action {
	switch x.stage {
	case claimed:
		return []action{
			{"the vendor takes the write", 4, func() { w.take(x) }},
			{"the vendor refuses it", 1, func() { w.reject(x) }},
			{"it never arrives", w.rarely(1), func() { x.stage = unsure }},
		}
	case answered:
		return []action{
			{"its answer comes", 4, func() { w.settle(x, x.answer) }},
			{"its answer is lost", w.rarely(1), func() { x.stage = unsure }},
		}
	case unsure:
		return []action{{"it is looked for", 3, func() { x.stage, x.probed = probing, w.moment() }}}
	default: // probing
		return []action{{"the look is answered", 3, func() { w.found(x) }}}
	}
}

// take makes the change at the vendor. Its answer shows the state right after it, or a part of it, or nothing.
func (w *world) take(x *write) {
	s := w.vendor.now()
	if x.applied < 0 {
		if s.exists == x.Creates {
			w.reject(x)
			w.ask(Look{first: w.time, last: w.time})
			return
		}
		s.at, s.touched = w.time, x.field
		switch {
		case x.Creates:
			s.exists, s.mark = true, true
		case x.Deletes:
			s.exists = false
		}
		for f := range s.values {
			if x.sets(f) {
				s.values[f] = x.value
			}
		}
		x.applied = w.vendor.change(s)
		w.announce(x.applied, false)
	}
	x.stage = answered
	x.answer = w.reply(x, x.opened, x.applied)
}

// reply is an answer to a write, or to a look for it, that shows the state at this place; nil: it shows none.
func (w *world) reply(x *write, opened Moment, place int) *sight {
	if chance(w, "no state", 1, 3) {
		return nil
	}
	covers := Whole()
	if w.mode.partial && chance(w, "part of it", 1, 2) {
		covers = Fields(one(w, "answered", fields[0], fields[1]))
	}
	seen := w.observed(Write, opened, place, covers)
	if seen.Presence != Present {
		if !x.Deletes {
			return nil
		}
		seen.Presence = Deleted
	}
	return &seen
}

// found ends a look for a write whose answer was lost. The look may be answered from an older state, but not from one
// without the write: that would not be "found".
func (w *world) found(x *write) {
	if x.applied < 0 {
		x.stage = waiting
		return
	}
	first, last := w.vendor.servable(w.time)
	first = max(first, x.applied)
	w.settle(x, w.reply(x, x.probed, first+w.pick("staleness", last-first+1)))
}

// reject buries the write, and with a create what builds on it.
func (w *world) reject(x *write) {
	if x.Creates && x.on.VendorID != "" {
		return
	}
	w.refuse(x)
	if !x.Creates {
		return
	}
	for _, y := range w.writes {
		if y.on == x.on && y.stage == waiting {
			w.refuse(y)
		}
	}
}

// idle is when something happens next, if nothing can now; zero: never.
func (w *world) idle() time.Time {
	var at time.Time
	if w.queued != nil {
		at = w.queued.runnable
	}
	if len(w.missed) > 0 && (at.IsZero() || w.due().Before(at)) {
		at = w.due()
	}
	return at
}
