package resource

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

const (
	signOfLife = 15 * time.Second
	// gulp bounds the changes, and so the resources, that are read at once for one stream.
	gulp = 20
)

// WatchRequest asks for the changes of one connection.
type WatchRequest interface {
	GetParent() string
	GetResumeToken() string
}

// Change is one visible change, or a sign of life.
type Change[M mirror.Message] struct {
	Resource    M // as it is now; nil in a sign of life
	ResumeToken string
	ChangeTime  *timestamppb.Timestamp // nil in a sign of life
}

// Watch streams every visible change of one connection's resources of a kind, each as answer words it. What it sends first
// is a sign of life if there is no change: from its token on nothing is missed, so a reader can list then.
func Watch[M mirror.Message, R any](s *Server[M], r WatchRequest, to grpc.ServerStreamingServer[R], answer func(Change[M]) *R) error {
	ctx := to.Context()
	connection, err := s.connection(r.GetParent())
	if err != nil {
		return err
	}
	at, err := s.place(ctx, r.GetResumeToken(), connection)
	if err != nil {
		return err
	}
	f := change.Follower{DB: s.Reads, Connection: connection, Kind: s.kind.Name, Bell: s.Visible, Quiet: signOfLife, Limit: gulp}
	return f.Follow(ctx, at, func(ctx context.Context, p change.Page) error {
		changes, err := s.changes(ctx, connection, p)
		if err != nil {
			return err
		}
		for _, c := range changes {
			if err := rpc.Send(to, answer(c), s.Patience); err != nil {
				return err
			}
		}
		return nil
	})
}

// place is where a reader goes on; without a token, from now on.
func (s *Server[M]) place(ctx context.Context, token, connection string) (change.Position, error) {
	if token == "" {
		return change.Now(ctx, s.Reads)
	}
	return change.Open("resume_token", token, connection, s.kind.Name)
}

// changes are those of a page, each with its resource as it now is and the place behind it; of an empty page a sign of life.
func (s *Server[M]) changes(ctx context.Context, connection string, p change.Page) ([]Change[M], error) {
	if len(p.Changes) == 0 {
		token, err := p.Next.Seal(connection, s.kind.Name)
		return []Change[M]{{ResumeToken: token}}, err
	}
	targets := make([]mirror.Target, 0, len(p.Changes))
	for _, c := range p.Changes {
		targets = append(targets, mirror.Target{UID: c.UID})
	}
	rows, err := s.Store.Rows(ctx, s.Reads, s.kind.Name, connection, targets)
	if err != nil {
		return nil, err
	}
	told := make([]Change[M], len(p.Changes))
	for i, c := range p.Changes {
		at := c.Position
		if i == len(p.Changes)-1 {
			at = p.Next
		}
		told[i].ChangeTime = timestamppb.New(c.At)
		if row, ok := rows[targets[i]]; ok {
			told[i].Resource = s.shown(connection, row)
		}
		if told[i].ResumeToken, err = at.Seal(connection, s.kind.Name); err != nil {
			return nil, err
		}
	}
	return told, nil
}
