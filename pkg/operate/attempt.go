package operate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// maxAttempts bounds how many of a job's attempts are shown.
const maxAttempts = 50

const latestAttempts = `
select number, action, started_at, ended_at, outcome, reason, message, status, code, tracking_id
from attempt where job = $1 order by number desc limit $2`

// attempts are the latest of a job, oldest first.
func (s *jobService) attempts(ctx context.Context, job uuid.UUID) ([]*adapterv1.Attempt, error) {
	rows, err := s.DB.Query(ctx, latestAttempts, job, maxAttempts)
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanAttempt)
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	slices.Reverse(found)
	return found, nil
}

func scanAttempt(row pgx.CollectableRow) (*adapterv1.Attempt, error) {
	var a adapterv1.Attempt
	var started time.Time
	var ended *time.Time
	err := row.Scan(&a.Number, &a.Action, &started, &ended, &a.Outcome, &a.Reason, &a.Message, &a.Status, &a.Code, &a.TrackingId)
	a.StartTime = timestamppb.New(started)
	if ended != nil {
		a.EndTime = timestamppb.New(*ended)
	}
	return &a, err
}
