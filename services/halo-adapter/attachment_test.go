package main

import (
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// Files are found by their ticket's change, where no delivery tells of it, and a deleted one is not listed any more.
func TestFilesComeAndGo(t *testing.T) {
	for way, move := range map[string]func(*sim.Switches){
		"as documented":      func(*sim.Switches) {},
		"filter ignored":     func(s *sim.Switches) { s.SinceFilter = "ignored" },
		"null for none":      func(s *sim.Switches) { s.NullCollections = true },
		"merged answer both": func(s *sim.Switches) { s.MergedGet = "survivor" },
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			v := simulate(t, "acme", sim.Config{Tickets: 5}).switched(move)
			before, err := v.halo.Attach(10001, 0, "before.log", 7)
			adaptertest.Asked(v, before, err)
			k := prepare(t, nil, v)
			v.Silence()
			c := k.start("a", "").of(v)
			c.Filled()
			c.Agrees()
			id, err := v.halo.Attach(10002, 1, "photo.png", 1000)
			adaptertest.Asked(c, id, err)
			c.Agrees()
			adaptertest.Asked(c, 0, v.halo.Detach(before))
			adaptertest.Asked(c, 0, v.halo.Detach(id))
			c.Agrees()
		})
	}
}
