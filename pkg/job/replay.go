package job

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Decision is what somebody decided about a dead letter.
type Decision struct {
	Caller     string // empty: the adapter itself
	Reason     string
	Overwrite  bool // write it even if somebody else has changed its fields since
	NotApplied bool // a person has looked: the vendor has not applied it

	batch uuid.UUID
}

// Replay makes again what was buried, once however often it is asked: a write takes its place at the end of its lane and
// is folded over its entity again; what a fetch or a delivery told of is looked at again. After a known refusal a write is
// a new job, with a mark of its own; after an unknown outcome it keeps its own, and is looked for before it is sent. So does
// one of several calls, some of which were made: what they made carries its mark.
//
// fault.Precondition says why it was left as it is: its reason is one of those in refuse.go.
func (s *Store) Replay(ctx context.Context, connection string, id uuid.UUID, d Decision) (Letter, error) {
	return s.act(ctx, connection, id, func(tx pgx.Tx, l Letter) (bool, error) {
		switch {
		case l.Job != uuid.UUID{}:
			return s.replayWrite(ctx, tx, l, d)
		case l.VendorID != "":
			return s.replayFetch(ctx, tx, l, d)
		}
		return s.replayDelivery(ctx, tx, l, d)
	})
}

// act does one thing about a dead letter in one transaction, unless do says that there is nothing to be done, and then
// deals with a portion of those that were buried with it.
func (s *Store) act(ctx context.Context, connection string, id uuid.UUID, do func(pgx.Tx, Letter) (bool, error)) (Letter, error) {
	l, err := s.Letter(ctx, s.db, connection, id)
	if err != nil {
		return l, err
	}
	done := false
	err = s.inTx(ctx, func(tx pgx.Tx) (err error) {
		done, err = do(tx, l)
		return err
	})
	if err != nil {
		return l, err
	}
	if done {
		s.Wake(connection, "letter")
		_, _ = s.follow(ctx, l.Seq) // whoever looks for batches goes on, and says why it could not
	}
	return s.Letter(ctx, s.db, connection, id)
}

func (s *Store) replayFetch(ctx context.Context, tx pgx.Tx, l Letter, d Decision) (bool, error) {
	if again, err := s.lockOpen(ctx, tx, l, Replayed); !again || err != nil {
		return false, err
	}
	if err := resolve(ctx, tx, l, Replayed, d, uuid.UUID{}, ""); err != nil {
		return false, err
	}
	now, err := mirror.Now(ctx, tx)
	if err != nil {
		return false, err
	}
	return true, s.mirror.Hint(ctx, tx, l.Connection, mirror.Ref{Kind: l.Kind, VendorID: l.VendorID}, now)
}

func (s *Store) replayDelivery(ctx context.Context, tx pgx.Tx, l Letter, d Decision) (bool, error) {
	if again, err := s.lockOpen(ctx, tx, l, Replayed); !again || err != nil {
		return false, err
	}
	if s.Retake == nil {
		return false, left("NO_DELIVERIES", "this build takes no deliveries: replay it with one that does")
	}
	switch err := s.Retake(ctx, tx, l.Connection, l.Payload); {
	case err != nil && fault.KindOf(err) != fault.Invalid:
		return false, err
	case err != nil:
		return false, left("STILL_UNREADABLE", "it cannot be read by this build either: "+clip(err.Error())+"; discard it, or replay it with a build that reads it")
	}
	return true, resolve(ctx, tx, l, Replayed, d, uuid.UUID{}, "")
}

// replayWrite locks the entity, then the job, then the letter.
func (s *Store) replayWrite(ctx context.Context, tx pgx.Tx, l Letter, d Decision) (bool, error) {
	j, refs, err := s.buried(ctx, tx, l.Job)
	if err != nil {
		return false, err
	}
	var e *mirror.Entity
	t := s.mirror.Table(j.Kind)
	refs, err = s.mirror.Refer(ctx, tx, j.Connection, refs, j.Kind, j.UID, func() (err error) {
		e, err = s.mirror.Lock(ctx, tx, t, j.Connection, j.UID)
		return err
	})
	if err != nil {
		return false, precondition(err)
	}
	if again, err := s.lockOpen(ctx, tx, l, Replayed); !again || err != nil {
		return false, err
	}
	if err := s.replayable(ctx, tx, j, e, d); err != nil {
		return false, err
	}
	next, err := s.fold(ctx, tx, j, e, refs, d)
	if err != nil {
		return false, err
	}
	followers := ""
	if j.Effect == mirror.Creates {
		followers = "replay"
	}
	if err := resolve(ctx, tx, l, Replayed, d, next, followers); err != nil || followers == "" {
		return true, err
	}
	return true, s.replayLane(ctx, tx, j, d)
}

