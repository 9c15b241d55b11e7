package judge

import "github.com/breakwater-acl/breakwater/deploy/chaos/history"

// act is a change that is known by what it is done to.
type act struct {
	op history.Op
	id string // the vendor's, of the subject
}

// match finds, for each change that the vendor made, the write that asked for it: by the values, which are never used twice,
// and where there are none by what is done to which subject. Marks are not looked at: they are the adapter's word.
func (c *court) match() {
	by, acts := map[string]*history.Write{}, map[act]*history.Write{}
	for i := range c.Writes {
		w := &c.Writes[i]
		for _, v := range w.Values {
			by[v] = w
		}
		is := act{w.Op, c.Vendor[w.Subject]}
		if acts[is] == nil || !w.Accepted.IsZero() { // several may be asked for
			acts[is] = w
		}
	}
	for n, d := range c.deeds {
		if d.ByHand() {
			c.edits[d.About] = append(c.edits[d.About], d)
			continue
		}
		w := author(d, by, acts)
		switch {
		case d.Follows, c.cameWith(n): // it is done, and not what anybody's write did
		case w != nil:
			c.made[w] = append(c.made[w], d)
		default:
			c.strange = append(c.strange, d)
		}
	}
}

// cameWith reports whether a deed, with others of its sort, came with that right behind.
func (c *court) cameWith(n int) bool {
	with := c.deeds[n].With
	for _, d := range c.deeds[n:] {
		if with == "" || d.With != with {
			return with != "" && d.Asked == with
		}
	}
	return false
}

// author is the write that asked for a deed; what it created is its from then on.
func author(d history.Deed, by map[string]*history.Write, acts map[act]*history.Write) *history.Write {
	for _, v := range d.Values {
		if w := by[v]; w != nil {
			acts[act{w.Op, d.About}] = w
			return w
		}
	}
	return acts[act{d.Asked, d.About}]
}

// whole reports whether these deeds are all that a write asks for.
func whole(w *history.Write, made []history.Deed) bool {
	n := 0
	for _, d := range made {
		if !d.Failed {
			n++
		}
	}
	return n >= max(w.Steps, 1)
}
