package adaptertest

import (
	"slices"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// In milliseconds: longer than an attempt takes in this suite but not longer than the vendor is given to settle, and longer
// than the suite.
const (
	tooLong = 4_000
	forever = 600_000
)

// faults are the ways in which requests can go wrong, each field of a plan in at least one. drift are fields that the
// adapter cannot do without.
func faults(drift []string) []Fault {
	return []Fault{
		{"none", vendorsim.Plan{}, true},
		{"500", vendorsim.Plan{ErrorRate: 1}, false},
		{"503", vendorsim.Plan{ErrorRate: 1, ErrorStatus: 503}, false},
		{"a proxy's page", vendorsim.Plan{ErrorRate: 1, HTMLErrors: true}, false},
		{"500 before the commit", vendorsim.Plan{FailBeforeCommit: 1}, false},
		{"500 after the commit", vendorsim.Plan{FailAfterCommit: 1}, false},
		{"reset after the commit", vendorsim.Plan{HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 1}}, false},
		{"silence after the commit", vendorsim.Plan{HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: forever}}, false},
		{"some answers are lost", vendorsim.Plan{LoseAnswers: 3}, true},
		{"429 with Retry-After", vendorsim.Plan{ThrottleRate: 1, RetryAfterSeconds: 1}, false},
		{"429 without Retry-After", vendorsim.Plan{ThrottleRate: 1}, false},
		{"slow", vendorsim.Plan{LatencyMS: 100, LatencyJitterMS: 200}, true},
		{"too slow", vendorsim.Plan{LatencyMS: tooLong}, false},
		{"outage", vendorsim.Plan{Outage: true}, false},
		{"404 after create", vendorsim.Plan{AbsentAfterCreateSeconds: 0.8}, true},
		{"stale reads", vendorsim.Plan{StaleReadSeconds: 0.5}, true},
		{"expired tokens", vendorsim.Plan{ExpireTokens: true}, true},
		{"revoked keys", vendorsim.Plan{RevokeKeys: true}, false},
		{"a schema that changed", vendorsim.Plan{Drift: vendorsim.Drift{Drop: drift}}, true},
		{"a schema that was retyped", vendorsim.Plan{Drift: vendorsim.Drift{Retype: drift}}, true},
		{"all at times", vendorsim.Plan{
			ErrorRate: 0.15, FailBeforeCommit: 0.2, FailAfterCommit: 0.2, ThrottleRate: 0.1, LatencyJitterMS: 50,
			HangAfterApply: vendorsim.Hang{Rate: 0.2, AfterMS: 1}, StaleReadSeconds: 0.3, AbsentAfterCreateSeconds: 0.3,
		}, true},
	}
}

// faults are those that this adapter meets.
func (h *house) faults() []Fault {
	return slices.DeleteFunc(faults(h.Drift), func(f Fault) bool { return h.Lasting && f.Plan.ExpireTokens })
}

// id is the connection whose vendor misbehaves so.
func (f Fault) id() string {
	return "fault-" + strings.ToLower(strings.NewReplacer(" ", "-", "'", "").Replace(f.Name))
}
