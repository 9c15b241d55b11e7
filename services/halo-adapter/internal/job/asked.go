package job

import (
	"context"
	"fmt"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// notAsAsked is that Halo took a change and shows something else than was asked for. That is no refusal, because something was
// applied: it is tried once more, in case the answer came from one of Halo's caches, and then it is for a person.
func notAsAsked(j *job.Job, op, reason, message string) error {
	return &fault.Error{Op: op, Kind: fault.Invalid, Reason: reason, Message: message, MayApply: j.UnsureAt.IsZero()}
}

// meanwhile is that something stands otherwise now than when a write was accepted: it would be refused if it were asked for now.
func meanwhile(reason, message string) error {
	return &fault.Error{Op: "halo.Get", Kind: fault.Invalid, Reason: reason, Message: message}
}

// otherwise holds an answer, with the warning that came with it, against what was asked for; nil: it is as asked.
func otherwise(j *job.Job, op string, asked mirror.Message, seen *mirror.Observation, warning string) error {
	told := translate.Otherwise(asked, seen, j.Paths, warning)
	if told == "" {
		return nil
	}
	if warning != "" {
		told = fmt.Sprintf("%s; it warns: %.500s", told, warning)
	}
	return notAsAsked(j, op, "NOT_AS_ASKED", "Halo took the rest: "+told)
}

// stepMake is the only call of a create. It is a step, because what it has made may be told of as something else than was asked for.
const stepMake = "make"

// unlike is otherwise of a create. What it has made is kept under the id that it was given, and what it shows otherwise than it was
// asked for is told of it.
func unlike(ctx context.Context, j *job.Job, op, id string, asked mirror.Message, seen *mirror.Observation, warning string) error {
	err := otherwise(j, op, asked, seen, warning)
	if err == nil {
		return nil
	}
	if _, err := j.Step(ctx, stepMake, func(context.Context) (string, error) { return id, nil }); err != nil {
		return err
	}
	f := *fault.Of(err)
	f.MayApply = false
	return &f
}
