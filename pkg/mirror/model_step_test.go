package mirror

import (
	"slices"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// action is something that may happen next.
type action struct {
	name   string
	weight int
	do     func()
}

// step lets one of the things happen that may happen now; false: there are none.
func (w *world) step() bool {
	var all []action
	for i, more := range [][]action{w.news(), w.deliveries(), w.looks(), w.sweeps(), w.jobs()} {
		for _, a := range more {
			a.weight *= w.mode.pace[i]
			all = append(all, a)
		}
	}
	total := 0
	for _, a := range all {
		total += a.weight
	}
	if total == 0 {
		return false
	}
	left := w.pick("action", total)
	for _, a := range all {
		if left -= a.weight; left < 0 {
			w.logf("%v %s", w.time.Format("04:05.000"), a.name)
			a.do()
			w.compare()
			break
		}
	}
	if !chance(w, "at once", 1, 3) {
		w.time = w.time.Add(time.Millisecond)
	}
	return true
}

func (w *world) compare() {
	if w.shadow != nil {
		w.shadow.compare()
	}
}

// news is what only happens while the model is not ending.
func (w *world) news() []action {
	if w.ending {
		return nil
	}
	all := []action{{"time passes", 4, w.pass}}
	if !w.mode.own || len(w.vendor.history) > 1 {
		all = append(all, action{"the vendor's people edit", 4, w.edit})
	}
	if w.vendor.now().exists && w.mode.deletes {
		all = append(all, action{"they delete", 1, w.delete})
	}
	if w.row != nil && w.mode.writes || w.mode.own && w.own == nil {
		all = append(all, action{"a caller writes", 3, w.propose})
	}
	if w.sweep == nil && w.row != nil {
		all = append(all, action{"a sweep begins", 1, w.beginSweep})
	}
	return all
}

func (w *world) pass() {
	w.time = w.time.Add(one(w, "passes", 200*time.Millisecond, time.Second, 4*time.Second, 10*time.Second, 3*time.Minute))
}

// edit changes one field, or brings the entity to be.
func (w *world) edit() {
	s := w.vendor.now()
	s.at, s.touched = w.time, -1
	if s.exists {
		s.touched = w.pick("field", 2)
		s.values[s.touched] = w.some()
	} else {
		s.exists = true
		s.values = [2]string{w.some(), w.some()}
	}
	w.announce(w.vendor.change(s), true)
}

func (w *world) delete() {
	s := w.vendor.now()
	s.at, s.exists, s.touched = w.time, false, -1
	w.announce(w.vendor.change(s), true)
}

// announce pushes news of a change once or twice, or loses it; what is lost and not ours is left to a sweep.
func (w *world) announce(place int, foreign bool) {
	s := w.vendor.history[place]
	w.logf("  vendor %d: %+v", place, s)
	if w.mode.drops && chance(w, "dropped", 1, 3) {
		if foreign {
			w.missed = append(w.missed, w.moment())
		}
		return
	}
	covers := Whole()
	if w.mode.partial && s.touched >= 0 {
		covers = Fields(fields[s.touched])
	}
	how := w.mode.push
	if how == 3 {
		how = w.pick("push", 3)
	}
	p := push{hint: how == 0, seen: w.observed(Snapshot, Moment{}, place, covers)}
	p.seen.VendorTime = time.Time{}
	if how == 1 {
		p.seen.VendorTime = w.vendor.clock(s.at)
	}
	for range one(w, "copies", 1, 1, 2) {
		w.pushes = append(w.pushes, p)
	}
}

func (w *world) deliveries() []action {
	if len(w.pushes) == 0 {
		return nil
	}
	return []action{{"a push arrives", 5, func() {
		i := w.pick("which", len(w.pushes))
		p := w.pushes[i]
		w.pushes = slices.Delete(w.pushes, i, i+1)
		w.logf("  of %d, hint %v", p.seen.place, p.hint)
		if p.hint {
			l := w.store.Hinted(p.seen.Ref, w.moment().At)
			if w.mode.once {
				l.last = l.first
			}
			if !w.mode.joins || w.running == nil {
				w.ask(l)
			}
		} else {
			w.apply(p.seen)
		}
	}}}
}

func (w *world) beginSweep() {
	w.sweep = &sweep{opened: w.moment(), covers: Whole()}
	if w.mode.partial && !w.ending && chance(w, "rows lack details", 1, 2) {
		w.sweep.covers = Fields(fields[0])
	}
}

func (w *world) sweeps() []action {
	s := w.sweep
	switch {
	case s == nil && len(w.missed) > 0 && !w.time.Before(w.due()):
		return []action{{"a sweep begins for what was missed", 3, w.beginSweep}}
	case s == nil:
		return nil
	case !s.read:
		return []action{{"the sweep reads", 4, func() { s.read, s.seen = true, w.list(s) }}}
	}
	return []action{{"the sweep's page is applied", 4, w.applyPage}}
}

// due is from when on a sweep is sure to see the first change that was missed.
func (w *world) due() time.Time { return w.missed[0].At.Add(w.mode.lag) }

func (w *world) list(s *sweep) *sight {
	seen := w.read(Sweep, s.opened, s.covers)
	w.logf("  reads %d", seen.place)
	s.unheard = seen.Presence != Present && w.row == nil && (len(w.pushes) > 0 || w.running != nil || w.anyUnderWay(w.own))
	if seen.Presence != Present && (!w.mode.listsGone && len(w.missed) == 0 || w.row == nil) {
		return nil
	}
	return &seen
}

func (w *world) applyPage() {
	s := w.sweep
	w.sweep = nil
	if s.seen != nil {
		w.apply(*s.seen)
	}
	if s.covers.Whole && !s.unheard {
		w.missed = slices.DeleteFunc(w.missed, func(m Moment) bool { return s.opened.follows(m, w.mode.lag) })
	}
}

// propose is Store.Propose: a patch, a deletion, or our create.
func (w *world) propose() {
	e := w.row
	if w.own != nil && w.own != w.row && (e == nil || chance(w, "on our create", 1, 2)) {
		e = w.own
	}
	p := Proposal{}
	switch {
	case e == nil && w.mode.own && w.own == nil:
		e = &Entity{Connection: "acme", UID: newID()}
		w.own, p.Effect = e, Creates
	case e == nil:
		return
	case w.mode.deletes && chance(w, "deletes", 1, 6):
		p.Effect = Deletes
	}
	if e.Effective != nil && w.store.admits(w.table, e, p) != nil {
		return
	}
	x := w.newWrite(e)
	x.Creates, x.Deletes = p.Effect == Creates, p.Effect == Deletes
	if !x.Deletes {
		w.fill(x)
	}
	w.logf("  write %d: %+v", x.ID[15], x.PendingWrite)
	w.writes = append(w.writes, x)
	e.Refusal = nil
	e.Writes = append(e.Writes, x.PendingWrite)
	w.show(e)
	if w.shadow != nil {
		p.Job, p.Operation, p.Patch, p.Paths = x.ID, x.Operation, x.Patch, x.Paths
		w.shadow.propose(e, p)
	}
}

func (w *world) fill(x *write) {
	x.value = w.some()
	x.Patch, x.Paths = &psav1.Ticket{Summary: x.value, Details: x.value}, fields[:]
	if !x.Creates && !chance(w, "both fields", 1, 4) {
		x.field = w.pick("field", 2)
		x.Paths = fields[x.field : x.field+1]
	}
}
