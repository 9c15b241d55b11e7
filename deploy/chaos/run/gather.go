package run

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// gather puts together what everybody knows. The vendor's times are set back to this machine's clock.
func (a *arena) gather(ctx context.Context, stale []string) (h *history.History, err error) {
	h = &history.History{Stale: stale, Vendor: map[uuid.UUID]string{}, Played: a.played}
	h.Writes, h.Sightings = a.told.Told()
	if h.Jobs, err = a.jobs(ctx); err != nil {
		return nil, err
	}
	if h.Letters, err = a.letters(ctx); err != nil {
		return nil, err
	}
	for _, table := range a.play.Tables {
		if err := a.ids(ctx, table, h.Vendor); err != nil {
			return nil, err
		}
	}
	for uid, id := range a.subjects.Vendor() { // of subjects that turned out to be another
		if h.Vendor[uid] == "" {
			h.Vendor[uid] = id
		}
	}
	if h.Refusals, err = a.refusals(ctx, h.Writes); err != nil {
		return nil, err
	}
	if h.Purses, err = a.cast.Purses(ctx); err != nil {
		return nil, err
	}
	if h.Ledger, err = a.vendor.Ledger(ctx); err != nil {
		return nil, err
	}
	for i := range h.Ledger {
		h.Ledger[i].At = h.Ledger[i].At.Add(-a.schedule.Vendor)
	}
	return h, nil
}

func (a *arena) jobs(ctx context.Context) ([]history.Job, error) {
	rows, err := a.db.Query(ctx, `select id, coalesce(request_id, '00000000-0000-0000-0000-000000000000'), uid, kind, state, reason, created_at, ended_at,
		attempts, coalesce(replay_of, '00000000-0000-0000-0000-000000000000') from job where class = 0 order by created_at`)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (j history.Job, err error) {
		var ended *time.Time
		err = row.Scan(&j.ID, &j.Request, &j.UID, &j.Kind, &j.State, &j.Class, &j.Created, &ended, &j.Attempts, &j.ReplayOf)
		if ended != nil {
			j.Ended = *ended
		}
		return j, err
	})
}

func (a *arena) letters(ctx context.Context) ([]history.Letter, error) {
	rows, err := a.db.Query(ctx, `
		select coalesce(job, '00000000-0000-0000-0000-000000000000'), kind, coalesce(vendor_id, ''), class, reason, message, created_at,
		resolution, coalesce(resolved_at, 'epoch') from dead_letter`)
	if err != nil {
		return nil, fmt.Errorf("dead letters: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l history.Letter, err error) {
		return l, row.Scan(&l.Job, &l.Kind, &l.Entity, &l.Class, &l.Reason, &l.Message, &l.At, &l.Resolution, &l.Resolved)
	})
}

// ids is the vendor's id of every subject in a table of the mirror.
func (a *arena) ids(ctx context.Context, table string, into map[uuid.UUID]string) error {
	rows, err := a.db.Query(ctx, `select uid, vendor_id from `+pgx.Identifier{table}.Sanitize()+` where vendor_id is not null`)
	if err != nil {
		return fmt.Errorf("ids: %w", err)
	}
	var uid uuid.UUID
	var id string
	_, err = pgx.ForEachRow(rows, []any{&uid, &id}, func() error { into[uid] = id; return nil })
	return err
}

// refusals is what the subjects that were written to say of the last write that was not made.
func (a *arena) refusals(ctx context.Context, writes []history.Write) (map[uuid.UUID]uuid.UUID, error) {
	out := map[uuid.UUID]uuid.UUID{}
	for i := range writes {
		w := &writes[i]
		if _, asked := out[w.Subject]; asked || w.Subject == uuid.Nil || writes[i].Accepted.IsZero() {
			continue
		}
		v, err := a.cast.Get(ctx, i, w.Kind, "~"+w.Subject.String())
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", w.Kind, w.Subject, err)
		}
		out[w.Subject] = v.Refusal
	}
	return out, nil
}
