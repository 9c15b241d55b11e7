package operate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

type jobService struct {
	adapterv1.UnimplementedJobServiceServer
	*server
}

// GetJob returns one job with its attempts.
func (s *jobService) GetJob(ctx context.Context, r *adapterv1.GetJobRequest) (*adapterv1.Job, error) {
	connection, id, err := s.job(r.GetName())
	if err != nil {
		return nil, err
	}
	j, err := s.read(ctx, connection, id)
	if err != nil {
		return nil, err
	}
	return j, s.complete(ctx, connection, id, j)
}

// job is what a job's name says.
func (s *jobService) job(resource string) (connection string, id uuid.UUID, err error) {
	connection, ids, err := name.Parse("name", resource, "jobs")
	if err != nil {
		return "", id, err
	}
	if id, err = name.UUID("name", ids[0].VendorID); err != nil {
		return "", id, err
	}
	return connection, id, s.configured(connection)
}

const jobColumns = `id, connection, operation, kind, uid, vendor_id, state, caller, paths, created_at, runnable_at, ended_at, attempts, reason,
	unsure_at is not null, replay_of, steps, array(select r.uid::text from reference r where r.job = job.id and r.vendor_id is null and job.blocked > 0)`

// read is a job as its row has it. fault.NotFound: there is none.
func (s *jobService) read(ctx context.Context, connection string, id uuid.UUID) (*adapterv1.Job, error) {
	rows, err := s.DB.Query(ctx, "select "+jobColumns+" from job where connection = $1 and id = $2", connection, id)
	if err != nil {
		return nil, fmt.Errorf("read job: %w", err)
	}
	j, err := pgx.CollectExactlyOneRow(rows, scanJob)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, rpc.About(mirror.JobName(connection, id), &fault.Error{
			Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such job, or it is no longer kept",
		})
	case err != nil:
		return nil, fmt.Errorf("read job: %w", err)
	}
	return j, nil
}

func scanJob(row pgx.CollectableRow) (*adapterv1.Job, error) {
	var j adapterv1.Job
	var id uuid.UUID
	var connection string
	var uid *uuid.UUID
	var vendorID *string
	var replayOf *uuid.UUID
	var steps map[string]string
	var state job.State
	var accepted, runnable time.Time
	var ended *time.Time
	err := row.Scan(&id, &connection, &j.Operation, &j.Kind, &uid, &vendorID, &state, &j.Caller, &j.Paths, &accepted, &runnable, &ended,
		&j.AttemptCount, &j.DeadLetterReason, &j.OutcomeUnknown, &replayOf, &steps, &j.AwaitedUids)
	if err != nil {
		return nil, err
	}
	j.Name, j.State, j.AcceptTime = mirror.JobName(connection, id), states[state], timestamppb.New(accepted)
	j.Steps = slices.Sorted(maps.Keys(steps))
	if replayOf != nil {
		j.ReplayOf = mirror.JobName(connection, *replayOf)
	}
	if uid != nil {
		j.EntityUid = uid.String()
	}
	if vendorID != nil {
		j.VendorId = *vendorID
	}
	if state == job.Waiting || state == job.Queued {
		j.RunTime = timestamppb.New(runnable)
	}
	if ended != nil {
		j.EndTime = timestamppb.New(*ended)
	}
	return &j, nil
}

var states = map[job.State]adapterv1.Job_State{ //nolint:gochecknoglobals // a constant table
	job.Waiting: adapterv1.Job_STATE_WAITING, job.Queued: adapterv1.Job_STATE_QUEUED, job.Claimed: adapterv1.Job_STATE_CLAIMED,
	job.Settled: adapterv1.Job_STATE_SETTLED, job.Done: adapterv1.Job_STATE_DONE, job.Dead: adapterv1.Job_STATE_DEAD,
}

// complete adds what is kept elsewhere: the entity's ids and the attempts.
func (s *jobService) complete(ctx context.Context, connection string, id uuid.UUID, j *adapterv1.Job) error {
	if err := s.identify(ctx, connection, j); err != nil {
		return err
	}
	attempts, err := s.attempts(ctx, id)
	j.Attempts = attempts
	return err
}
