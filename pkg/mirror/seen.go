package mirror

import (
	"github.com/google/uuid"
)

// seen lists the writes that o shows. Of the settled ones none is taken off before those accepted earlier, because an
// older value must not come to lie on top.
func (t *Table) seen(e *Entity, o Observation) []uuid.UUID {
	var ids []uuid.UUID
	for _, w := range e.Writes {
		switch {
		case t.shows(o, w):
			ids = append(ids, w.ID)
		case w.Settled.Seq != 0 && t.rules.on(ruleInOrder):
			return ids
		}
	}
	return ids
}

// shows says whether o shows w: it was opened late enough after the vendor had taken it, and covers it. A create is shown
// by every sight of what it made, even before we have the vendor's answer, if that is all it makes.
func (t *Table) shows(o Observation, w PendingWrite) bool {
	if w.Creates && o.Presence == Present && !t.several[w.Operation] {
		return o.covers(w)
	}
	late := o.asked() && o.Opened.follows(w.Settled, t.rules.readLag) || !t.rules.on(ruleFoldUntilSeen)
	return w.Settled.Seq != 0 && late && o.covers(w)
}

// settle takes in at now that the vendor accepted a write of e; seen is what it answered with, nil if with nothing.
// done says that e shows the write without its being folded; if not, a look is needed, at the verdict's FetchAt.
func (t *Table) settle(e *Entity, job uuid.UUID, seen *Observation, now Moment) (v Verdict, done bool) {
	done = e.write(job) < 0 // a sight of what it made has confirmed it
	if seen != nil {
		v = t.learn(e, *seen, now)
		done = done || v.told() && t.answers(*seen, e, job)
	}
	if done {
		for _, w := range e.upTo(job) {
			v.Unfold = append(v.Unfold, w.ID)
		}
		t.unfold(e, v.Unfold)
	} else {
		v.FetchAt = later(v.FetchAt, now.At.Add(t.rules.readLag))
	}
	if at := e.write(job); at >= 0 {
		e.Writes[at].Settled = now
	}
	if e.Closed.Seq == 0 {
		e.Closed = now
	}
	return v, done
}

// answers says whether o covers what job set, and what the settled writes before it set, so that nothing of them is lost
// from sight when they are no longer folded.
func (t *Table) answers(o Observation, e *Entity, job uuid.UUID) bool {
	if !t.rules.on(ruleAnswerCovers) {
		return true
	}
	for _, w := range e.upTo(job) {
		if !o.covers(w) {
			return false
		}
	}
	return true
}

// upTo are job's write and the settled ones before it in its lane: an answer to it shows them too.
func (e *Entity) upTo(job uuid.UUID) []PendingWrite {
	var writes []PendingWrite
	for _, w := range e.Writes[:e.write(job)+1] {
		if w.Settled.Seq != 0 || w.ID == job {
			writes = append(writes, w)
		}
	}
	return writes
}
