package job

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// entity is a kind whose rows have an id of their own: how it is read and written is the same for all of them.
type entity[M mirror.Message, T halo.Headed] struct {
	kind   string // "client"
	mark   string // Halo's field in which a mark stands
	merges bool   // one may be merged into another, and then answers with that one
	rows   func(*halo.Client) halo.Entities[T]
	shown  func(translate.Words, T, translate.Shape) (mirror.Observation, error)
	patch  func(w translate.Words, patch M, paths []string) (halo.Patch, error)
	create func(w translate.Words, patch M, paths []string, mark uuid.UUID) (halo.Patch, error)
	find   func(patch M) (halo.Query, func(T) bool) // where a new one would be listed, and which of what is there may be it
}

// creates is an operation that makes an entity. Halo has no idempotency key and no unique client-supplied id [official for the
// absence: Halo OpenAPI 2024-09], so it carries the job's id as a mark, and is looked for before anything is sent again.
func (e entity[M, T]) creates(ts Tenants, c Config, name string) job.Operation[M] {
	return job.Operation[M]{
		Name: name, Kind: e.kind, Effect: mirror.Creates, Safety: job.Probed, Settling: c.Settling, Steps: []string{stepMake},
		Attempt: func(ctx context.Context, j *job.Job, patch M) (job.Result, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Result{}, err
			}
			return e.makes(ctx, t, j, resolved(j, patch))
		},
		Probe: func(ctx context.Context, j *job.Job, patch M) (job.Answer, error) {
			t, err := ts.tenant(j.Connection)
			if err != nil {
				return job.Answer{}, err
			}
			query, may := e.find(resolved(j, patch))
			if a, err := e.search(ctx, t, query, may, j); err != nil || a.Found != job.Absent {
				return a, err
			}
			return e.newest(ctx, t, j)
		},
	}
}

// makes makes it, or looks at what was made before.
func (e entity[M, T]) makes(ctx context.Context, t Tenant, j *job.Job, patch M) (job.Result, error) {
	if was, made := j.Made(stepMake); made {
		id, err := number(was)
		if err != nil {
			return job.Result{}, err
		}
		got, err := e.rows(t.Halo).Get(ctx, id)
		if err != nil {
			return job.Result{}, notSent(err)
		}
		return e.as(ctx, t, j, got, id, patch)
	}
	p, err := e.create(t.Words, patch, j.Paths, j.ID)
	if err != nil {
		return job.Result{}, err
	}
	got, id, err := e.rows(t.Halo).Create(ctx, p)
	if err != nil {
		return job.Result{}, err
	}
	return e.as(ctx, t, j, got, id, patch)
}

// as holds what was made against what was asked for.
func (e entity[M, T]) as(ctx context.Context, t Tenant, j *job.Job, got T, id int64, asked M) (job.Result, error) {
	r := job.Result{VendorID: strconv.FormatInt(id, 10), Seen: e.seen(t, got)}
	return r, unlike(ctx, j, "halo.Create", r.VendorID, asked, r.Seen, got.Head().Warning)
}

// patches is an operation that sends absolute values of just the fields that the caller changed; Halo changes no others
// [client library: homotechsual/HaloAPI], and the last write wins: to repeat it is harmless.
func (e entity[M, T]) patches(ts Tenants, c Config, name string) job.Operation[M] {
	return job.Operation[M]{
		Name: name, Kind: e.kind, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, patch M) (job.Result, error) {
			t, id, err := ts.target(j)
			if err != nil {
				return job.Result{}, err
			}
			return e.patched(ctx, t, id, j, resolved(j, patch))
		},
	}
}

// patched changes a row, and holds the answer against what was asked for.
func (e entity[M, T]) patched(ctx context.Context, t Tenant, id int64, j *job.Job, patch M) (job.Result, error) {
	p, err := e.patch(t.Words, patch, j.Paths)
	if err != nil {
		return job.Result{}, err
	}
	got, _, err := e.rows(t.Halo).Update(ctx, id, p)
	if err != nil {
		return job.Result{}, err
	}
	r := job.Result{Seen: e.seen(t, got)}
	return r, otherwise(j, "halo.Update", patch, r.Seen, got.Head().Warning)
}

// seen is what an answer shows; nil: it cannot be read, and is an acceptance all the same.
func (e entity[M, T]) seen(t Tenant, got T) *mirror.Observation {
	if got.Head().ID == 0 {
		return nil
	}
	o, err := e.shown(t.Words, got, translate.Detail)
	if err != nil {
		return nil
	}
	return &o
}

