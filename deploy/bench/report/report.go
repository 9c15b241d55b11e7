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
	Full     bool          `json:"full"`  // with the large sizes
	Parts    []string      `json:"parts"` // that were measured
	Rounds   int           `json:"rounds"`
	Seconds  float64       `json:"seconds"` // that each side runs in each round
	Machine  machine.Facts `json:"machine"`
	Sections []Section     `json:"sections"`
	Failed   []string      `json:"failed,omitempty"` // the parts that were not measured to their end, and why
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
	Against string `json:"against"` // what the second figure is of; empty: there is none
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
	Seconds   Unit = "s"
	MB        Unit = "MB"
	Count     Unit = ""
	Ratio     Unit = "×" // a ratio itself
)

// Compare is the line of a comparison.
func Compare(what, against string, u Unit, c measure.Comparison, g measure.Goal) Result {
	return Result{What: what, Against: against, Unit: u, Comparison: c, Goal: g, Missed: g.Missed(c.Ratio)}
}

// Bound is the line of figures of ours that are held against a bound instead of a yardstick.
func Bound(what string, u Unit, most float64, ours ...float64) Result {
	bound := make([]float64, len(ours))
	for i := range bound {
		bound[i] = most
	}
	return Compare(what, "the goal", u, measure.Compare(ours, bound), measure.Goal{AtMost: 1})
}

// Plain is the line of figures of ours that nothing is held against.
func Plain(what string, u Unit, ours ...float64) Result {
	return Result{What: what, Unit: u, Comparison: measure.Comparison{Ours: measure.Median(ours)}}
}
