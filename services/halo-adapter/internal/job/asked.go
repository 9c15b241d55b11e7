package job

import (
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
)

// notAsAsked is that Halo took a change and shows something else than was asked for. That is no refusal, because something was
// applied: it is tried once more, in case the answer came from one of Halo's caches, and then it is for a person.
func notAsAsked(j *job.Job, op, reason, message string) error {
	return &fault.Error{Op: op, Kind: fault.Invalid, Reason: reason, Message: message, MayApply: j.UnsureAt.IsZero()}
}
