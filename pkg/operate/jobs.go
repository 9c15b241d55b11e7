package operate

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/page"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// maxStates bounds a filter.
const maxStates = 10

// ListJobs returns a page of one connection's jobs, latest first.
func (s *jobService) ListJobs(ctx context.Context, r *adapterv1.ListJobsRequest) (*adapterv1.ListJobsResponse, error) {
	connection, err := s.connection("parent", r.GetParent())
	if err != nil {
		return nil, err
	}
	size, err := page.Size(r.GetPageSize())
	if err != nil {
		return nil, err
	}
	scope, err := s.scope(ctx, r)
	if err != nil {
		return nil, err
	}
	after, err := page.Open[uuid.UUID](r.GetPageToken(), scope...)
	if err != nil {
		return nil, err
	}
	q, err := s.query(ctx, connection, r.GetFilter(), after)
	if err != nil {
		return nil, err
	}
	return s.page(ctx, connection, q, size, scope)
}

func (s *jobService) scope(ctx context.Context, r *adapterv1.ListJobsRequest) ([]string, error) {
	filter, err := proto.MarshalOptions{Deterministic: true}.Marshal(r.GetFilter())
	if err != nil {
		return nil, fmt.Errorf("encode the filter: %w", err)
	}
	return []string{"ListJobs", rpc.Caller(ctx), r.GetParent(), hex.EncodeToString(filter)}, nil
}

func (s *jobService) page(ctx context.Context, connection string, q query, size int, scope []string) (*adapterv1.ListJobsResponse, error) {
	rows, err := s.DB.Query(ctx, q.sql(), append(q.args, size+1)...)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanJob)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	answer := &adapterv1.ListJobsResponse{Jobs: found[:min(size, len(found))]}
	if len(found) > size {
		last := found[size-1].GetName()
		id := uuid.MustParse(last[strings.LastIndexByte(last, '/')+1:]) // a name that we made
		if answer.NextPageToken, err = page.Seal(id, scope...); err != nil {
			return nil, err
		}
	}
	return answer, s.identify(ctx, connection, answer.GetJobs()...)
}

// query is a list of jobs as SQL: writes and fetches apart, because each has an index of its own.
type query struct {
	where   []string
	args    []any
	fetches string // the condition of fetches beyond where; empty: none are listed
	writes  string
}

func (q *query) and(condition string, value any) {
	q.args = append(q.args, value)
	q.where = append(q.where, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(q.args))))
}

func (q *query) arg(value any) string {
	q.args = append(q.args, value)
	return fmt.Sprintf("$%d", len(q.args))
}

// sql takes the limit as its last parameter.
func (q *query) sql() string {
	part := func(also string) string {
		return fmt.Sprintf("(select %s from job where %s and %s order by id desc limit $%d)", jobColumns, strings.Join(q.where, " and "), also, len(q.args)+1)
	}
	if q.fetches == "" {
		return part(q.writes)
	}
	return fmt.Sprintf("%s union all %s order by id desc limit $%d", part(q.writes), part(q.fetches), len(q.args)+1)
}

// query checks a filter and makes it one.
func (s *jobService) query(ctx context.Context, connection string, f *adapterv1.JobFilter, after uuid.UUID) (query, error) {
	q := query{writes: "class = 0"}
	q.and("connection = ?", connection)
	if after != (uuid.UUID{}) {
		q.and("id < ?", after)
	}
	wanted, err := wantedStates(f.GetStates())
	if err != nil {
		return q, err
	}
	if len(wanted) > 0 {
		q.and("state = any(?)", wanted)
	}
	if f.GetIncludeFetches() {
		q.fetches = "class = 1"
	}
	if f.GetEntityUid() != "" {
		return q, s.ofEntity(ctx, connection, f.GetEntityUid(), &q)
	}
	return q, nil
}

func wantedStates(asked []adapterv1.Job_State) ([]int16, error) {
	if len(asked) > maxStates {
		return nil, fault.Field("filter.states", fmt.Sprintf("must hold at most %d", maxStates))
	}
	var wanted []int16
	for i, a := range asked {
		known := false
		for state, shown := range states {
			if shown == a {
				wanted, known = append(wanted, int16(state)), true
			}
		}
		if !known {
			return nil, fault.Field(fmt.Sprintf("filter.states[%d]", i), "is no state of a job")
		}
	}
	return wanted, nil
}

// ofEntity narrows to one entity: writes by its uid, fetches by its kind and vendor's id.
func (s *jobService) ofEntity(ctx context.Context, connection, asked string, q *query) error {
	uid, err := name.UUID("filter.entity_uid", asked)
	if err != nil {
		return err
	}
	q.writes += " and uid = " + q.arg(uid)
	if q.fetches == "" {
		return nil
	}
	for _, t := range s.Mirror.Tables() {
		var vendorID string
		err := s.DB.QueryRow(ctx, fmt.Sprintf(`select coalesce(vendor_id, '') from %s where connection = $1 and uid = $2`, t.Table), connection, uid).Scan(&vendorID)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			continue
		case err != nil:
			return fmt.Errorf("find the entity: %w", err)
		}
		q.fetches += " and kind = " + q.arg(t.Name) + " and vendor_id = " + q.arg(vendorID)
		return nil
	}
	q.fetches = "" // nobody fetches what is not there
	return nil
}
