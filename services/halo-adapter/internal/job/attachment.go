package job

import (
	"context"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// fetchAttachments reads all files of the ticket that ref names, by itself or by one of its files: one call, whatever they are.
func (ts Tenants) fetchAttachments(ctx context.Context, connection string, ref mirror.Ref) ([]mirror.Observation, error) {
	t, id, named, err := ts.family(connection, ref)
	if err != nil {
		return nil, err
	}
	page, err := t.Halo.Attachments(ctx, id)
	switch {
	case fault.KindOf(err) == fault.NotFound && err != nil: // the ticket is gone, and its own fetch says so
		return nil, nil //nolint:nilerr // as above
	case err != nil:
		return nil, err
	case len(page.Drifted) > 0:
		return nil, page.Drifted[0].Fault
	}
	seen, found := make([]mirror.Observation, 0, len(page.Rows)+1), false
	for _, a := range page.Rows {
		o, err := t.Words.Attachment(id, a)
		if err != nil {
			return nil, err
		}
		found = found || o.Ref == ref
		seen = append(seen, o)
	}
	if named && !found {
		seen = append(seen, mirror.Observation{Ref: ref, Presence: mirror.Absent})
	}
	return seen, nil
}
