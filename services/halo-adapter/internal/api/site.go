package api

import (
	"context"
	"time"
	_ "time/tzdata" // the zones that callers may name, wherever this runs

	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

// Sites is the SiteService.
type Sites struct {
	psav1.UnimplementedSiteServiceServer

	sites *resource.Server[*psav1.Site]
}

// NewSites serves the clients' sites.
func NewSites(c resource.Config) *Sites {
	return &Sites{sites: resource.New(c, resource.Kind[*psav1.Site]{Name: "site", Collections: []string{"sites"}, Fields: siteFields()})}
}

func siteFields() []resource.Field[*psav1.Site] {
	return []resource.Field[*psav1.Site]{
		{Path: "display_name", Check: resource.Checked((*psav1.Site).GetDisplayName, text(1, 255)), Required: true},
		{
			Path: "client", Check: resource.Checked((*psav1.Site).GetClient, number), Required: true, Born: true,
			Refers: resource.Refers[*psav1.Site]{Kind: "client", ID: (*psav1.Site).GetClient},
		},
		{Path: "phone", Check: resource.Checked((*psav1.Site).GetPhone, text(0, 100))},
		{Path: "time_zone", Check: resource.Checked((*psav1.Site).GetTimeZone, zone)},
		{Path: "address", Check: resource.Checked((*psav1.Site).GetAddress, address)},
		{Path: "custom_fields", Check: resource.Checked((*psav1.Site).GetCustomFields, customFields)},
	}
}

// GetSite returns one site, deleted or not.
func (s *Sites) GetSite(ctx context.Context, r *psav1.GetSiteRequest) (*psav1.Site, error) {
	return s.sites.Get(ctx, r.GetName())
}

// BatchGetSites returns several sites of one connection, in the order of the names.
func (s *Sites) BatchGetSites(ctx context.Context, r *psav1.BatchGetSitesRequest) (*psav1.BatchGetSitesResponse, error) {
	found, err := s.sites.BatchGet(ctx, r)
	return &psav1.BatchGetSitesResponse{Sites: found}, err
}

// ListSites returns a page of the sites of one connection, latest known first.
func (s *Sites) ListSites(ctx context.Context, r *psav1.ListSitesRequest) (*psav1.ListSitesResponse, error) {
	q, err := siteQuery(r.GetFilter())
	if err != nil {
		return nil, err
	}
	page, next, err := s.sites.List(ctx, r, q)
	return &psav1.ListSitesResponse{Sites: page, NextPageToken: next}, err
}

// CreateSite accepts a new site.
func (s *Sites) CreateSite(ctx context.Context, r *psav1.CreateSiteRequest) (*psav1.Site, error) {
	return s.sites.Create(ctx, resource.Write[*psav1.Site]{Operation: "CreateSite"}, r, r.GetSite())
}

// UpdateSite accepts a change and queues it.
func (s *Sites) UpdateSite(ctx context.Context, r *psav1.UpdateSiteRequest) (*psav1.Site, error) {
	return s.sites.Update(ctx, resource.Write[*psav1.Site]{Operation: "UpdateSite"}, r, r.GetSite(), r.GetUpdateMask())
}

// DeactivateSite accepts that the site is out of use.
func (s *Sites) DeactivateSite(ctx context.Context, r *psav1.DeactivateSiteRequest) (*psav1.Site, error) {
	return s.sites.Do(ctx, use("DeactivateSite", &psav1.Site{Inactive: true}), r)
}

// ActivateSite accepts that the site is in use again.
func (s *Sites) ActivateSite(ctx context.Context, r *psav1.ActivateSiteRequest) (*psav1.Site, error) {
	return s.sites.Do(ctx, use("ActivateSite", &psav1.Site{}), r)
}

// WatchSites streams every visible change of one connection's sites.
func (s *Sites) WatchSites(r *psav1.WatchSitesRequest, to grpc.ServerStreamingServer[psav1.WatchSitesResponse]) error {
	return resource.Watch(s.sites, r, to, func(c resource.Change[*psav1.Site]) *psav1.WatchSitesResponse {
		return &psav1.WatchSitesResponse{Site: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}

func siteQuery(f *psav1.SiteFilter) (q mirror.Query, err error) {
	inUse(&q, f.GetActive())
	byStanding(&q, f.GetPending(), f.GetRefused())
	return q, byID(&q, "client", f.GetClient())
}

// zone checks the IANA name of a time zone.
func zone(field, s string) error {
	if s == "" {
		return nil
	}
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		return fault.Field(field, "must be the IANA name of a time zone")
	}
	return nil
}

// address checks the parts of an address.
func address(field string, a *psav1.Address) error {
	for _, part := range []struct{ name, value string }{
		{"line1", a.GetLine1()},
		{"line2", a.GetLine2()},
		{"city", a.GetCity()},
		{"region", a.GetRegion()},
		{"postal_code", a.GetPostalCode()},
		{"country", a.GetCountry()},
	} {
		if err := text(0, 250)(field+"."+part.name, part.value); err != nil {
			return err
		}
	}
	return nil
}
