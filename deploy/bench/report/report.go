// Package report answers what a run found: as a table for people, in Markdown for the repository, in JSON for programs.
package report

import (
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/machine"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
)

// Report is one run of the bench.
type Report struct {
	At       time.Time     `json:"at"`
	Took     string        `json:"took"`
	Rounds   int           `json:"rounds"`
	Seconds  float64       `json:"seconds"` // that each side runs in each round
	Machine  machine.Facts `json:"machine"`
	Sections []Section     `json:"sections"`
}

// Section is what belongs together: one thing measured in several ways.
type Section struct {
	Title   string   `json:"title"`
	About   []string `json:"about"` // how it was measured, as far as the figures cannot be read without
	Ours    string   `json:"ours"`  // what the first figure is of
	Results []Result `json:"results"`
}

// Result is one line: both sides' figures and their ratio.
type Result struct {
	What    string `json:"what"`
	Against string `json:"against"` // what the second figure is of
	Unit    Unit   `json:"unit"`
	measure.Comparison
	Goal   measure.Goal `json:"goal"`
	Missed float64      `json:"missed"` // share of the goal by which it is missed; 0: held, or none was set
}

// Unit is what a figure counts.
type Unit string

// The units.
const (
	PerSecond Unit = "1/s"
	Millis    Unit = "ms"
)

// Compare is the line of a comparison.
func Compare(what, against string, u Unit, c measure.Comparison, g measure.Goal) Result {
	return Result{What: what, Against: against, Unit: u, Comparison: c, Goal: g, Missed: g.Missed(c.Ratio)}
}