// replayLane replays what was buried with a create in its own lane, in the same transaction: nothing that is accepted
// meanwhile can come between. A lane is bounded by mirror.MaxPending.
func (s *Store) replayLane(ctx context.Context, tx pgx.Tx, create *Job, d Decision) error {
	w := followersOf(create.ID, 0)
	w.and("j.lane = ?", create.Lane)
	found, err := s.letters(ctx, tx, w, "asc", mirror.MaxPending)
	if err != nil {
		return err
	}
	d.Reason = "its create was replayed"
	for _, l := range found {
		if _, err := s.replayWrite(ctx, tx, l, d); err != nil && !isLeft(err) {
			return err
		}
	}
	return nil
}

// buried is a dead job with what it refers to.
func (s *Store) buried(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*Job, []mirror.Reference, error) {
	rows, err := tx.Query(ctx, "select "+jobColumns+" from job where id = $1", id)
	if err != nil {
		return nil, nil, fmt.Errorf("read a buried job: %w", err)
	}
	j, err := pgx.CollectExactlyOneRow(rows, scanJob)
	if err != nil {
		return nil, nil, fmt.Errorf("read a buried job: %w", err)
	}
	if err := s.decode(j); err != nil {
		return nil, nil, left("NOT_HERE", "this build cannot read it: "+err.Error())
	}
	refs, err := references(ctx, tx, id)
	for _, r := range refs {
		if s.mirror.Table(r.Kind) == nil {
			return nil, nil, left("NOT_HERE", "this build cannot read what it refers to: no kind "+r.Kind)
		}
	}
	return j, refs, err
}

// insertAgain makes a new job of a buried one: $2 is its id, $3 and $4 what its fields hold now, $5 what it waits for.
const insertAgain = `
insert into job (id, format, connection, kind, uid, lane, class, budget_key, operation, effect, patch, paths, base, base_confirmed, arguments,
	replayed, caller, traceparent, folded, steps, replay_of, refers, blocked, runnable_at, state)
select $2, format, connection, kind, uid, lane, class, budget_key, operation, effect, patch, paths, $3, $4, arguments, true, caller, traceparent,
	true, steps, id, refers, $5::smallint, greatest(now(), lane_held(connection, lane)), ` + firstState + ` from job j where id = $1`

// firstState is that of a job at the end of its lane.
const firstState = `case when $5::smallint > 0 or exists (
	select from job o where o.connection = j.connection and o.lane = j.lane and o.state < 3) then 0 else 1 end`

// reviveJob lets a buried job go on, at the end of its lane, with what is known of its earlier attempts; $6: a person knows
// that they were not applied.
const reviveJob = `
update job j set state = ` + firstState + `, seq = default, folded = true, replayed = true, base = $3, base_confirmed = $4, blocked = $5::smallint,
	reason = '', ended_at = null, runnable_at = greatest(now(), lane_held(connection, lane)), absent_at = null, failures = 0, waited = '0',
	unsure_at = case when not $6 then unsure_at end
where id = $1 and id = $2 and state = 5`

// fold puts a buried job at the end of its lane and folds it over its entity again. It is the id of the job that makes it.
func (s *Store) fold(ctx context.Context, tx pgx.Tx, j *Job, e *mirror.Entity, refs []mirror.Reference, d Decision) (uuid.UUID, error) {
	base, confirmed := j.base, j.confirmed
	if paths := j.compared(e); j.Base != nil {
		base, confirmed = part(e.Effective, paths), part(e.Confirmed, paths)
	}
	next, b := NewID(), &pgx.Batch{}
	if s.goesOn(j, d) {
		next = j.ID
		b.Queue(reviveJob, j.ID, next, base, confirmed, blocked(refs), d.NotApplied)
	} else {
		b.Queue(insertAgain, j.ID, next, base, confirmed, blocked(refs))
	}
	queueReferences(b, j.Connection, next, refs)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return next, fmt.Errorf("replay job %s: %w", j.ID, err)
	}
	e, err := s.mirror.Lock(ctx, tx, s.mirror.Table(j.Kind), j.Connection, j.UID) // with the write that is folded now
	if err != nil {
		return next, err
	}
	if refusedBy(e, j) {
		e.Refusal = nil
	}
	return next, s.mirror.Refold(ctx, tx, j.Kind, e)
}

