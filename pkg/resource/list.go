package resource

import (
	"context"
	"encoding/hex"

	"google.golang.org/protobuf/proto"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/page"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// ListRequest asks for a page of a connection's resources or, of a kind that has a parent, of one parent's.
type ListRequest interface {
	proto.Message
	GetParent() string
	GetPageSize() int32
	GetPageToken() string
}

// List is a page of what r asks for and q narrows to, and where the next begins; empty: this was the last. Its token belongs
// to the caller, and to all that r says but its size and its token.
func (s *Server[M]) List(ctx context.Context, r ListRequest, q mirror.Query) ([]M, string, error) {
	connection, err := s.listed(ctx, r, &q)
	if err != nil {
		return nil, "", err
	}
	asked, err := encode(without(r, "page_size", "page_token"))
	if err != nil {
		return nil, "", err
	}
	scope := []string{string(r.ProtoReflect().Descriptor().FullName()), rpc.Caller(ctx), hex.EncodeToString(asked)}
	rows, next, err := s.page(ctx, connection, q, r, scope)
	return s.all(connection, rows), next, err
}

// listed is the connection that r lists, and narrows q to the parent where the kind has one.
func (s *Server[M]) listed(ctx context.Context, r ListRequest, q *mirror.Query) (string, error) {
	if s.parent == "" {
		return s.connection(r.GetParent())
	}
	connection, ids, err := s.parse("parent", r.GetParent(), s.above())
	if err != nil {
		return "", err
	}
	parent, err := s.hanging(ctx, connection, last(ids), r.GetParent())
	q.Where("parent = ?", parent.UID)
	return connection, err
}

// above are the collections of a parent's name.
func (s *Server[M]) above() []string { return s.kind.Collections[:len(s.kind.Collections)-1] }

// portion bounds how many rows are read at once: they are of any size.
const portion = 101

// page reads the rows of a page. It ends early where its answer would grow too large.
func (s *Server[M]) page(ctx context.Context, connection string, q mirror.Query, r ListRequest, scope []string) (rows []mirror.Row, next string, err error) {
	size, err := page.Size(r.GetPageSize())
	if err != nil {
		return nil, "", err
	}
	after, err := page.Open[mirror.Place](r.GetPageToken(), scope...)
	if err != nil {
		return nil, "", err
	}
	for bytes := 0; ; {
		want := min(portion, size+1-len(rows))
		got, err := s.Store.List(ctx, s.Reads, s.kind.Name, connection, q, after, want)
		if err != nil {
			return nil, "", err
		}
		for _, row := range got {
			bytes += len(row.Effective)
			if len(rows) == size || len(rows) > 0 && bytes > rpc.MaxAnswer {
				next, err = page.Seal(after, scope...)
				return rows, next, err
			}
			rows, after = append(rows, row), mirror.Place{Order: row.Order, UID: row.UID}
		}
		if len(got) < want {
			return rows, "", nil
		}
	}
}
