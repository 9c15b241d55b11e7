package job

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// references are what a job refers to.
func references(ctx context.Context, q pg.Querier, id uuid.UUID) ([]mirror.Reference, error) {
	rows, err := q.Query(ctx, `select kind, uid, coalesce(vendor_id, '') from reference where job = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("read what job %s refers to: %w", id, err)
	}
	refs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[mirror.Reference])
	if err != nil {
		return nil, fmt.Errorf("read what job %s refers to: %w", id, err)
	}
	return refs, nil
}

// blocked counts what is not created yet.
func blocked(refs []mirror.Reference) (n int16) {
	for _, r := range refs {
		if r.VendorID == "" {
			n++
		}
	}
	return n
}

const insertReference = `
insert into reference (job, connection, kind, uid, vendor_id) values ($1, $2, $3, $4, nullif($5, ''))
on conflict (job, kind, uid) do update set vendor_id = excluded.vendor_id`

func queueReferences(b *pgx.Batch, connection string, job uuid.UUID, refs []mirror.Reference) {
	for _, r := range refs {
		b.Queue(insertReference, job, connection, r.Kind, r.UID, r.VendorID)
	}
}

// VendorIDOf is the vendor's id of an entity that the job refers to; ok is false if it does not refer to it.
func (j *Job) VendorIDOf(uid uuid.UUID) (id string, ok bool) {
	for _, r := range j.References {
		if r.UID == uid {
			return r.VendorID, true
		}
	}
	return "", false
}

// refer gives a claimed job what it refers to. What is not created yet should have kept it from being claimed.
func (s *Store) refer(ctx context.Context, j *Job) (err error) {
	if j.refers == 0 {
		return nil
	}
	if j.References, err = references(ctx, s.db, j.ID); err != nil {
		return &fault.Error{Kind: fault.Unavailable, Reason: "NOT_READ", Message: "what it refers to could not be read", Err: err}
	}
	if blocked(j.References) > 0 {
		return &fault.Error{Kind: fault.Unavailable, Reason: "NOT_CREATED_YET", Message: "what it refers to is not created yet"}
	}
	return nil
}
