package main

import (
	"context"
	"strings"

	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

// part is one thing that is measured, on a stack of its own: what one leaves behind is not in another's way.
type part struct {
	name, about string
	measure     func(b *bench, ctx context.Context) ([]report.Section, error)
}

func parts() []part {
	return []part{
		{"reads", "cached reads against one bare SELECT, and with the vendor cut off", (*bench).reads},
		{"large", "reads and a sweep on a large mirror, against a small one", (*bench).large},
		{"accept", "accepted writes against River's InsertTx", (*bench).accept},
		{"drain", "a queue worked off, against River", (*bench).drain},
		{"pickup", "from commit to the vendor's call, against River", (*bench).pickup},
		{"hooks", "webhooks taken, and how soon they can be read", (*bench).hooks},
		{"events", "signed webhooks with a snapshot, verified and applied", (*bench).events},
		{"footprint", "memory, start, size", (*bench).footprint},
	}
}

func partNames() string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}
