package job

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// certain is whether f ends all doubt about earlier attempts: the vendor has answered them with it, too.
func certain(f *fault.Error) bool { return f.Settles && !f.MayApply }

// renews is whether the next attempt is made under a key of its own: the vendor would answer this one as it did, and there is
// nothing that a repeat could double.
func (j *Job) renews(op *Op, f *fault.Error) bool {
	return f.Spent && op != nil && (op.Safety == Idempotent || !f.MayApply && (f.Settles || j.UnsureAt.IsZero()))
}

// doubts is whether the vendor's answer under the write's key, which it would repeat, leaves open what became of the write.
func (j *Job) doubts(op *Op, f *fault.Error) bool {
	final := f.Kind == fault.Invalid || f.Kind == fault.Hidden // nothing that is asked later would help
	return f.Spent && !final && op.probe != nil && !j.renews(op, f)
}

// reconcile looks for a write under whose key the vendor keeps a failure: repeating it until the key's life is over would tell
// nothing, and hold up what waits behind it. What is believed absent is sent under the next key.
func (w *Worker) reconcile(ctx context.Context, j *Job, op *Op, f *fault.Error, t try) error {
	if err := w.spent(ctx, j, f, t); err != nil {
		return err
	}
	if ended, err := w.seek(ctx, j, op, try{action: "probe", began: time.Now()}); ended || err != nil {
		return err
	}
	save, cancel := saving(ctx)
	defer cancel()
	return w.store.renew(save, j)
}

// spent keeps the attempt in the job's history.
func (w *Worker) spent(ctx context.Context, j *Job, f *fault.Error, t try) error {
	if j.UnsureAt.IsZero() {
		j.UnsureAt = j.Opened.At
	}
	w.metrics.count(ctx, j, f.Kind.String())
	save, cancel := saving(ctx)
	defer cancel()
	t.outcome = f.Kind.String()
	b := &pgx.Batch{}
	w.store.history(b, j, t, f)
	if err := w.store.db.SendBatch(save, b).Close(); err != nil {
		return fmt.Errorf("keep an attempt of job %s: %w", j.ID, err)
	}
	return nil
}

const renew = `
update job set state = 1, runnable_at = clock_timestamp(), lease_until = null, unsure_at = null, absent_at = null, turn = turn + 1
where id = $1 and lease = $2 and state = 2`

// renew queues a job again whose earlier attempts are known not to have been applied, under the next key.
func (s *Store) renew(ctx context.Context, j *Job) error {
	j.again = true
	if _, err := s.db.Exec(ctx, renew, j.ID, j.Opened.Seq); err != nil {
		return fmt.Errorf("give job %s its next key: %w", j.ID, err)
	}
	return nil
}
