package resource

import (
	"cmp"
	"context"
	"fmt"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// Get is the resource of that name, deleted or not; of a refused create what was asked for. fault.NotFound: there is none.
func (s *Server[M]) Get(ctx context.Context, resource string) (none M, err error) {
	if s.parent != "" {
		return s.child(ctx, resource)
	}
	connection, ids, err := s.parse("name", resource, s.kind.Collections)
	if err != nil {
		return none, err
	}
	row, err := s.Store.Get(ctx, s.Reads, s.kind.Name, connection, last(ids))
	if err != nil {
		return none, rpc.About(resource, err)
	}
	return s.shown(connection, row), nil
}

// Read is what the mirror knows of the resource of that name, of a kind without a parent, for an adapter to look at: what Get
// answers is only to be sent on.
func (s *Server[M]) Read(ctx context.Context, resource string) (none M, err error) {
	connection, ids, err := s.parse("name", resource, s.kind.Collections)
	if err != nil {
		return none, err
	}
	row, err := s.Store.Get(ctx, s.Reads, s.kind.Name, connection, last(ids))
	if err != nil {
		return none, rpc.About(resource, err)
	}
	m, err := s.table.Decode(row.Effective)
	if err != nil {
		return none, fmt.Errorf("read %s: %w", resource, err)
	}
	known, _ := m.(M)
	return known, nil
}

// child is the resource of that name on its own parent only.
func (s *Server[M]) child(ctx context.Context, resource string) (none M, err error) {
	connection, _, row, err := s.attached(ctx, "name", resource)
	if err != nil {
		return none, err
	}
	return s.shown(connection, row), nil
}

// attached is what hangs on its own parent under that name.
func (s *Server[M]) attached(ctx context.Context, field, resource string) (connection string, target mirror.Target, row mirror.Row, err error) {
	connection, ids, err := s.parse(field, resource, s.kind.Collections)
	if err != nil {
		return "", target, row, err
	}
	parent, err := s.hanging(ctx, connection, mirror.Target(ids[0]), resource)
	if err != nil {
		return "", target, row, err
	}
	target = last(ids)
	if target.VendorID != "" { // what came along in a merge kept its number, which the survivor's own may have too
		target.VendorID = s.kind.ChildID(cmp.Or(ids[0].VendorID, parent.VendorID), target.VendorID)
	}
	if row, err = s.Store.Child(ctx, s.Reads, s.kind.Name, connection, parent.UID, target); err != nil {
		err = rpc.About(resource, err)
	}
	return connection, target, row, err
}

// hanging is the parent that what resource names hangs on.
func (s *Server[M]) hanging(ctx context.Context, connection string, target mirror.Target, resource string) (mirror.Row, error) {
	parents, err := s.Store.Living(ctx, s.Reads, s.parent, connection, []mirror.Target{target})
	if err != nil {
		return mirror.Row{}, err
	}
	parent, ok := parents[target]
	if !ok {
		return parent, absent(s.parent, resource)
	}
	return parent, nil
}

// maxBatch bounds the names of one batch.
const maxBatch = 500

// BatchRequest asks for several resources of one connection.
type BatchRequest interface {
	GetParent() string
	GetNames() []string
}

// BatchGet is the resources that r names, in the order of the names, of a kind without a parent. fault.NotFound: one of them
// is not there.
func (s *Server[M]) BatchGet(ctx context.Context, r BatchRequest) ([]M, error) {
	connection, targets, err := s.batch(r)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Living(ctx, s.Reads, s.kind.Name, connection, targets)
	if err != nil {
		return nil, err
	}
	found, size := make([]M, 0, len(targets)), 0
	for i, t := range targets {
		row, ok := rows[t]
		if !ok {
			return nil, absent(s.kind.Name, r.GetNames()[i])
		}
		if size += len(row.Effective); size > rpc.MaxAnswer {
			return nil, fault.Field("names", "together are more than fits into one answer: ask for fewer")
		}
		found = append(found, s.shown(connection, row))
	}
	return found, nil
}

func (s *Server[M]) batch(r BatchRequest) (string, []mirror.Target, error) {
	parent, err := s.connection(r.GetParent())
	if err != nil {
		return "", nil, err
	}
	if n := len(r.GetNames()); n == 0 || n > maxBatch {
		return "", nil, fault.Field("names", fmt.Sprintf("must hold 1 to %d names", maxBatch))
	}
	targets := make([]mirror.Target, 0, len(r.GetNames()))
	for i, n := range r.GetNames() {
		field := fmt.Sprintf("names[%d]", i)
		connection, ids, err := s.parse(field, n, s.kind.Collections)
		switch {
		case err != nil && fault.KindOf(err) == fault.Invalid:
			return "", nil, err
		case connection != parent:
			return "", nil, fault.Field(field, "must be under parent")
		}
		targets = append(targets, last(ids))
	}
	return parent, targets, nil
}
