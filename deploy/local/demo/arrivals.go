package demo

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// asked is what was asked for, ticket by ticket in order: the summaries that each was to get, one after the other.
type asked map[string][]string

func (a asked) count() (n int) {
	for _, list := range a {
		n += len(list)
	}
	return n
}

// arrivals is what became of it at the vendor.
type arrivals struct {
	came       int      // of those asked for, each counted once
	missing    []string // never came
	doubled    []string // came more than once
	disordered []string // came after one that was asked for later
	foreign    []string // nobody asked
}

// arrived compares what was asked for with what the vendor changed for applications; what people changed is their own.
func arrived(a asked, changes []entry) arrivals {
	var out arrivals
	got := map[string][]string{}
	for _, e := range changes {
		if e.Application == "" {
			continue
		}
		summary, _ := e.Fields["summary"].(string)
		if e.Op != "update" || !slices.Contains(a[e.ID], summary) {
			out.foreign = append(out.foreign, fmt.Sprintf("%s of %s %s (entry %d)", e.Op, e.Kind, e.ID, e.Seq))
			continue
		}
		got[e.ID] = append(got[e.ID], summary)
	}
	for _, id := range slices.Sorted(maps.Keys(a)) {
		out.add(id, a[id], got[id])
	}
	return out
}

func (r *arrivals) add(id string, want, got []string) {
	before := -1 // place of the latest that came first
	seen := map[string]bool{}
	for _, summary := range got {
		place := slices.Index(want, summary)
		label := "ticket " + id + " change " + strconv.Itoa(place+1)
		switch {
		case seen[summary]:
			r.doubled = append(r.doubled, label)
		case place < before:
			r.disordered = append(r.disordered, label)
		default:
			before = place
		}
		seen[summary] = true
	}
	r.came += len(seen)
	for place, summary := range want {
		if !seen[summary] {
			r.missing = append(r.missing, "ticket "+id+" change "+strconv.Itoa(place+1))
		}
	}
}