// search looks for a mark among what may be it, from the newest id down. Lists lack fields in which a mark may stand, so what
// may be it is read by itself.
func (e entity[M, T]) search(ctx context.Context, t Tenant, q halo.Query, may func(T) bool, j *job.Job) (job.Answer, error) {
	q.Desc = true
	reads, seen := 0, int64(0)
	for q.PageNo = 1; q.PageNo <= maxPages; q.PageNo++ {
		page, err := e.rows(t.Halo).List(ctx, q)
		if err != nil {
			return job.Answer{}, err
		}
		for _, row := range page.Rows {
			found := e.listed(t, row, j.ID)
			if found == nil && !may(row) { // it may have been renamed since, so its mark is looked at first
				continue
			}
			if found == nil {
				if reads++; reads > maxReads {
					return job.Answer{Found: job.CannotTell}, nil
				}
				o, tells, err := e.byItself(ctx, t, row)
				switch {
				case err != nil || !tells:
					return job.Answer{Found: job.CannotTell}, err
				case o.Mark == j.ID:
					found = &o
				}
			}
			if found != nil {
				return job.Answer{Found: job.Present, Result: job.Result{VendorID: id(row), Seen: found}}, nil
			}
		}
		if len(page.Drifted) > 0 {
			return job.Answer{Found: job.CannotTell}, nil // it may be among those
		}
		switch seen += int64(len(page.Rows)); {
		case page.RecordCount >= 0 && page.RecordCount <= seen:
			return job.Answer{Found: job.Absent}, nil
		case len(page.Rows) == 0:
			return nothingMore(page.RecordCount, seen), nil
		}
	}
	return job.Answer{Found: job.CannotTell}, nil
}

// nothingMore is what an empty page tells: that there is nothing more, unless Halo counts more than it has shown.
func nothingMore(count, seen int64) job.Answer {
	if count > seen {
		return job.Answer{Found: job.CannotTell}
	}
	return job.Answer{Found: job.Absent}
}

// listed is what row shows, if it shows the mark; nil: lists may lack the field in which it stands.
func (e entity[M, T]) listed(t Tenant, row T, mark uuid.UUID) *mirror.Observation {
	if o, err := e.shown(t.Words, row, translate.Listed); err == nil && o.Mark == mark {
		return &o
	}
	return nil
}

// byItself is what row shows when it is read by itself; tells is whether it shows where a mark stands. One that is listed and not
// found is young, as far as anybody knows [unsure: 404 for some minutes after a create], and tells nothing yet.
func (e entity[M, T]) byItself(ctx context.Context, t Tenant, row T) (o mirror.Observation, tells bool, err error) {
	got, err := e.rows(t.Halo).Get(ctx, row.Head().ID)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return o, false, &fault.Error{
			Op: "halo.Get", Kind: fault.Unavailable, Reason: "LISTED_NOT_FOUND", Message: "what may be it is listed, and cannot be read yet",
		}
	case err != nil:
		return o, false, err
	}
	seen := e.seen(t, got)
	if seen == nil {
		return o, false, nil
	}
	return *seen, seen.Mark != uuid.UUID{} || got.Head().Has(e.mark), nil
}

// fetch reads one of them.
func (e entity[M, T]) fetch(ts Tenants) job.Fetch {
	return func(ctx context.Context, connection string, at mirror.Ref) ([]mirror.Observation, error) {
		t, id, err := ts.at(connection, at.VendorID)
		if err != nil {
			return nil, err
		}
		got, err := e.rows(t.Halo).Get(ctx, id)
		switch {
		case fault.KindOf(err) == fault.NotFound: // gone, or not for our agent to see: Halo tells them no apart
			return []mirror.Observation{{Ref: at, Presence: mirror.Absent}}, nil
		case err != nil:
			return nil, err
		}
		o, err := e.shown(t.Words, got, translate.Detail)
		if err != nil {
			return nil, err
		}
		return translate.Answered(at, o, e.merges)
	}
}

// id is the vendor's id of a row.
func id(row halo.Headed) string { return strconv.FormatInt(row.Head().ID, 10) }

// target is the tenant and the row that a job is about.
func (ts Tenants) target(j *job.Job) (Tenant, int64, error) { return ts.at(j.Connection, j.VendorID) }

// above is the tenant and the ticket on which is what a job is about.
func (ts Tenants) above(j *job.Job) (Tenant, int64, error) { return ts.at(j.Connection, j.ParentID) }

func (ts Tenants) at(connection, vendorID string) (Tenant, int64, error) {
	t, err := ts.tenant(connection)
	if err != nil {
		return t, 0, err
	}
	id, err := number(vendorID)
	return t, id, err
}

// family is the tenant and the ticket that ref names, by itself or by something on it; named says that it was by that.
func (ts Tenants) family(connection string, ref mirror.Ref) (t Tenant, ticket int64, named bool, err error) {
	id, _, named := strings.Cut(ref.VendorID, "/")
	t, ticket, err = ts.at(connection, id)
	return t, ticket, named, err
}