// goesOn reports whether a replay lets the same job go on: it may have been applied, or some of its calls were made. Where
// the vendor goes by a key, it would answer the old one with the old refusal.
func (s *Store) goesOn(j *Job, d Decision) bool {
	if !j.UnsureAt.IsZero() && !d.NotApplied {
		return true
	}
	return len(j.steps) > 0 && s.ops[j.Operation].Safety != Keyed
}

// compared are the fields by which somebody else's change is found: those of a patch, all of a guarded deletion.
func (j *Job) compared(e *mirror.Entity) []string {
	if j.Effect == mirror.Deletes {
		return mirror.Plain(e.Effective)
	}
	return j.Paths
}

// refusedBy reports whether the refusal that e shows is j's.
func refusedBy(e *mirror.Entity, j *Job) bool {
	return e.Refusal.GetJob() == mirror.JobName(j.Connection, j.ID)
}

// part is the fields named of m, as a job keeps them; nil for nil.
func part(m mirror.Message, paths []string) []byte {
	if m == nil {
		return nil
	}
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(mirror.Only(m, paths))
	if err != nil {
		return nil // what cannot be marshalled could not have been stored
	}
	return b
}

// lockOpen locks the job and its letter, in this order, and reports whether the letter is open; if it was resolved in the way
// that is asked for, there is nothing to be done.
func (s *Store) lockOpen(ctx context.Context, tx pgx.Tx, l Letter, wanted Resolution) (bool, error) {
	if l.Job != (uuid.UUID{}) {
		if _, err := tx.Exec(ctx, `select from job where id = $1 for update`, l.Job); err != nil {
			return false, fmt.Errorf("lock a buried job: %w", err)
		}
	}
	var is Resolution
	var by string
	err := tx.QueryRow(ctx, `select resolution, resolved_by from dead_letter where id = $1 for update`, l.ID).Scan(&is, &by)
	switch {
	case err != nil:
		return false, fmt.Errorf("lock a dead letter: %w", err)
	case is == Open:
		return true, nil
	case is == wanted:
		return false, nil
	}
	return false, left("RESOLVED", fmt.Sprintf("it was %s already%s", is, bySomebody(by)))
}

func bySomebody(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}

const resolveLetter = `
update dead_letter set resolved_at = now(), resolution = $2, resolved_by = $3, replay = $4, followers = $5 where id = $1`

const insertAct = `
insert into dead_letter_act (letter, action, caller, reason, batch, job, overwrite, not_applied) values ($1, $2, $3, $4, $5, $6, $7, $8)`

// actions are the names of what leads to a resolution.
var actions = map[Resolution]string{Replayed: "replay", Discarded: "discard", Succeeded: "succeed"} //nolint:gochecknoglobals // a constant table

// resolve notes what was done about a letter; job makes it again, followers is what is still to be done with its own.
func resolve(ctx context.Context, tx pgx.Tx, l Letter, r Resolution, d Decision, job uuid.UUID, followers string) error {
	b := &pgx.Batch{}
	b.Queue(resolveLetter, l.ID, r, d.Caller, maybe(job), followers)
	b.Queue(insertAct, l.ID, actions[r], d.Caller, d.Reason, maybe(d.batch), maybe(job), d.Overwrite, d.NotApplied)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("resolve dead letter %s: %w", l.ID, err)
	}
	return nil
}

func maybe(id uuid.UUID) *uuid.UUID {
	if id == (uuid.UUID{}) {
		return nil
	}
	return &id
}

// isLeft reports whether err says why a dead letter was left as it is.
func isLeft(err error) bool { return fault.KindOf(err) == fault.Precondition }
