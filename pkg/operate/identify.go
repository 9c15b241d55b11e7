package operate

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// identify gives jobs of one connection the ids that their rows do not have: a write's row has no vendor's id before it
// is settled, a fetch's has no uid.
func (s *server) identify(ctx context.Context, connection string, jobs ...*adapterv1.Job) error {
	for _, t := range s.Mirror.Tables() {
		var uids, vendorIDs []string
		for _, j := range jobs {
			if j.GetKind() != t.Name {
				continue
			}
			if j.GetEntityUid() != "" {
				uids = append(uids, j.GetEntityUid())
			} else {
				vendorIDs = append(vendorIDs, j.GetVendorId())
			}
		}
		if len(uids)+len(vendorIDs) == 0 {
			continue
		}
		if err := s.identifyKind(ctx, connection, t, uids, vendorIDs, jobs); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) identifyKind(ctx context.Context, connection string, t *mirror.Table, uids, vendorIDs []string, jobs []*adapterv1.Job) error {
	rows, err := s.DB.Query(ctx, fmt.Sprintf(`select uid, vendor_id from %s
		where connection = $1 and vendor_id is not null and (uid = any($2::uuid[]) or vendor_id = any($3::text[]))`, t.Table),
		connection, uids, vendorIDs)
	if err != nil {
		return fmt.Errorf("identify the entities of jobs: %w", err)
	}
	byUID, byVendorID := map[string]string{}, map[string]string{}
	var uid uuid.UUID
	var vendorID string
	_, err = pgx.ForEachRow(rows, []any{&uid, &vendorID}, func() error {
		byUID[uid.String()], byVendorID[vendorID] = vendorID, uid.String()
		return nil
	})
	if err != nil {
		return fmt.Errorf("identify the entities of jobs: %w", err)
	}
	for _, j := range jobs {
		switch {
		case j.GetKind() != t.Name:
		case j.GetEntityUid() == "":
			j.EntityUid = byVendorID[j.GetVendorId()]
		case byUID[j.GetEntityUid()] != "":
			j.VendorId = byUID[j.GetEntityUid()]
		}
	}
	return nil
}
