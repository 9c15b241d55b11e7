package operate

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/page"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

const (
	maxActs    = 50       // shown of one dead letter
	maxPayload = 64 << 10 // shown of one
)

type deadLetterService struct {
	adapterv1.UnimplementedDeadLetterServiceServer
	*server
}

// GetDeadLetter returns one dead letter with what was done about it.
func (s *deadLetterService) GetDeadLetter(ctx context.Context, r *adapterv1.GetDeadLetterRequest) (*adapterv1.DeadLetter, error) {
	connection, id, err := s.letter(r.GetName())
	if err != nil {
		return nil, err
	}
	l, err := s.Jobs.Letter(ctx, s.DB, connection, id)
	if err != nil {
		return nil, rpc.About(r.GetName(), err)
	}
	return s.whole(ctx, l)
}

// letter is what a dead letter's name says.
func (s *deadLetterService) letter(resource string) (connection string, id uuid.UUID, err error) {
	return s.child(resource, "deadLetters")
}

func (s *deadLetterService) child(resource, collection string) (connection string, id uuid.UUID, err error) {
	connection, ids, err := name.Parse("name", resource, collection)
	if err != nil {
		return "", id, err
	}
	if id, err = name.UUID("name", ids[0].VendorID); err != nil {
		return "", id, err
	}
	return connection, id, s.configured(connection)
}

// whole is a dead letter with its payload and what was done about it.
func (s *deadLetterService) whole(ctx context.Context, l job.Letter) (*adapterv1.DeadLetter, error) {
	d := shownLetter(l)
	d.Payload = s.payload(l)
	acts, err := s.Jobs.Acts(ctx, s.DB, l.ID, maxActs)
	if err != nil {
		return nil, err
	}
	for _, a := range acts {
		d.Acts = append(d.GetActs(), &adapterv1.DeadLetterAct{
			Action: a.Action, Caller: a.Caller, Time: timestamppb.New(a.At), Reason: a.Reason, Overwrite: a.Overwrite, NotApplied: a.NotApplied,
			Job: jobName(l.Connection, a.Job), Batch: batchName(l.Connection, a.Batch),
		})
	}
	return d, nil
}

// payload is a write as JSON, or as it came: what the vendor sent need not be anything.
func (s *deadLetterService) payload(l job.Letter) string {
	if t := s.Mirror.Table(l.Kind); t != nil && l.Job != (uuid.UUID{}) {
		if m, err := t.Decode(l.Payload); err == nil && m != nil {
			return protojson.Format(m)
		}
	}
	b := l.Payload[:min(len(l.Payload), maxPayload)]
	if !utf8.Valid(b) {
		return fmt.Sprintf("%q", b)
	}
	return string(b)
}

var resolutions = map[job.Resolution]adapterv1.DeadLetter_State{ //nolint:gochecknoglobals // a constant table
	job.Open: adapterv1.DeadLetter_STATE_OPEN, job.Replayed: adapterv1.DeadLetter_STATE_REPLAYED,
	job.Discarded: adapterv1.DeadLetter_STATE_DISCARDED, job.Succeeded: adapterv1.DeadLetter_STATE_SUCCEEDED,
}

func shownLetter(l job.Letter) *adapterv1.DeadLetter {
	d := &adapterv1.DeadLetter{
		Name: connectionName(l.Connection) + "/deadLetters/" + l.ID.String(), Kind: l.Kind, VendorId: l.VendorID, Job: jobName(l.Connection, l.Job),
		Operation: l.Operation, Class: string(l.Class), Reason: l.Reason, Field: l.Field, Status: int32(l.Status), //nolint:gosec // a status is small
		Code: l.Code, Message: l.Message, TrackingId: l.TrackingID, Paths: l.Paths, Caller: l.Caller, Times: int32(l.Times), //nolint:gosec // counted
		CreateTime: timestamppb.New(l.CreatedAt), LastTime: timestamppb.New(l.LastAt), Predecessor: jobName(l.Connection, l.Predecessor),
		State: resolutions[l.Resolution], Resolver: l.ResolvedBy, Replay: jobName(l.Connection, l.Replay),
	}
	if l.UID != (uuid.UUID{}) {
		d.EntityUid = l.UID.String()
	}
	d.ResolveTime = stamp(l.ResolvedAt)
	return d
}

func jobName(connection string, id uuid.UUID) string {
	if id == (uuid.UUID{}) {
		return ""
	}
	return mirror.JobName(connection, id)
}

func stamp(at time.Time) *timestamppb.Timestamp {
	if at.IsZero() {
		return nil
	}
	return timestamppb.New(at)
}

// ListDeadLetters returns a page of dead letters, latest first.
func (s *deadLetterService) ListDeadLetters(ctx context.Context, r *adapterv1.ListDeadLettersRequest) (*adapterv1.ListDeadLettersResponse, error) {
	connections, err := s.ofParent(r.GetParent())
	if err != nil {
		return nil, err
	}
	size, err := page.Size(r.GetPageSize())
	if err != nil {
		return nil, err
	}
	filter, err := letterFilter(r.GetFilter())
	if err != nil {
		return nil, err
	}
	scope, err := scopeOf(ctx, "ListDeadLetters", r.GetParent(), r.GetFilter())
	if err != nil {
		return nil, err
	}
	before, err := page.Open[int64](r.GetPageToken(), scope...)
	if err != nil {
		return nil, err
	}
	found, err := s.Jobs.Letters(ctx, s.DB, connections, filter, before, size+1)
	if err != nil {
		return nil, err
	}
	answer := &adapterv1.ListDeadLettersResponse{}
	for _, l := range found[:min(size, len(found))] {
		answer.DeadLetters = append(answer.GetDeadLetters(), shownLetter(l))
	}
	if len(found) > size {
		answer.NextPageToken, err = page.Seal(found[size-1].Seq, scope...)
	}
	return answer, err
}

// ofParent is the connections that a list is of: one, or all that are configured here.
func (s *deadLetterService) ofParent(parent string) ([]string, error) {
	if parent == connectionName("-") {
		return s.names, nil
	}
	id, err := s.connection("parent", parent)
	return []string{id}, err
}

// scopeOf is what a page token is bound to.
func scopeOf(ctx context.Context, call, parent string, filter proto.Message) ([]string, error) {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(filter)
	if err != nil {
		return nil, fmt.Errorf("encode the filter: %w", err)
	}
	return []string{call, rpc.Caller(ctx), parent, hex.EncodeToString(b)}, nil
}
