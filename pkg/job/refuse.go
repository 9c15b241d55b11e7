package job

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// ReasonMovedOn is the reason of a replay that was left because somebody else has changed the write's fields since.
const ReasonMovedOn = "ENTITY_MOVED_ON"

// left is why a dead letter was left as it is.
func left(reason, message string) *fault.Error {
	return &fault.Error{Kind: fault.Precondition, Reason: reason, Message: message}
}

// precondition is err as the reason why a letter was left, if it says what is not there or not to be had.
func precondition(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.NotFound && f.Kind != fault.Invalid {
		return err
	}
	return left(f.Reason, f.Message)
}

// replayable says why a buried write cannot be made again, or must not without being told so; nil: it can.
func (s *Store) replayable(ctx context.Context, tx pgx.Tx, j *Job, e *mirror.Entity, d Decision) error {
	op := s.ops[j.Operation]
	switch {
	case op == nil:
		return left("NOT_HERE", "this build has no operation "+j.Operation)
	case e == nil:
		return left("GONE", "its "+j.Kind+" is gone from the mirror: discard it")
	case len(e.Writes) >= mirror.MaxPending:
		return left("TOO_MANY_PENDING", fmt.Sprintf("%d writes wait for its %s already: replay it when some are made", len(e.Writes), j.Kind))
	case !e.DeletedAt.IsZero() && j.Effect != mirror.Restores:
		return left("DELETED", "its "+j.Kind+" is deleted: discard it")
	case j.UnsureAt.IsZero() && d.NotApplied:
		return left("OUTCOME_KNOWN", "its outcome is known: replay it without not_applied")
	case !j.UnsureAt.IsZero() && !d.NotApplied && op.Safety == Never:
		return left("CANNOT_TELL", "it may have been applied, and nothing can look for it: look at the vendor; then replay it with not_applied, or discard it")
	case j.Effect == mirror.Creates:
		return s.creatable(ctx, tx, j, e)
	case e.Unborn():
		return left("CREATE_REFUSED", "its "+j.Kind+" was never created: replay its create first")
	}
	return s.stillWanted(ctx, tx, j, e, d)
}

// creatable says why an entity cannot be created any more; nil: it can.
func (s *Store) creatable(ctx context.Context, tx pgx.Tx, j *Job, e *mirror.Entity) error {
	if e.VendorID != "" && len(j.steps) == 0 {
		return left("EXISTS", "its "+j.Kind+" has been created meanwhile: discard it")
	}
	coming, err := mirror.Awaited(ctx, tx, j.Connection, j.UID)
	switch {
	case err != nil:
		return err
	case coming:
		return left("EXISTS", "another create of its "+j.Kind+" is on its way: discard it")
	}
	return s.parentLives(ctx, tx, j, e)
}

// parentLives says why a child cannot be created: its parent was not.
func (s *Store) parentLives(ctx context.Context, tx pgx.Tx, j *Job, e *mirror.Entity) error {
	t := s.mirror.Table(j.Kind)
	if t.Parent == "" {
		return nil
	}
	parent, _, err := s.mirror.Peek(ctx, tx, s.mirror.Table(t.Parent), j.Connection, e.Parent)
	if err != nil || parent != nil && parent.VendorID != "" {
		return err
	}
	coming, err := mirror.Awaited(ctx, tx, j.Connection, e.Parent)
	if err == nil && !coming {
		err = left("CREATE_REFUSED", "the "+t.Parent+" that it hangs on was never created: replay its create first")
	}
	return err
}

// stillWanted says that somebody else has changed the fields of a write since it was accepted; nil: nobody has, or it is
// to be written all the same.
func (s *Store) stillWanted(ctx context.Context, tx pgx.Tx, j *Job, e *mirror.Entity, d Decision) error {
	changed := s.changedMeanwhile(ctx, tx, j, e)
	if len(changed) == 0 || d.Overwrite {
		return nil
	}
	f := left(ReasonMovedOn, fmt.Sprintf("somebody else has changed %s since it was accepted: replay it with overwrite, or discard it",
		strings.Join(changed, ", ")))
	f.Field = changed[0]
	return f
}
