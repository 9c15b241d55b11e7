package job_test

import (
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
)

// What becomes of a write that goes by a key, for every outcome that a vendor which keeps answers under keys has: with nothing in doubt,
// and after an attempt of which nobody has heard.
func TestWhatBecomesOfAWriteThatGoesByAKey(t *testing.T) {
	for name, row := range map[string]struct {
		fault        fault.Error
		sure, unsure string
		repeatable   string // of an operation that may be repeated, unsure
	}{
		"it never left":                       {fault.Error{Kind: fault.Unavailable, Reason: "CONNECT"}, "again", "again", "again"},
		"no answer came":                      {fault.Error{Kind: fault.Unavailable, MayApply: true}, "again", "again", "again"},
		"a parameter is wrong":                {fault.Error{Kind: fault.Invalid}, "REFUSED", "OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN"},
		"a refusal that was kept":             {fault.Error{Kind: fault.Invalid, Settles: true, Spent: true}, "REFUSED", "REFUSED", "REFUSED"},
		"a decline":                           {fault.Error{Kind: fault.Invalid, Settles: true}, "REFUSED", "REFUSED", "REFUSED"},
		"the key was used for something else": {fault.Error{Kind: fault.Invalid, MayApply: true, Spent: true}, "OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN"},
		"our credentials are refused":         {fault.Error{Kind: fault.Unauthorized}, "waits", "waits", "waits"},
		"a permission is missing":             {fault.Error{Kind: fault.Invalid}, "REFUSED", "OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN"},
		"it is not there":                     {fault.Error{Kind: fault.NotFound, Spent: true}, "next key", "looked for", "next key"},
		"it was not there, which was kept":    {fault.Error{Kind: fault.NotFound, Settles: true, Spent: true}, "next key", "next key", "next key"},
		"the same key is under way":           {fault.Error{Kind: fault.Conflict, MayApply: true}, "again", "again", "again"},
		"a lock":                              {fault.Error{Kind: fault.Conflict}, "again", "again", "again"},
		"too many calls":                      {fault.Error{Kind: fault.Throttled}, "waits", "waits", "waits"},
		"a failure":                           {fault.Error{Kind: fault.Unavailable, Status: 500, MayApply: true}, "again", "again", "again"},
		"a failure that was kept":             {fault.Error{Kind: fault.Unavailable, Status: 500, MayApply: true, Spent: true}, "looked for", "looked for", "next key"},
		"a refusal that should be repeated":   {fault.Error{Kind: fault.Unavailable, Status: 400}, "again", "again", "again"},
		"one that was kept, and should be":    {fault.Error{Kind: fault.Unavailable, Status: 400, Settles: true, Spent: true}, "next key", "next key", "next key"},
		"an answer that cannot be read":       {fault.Error{Kind: fault.Drift, MayApply: true}, "again", "again", "again"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range []struct {
				safety job.Safety
				unsure bool
				want   string
			}{{job.Keyed, false, row.sure}, {job.Keyed, true, row.unsure}, {job.Idempotent, true, row.repeatable}} {
				if got := job.FateForTest(c.safety, c.unsure, &row.fault); got != c.want {
					t.Errorf("%v, in doubt %v: %s, want %s", c.safety, c.unsure, got, c.want)
				}
			}
		})
	}
}
