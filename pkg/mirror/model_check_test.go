package mirror

func (f *failure) Error() string { return f.kind + ": " + f.text }

// play runs the model once: news for a while, and then whatever is outstanding until nothing is. It returns what it
// found wrong, or nil.
func play(c chooser, without rule, wanted string, with ...func(*world)) (found *failure) {
	defer func() {
		if r := recover(); r != nil {
			err, ok := r.(*failure)
			if !ok {
				panic(r)
			}
			found = err
		}
	}()
	w := newWorld(c, without)
	w.wanted = wanted
	for _, set := range with {
		set(w)
	}
	for range w.steps {
		w.step()
	}
	w.logf("ending")
	w.ending = true
	for range 2000 {
		if w.step() {
			continue
		}
		at := w.idle()
		if at.IsZero() {
			if wanted == "" || wanted == "end" {
				w.end()
			}
			return nil
		}
		w.time = later(w.time, at)
	}
	return &failure{"endless", "it never comes to rest"}
}

// end looks that the mirror is as the vendor is, and that no write is left over.
func (w *world) end() {
	s, e := w.vendor.now(), w.row
	switch {
	case e == nil && !s.exists:
		return
	case e == nil:
		w.fail("end", "the vendor has %v, and we never heard of it", s.values)
	case len(e.Writes) > 0:
		w.fail("end", "left folded: %v", e.Writes)
	case s.exists != (e.Confirmed != nil && !e.dead()):
		w.fail("end", "at the vendor: %v; confirmed: %v", s.exists, e.Confirmed)
	case s.exists != e.DeletedAt.IsZero():
		w.fail("end", "at the vendor: %v; deleted at %v", s.exists, e.DeletedAt)
	case !s.exists:
		return
	}
	for f, want := range s.values {
		if got := value(e.Confirmed, f); got != want {
			w.fail("end", "%s is %q at the vendor and %q with us", fields[f], want, got)
		}
		if got := value(e.Effective, f); got != want {
			w.fail("end", "%s is %q at the vendor and shown as %q", fields[f], want, got)
		}
	}
}

// ordered looks that old news does not overwrite new news, not even for a while. What was only said to be absent may be
// seen again from before: a sight is shown at once, and looked at again.
func (w *world) ordered(was [3]int, s sight, v Verdict) {
	if !v.Apply || v.Outcome == Unchanged || s.place < 0 {
		return
	}
	for f := range was {
		if w.tells(s, f) && s.place < was[f] && (f != 2 || v.Outcome != Inserted) {
			w.fail("regress", "state %d overwrites state %d", s.place, was[f])
		}
	}
}

// tells reports whether s speaks for a field, or (2) for whether the entity is there.
func (w *world) tells(s sight, f int) bool {
	return f == 2 || s.whole() || s.Covers.Paths[0] == fields[f]
}

// note keeps which place in history a row shows.
func (w *world) note(e *Entity, s sight, v Verdict) {
	if !v.told() || !v.Close || s.place < 0 {
		return
	}
	places := w.places[e]
	for f := range places {
		if w.tells(s, f) {
			places[f] = max(places[f], s.place)
		}
	}
	w.places[e] = places
}

// steady looks that no write of ours flickers: what the last one set is shown while it is folded; after that, what it
// set or what the vendor had later.
func (w *world) steady(e *Entity) {
	for f := range fields {
		if x := w.last(e, func(x *write) bool { return x.sets(f) }); x != nil {
			got := value(e.Effective, f)
			folded := e.write(x.ID) >= 0 && (!x.Creates || x.applied < 0)
			if got != x.value && (folded || !w.vendor.had(x.applied, f, got, false) && !w.overtaken(e, f)) {
				w.fail("flicker", "write %d set %s to %q, and %q is shown", x.ID[15], fields[f], x.value, got)
			}
		}
	}
	if x := w.last(e, func(x *write) bool { return x.Deletes }); x != nil && e.DeletedAt.IsZero() {
		if e.write(x.ID) >= 0 || !w.undeleted(x.applied) {
			w.fail("flicker", "write %d deleted it, and it is shown", x.ID[15])
		}
	}
}

// overtaken reports whether a write of the field is still to be made though a later one is done: the lanes of two rows
// that turned out to be one were both under way.
func (w *world) overtaken(e *Entity, f int) bool {
	for _, x := range w.writes {
		if x.on == e && x.sets(f) && x.stage < accepted {
			return true
		}
	}
	return false
}

func (w *world) undeleted(place int) bool {
	for _, s := range w.vendor.history[place:] {
		if s.exists {
			return true
		}
	}
	return false
}

// last is the last write of e, in lane order, that was not refused and is one of these.
func (w *world) last(e *Entity, is func(*write) bool) *write {
	for i := len(w.writes) - 1; i >= 0; i-- {
		if x := w.writes[i]; x.on == e && x.stage != refused && is(x) {
			return x
		}
	}
	return nil
}
