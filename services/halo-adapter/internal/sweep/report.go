package sweep

import (
	"context"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// maxReported is how many rows a report is asked for. How many Halo lets one have is unknown [unsure].
const maxReported = 500

// Tables are where the kinds are that have a stamp there [client library: redanthrax/halopsa-mcp, schema/catalog.json].
func Tables() map[string]halo.Table {
	return map[string]halo.Table{
		"client": {Name: "AREA", Key: "Aarea", Stamp: "ALastUpdate"}, "site": {Name: "SITE", Key: "Ssitenum", Stamp: "SLastUpdate"},
		"user": {Name: "USERS", Key: "Uid", Stamp: "ULastUpdate"}, "quote": {Name: "QUOTATIONHEADER", Key: "QHid", Stamp: "qhlastupdatetime"},
		"invoice": {Name: "INVOICEHEADER", Key: "IHid", Stamp: "IHLast_Modified"},
	}
}

// list is a page of the pass under way: of a list or, where windows come from reports, a whole one of those. Where a report is refused,
// everything is gone through, and the next pass tries again.
func (p *entityPlace) list(ctx context.Context, t Tenant, e entity) (listed, error) {
	if !p.report || p.Pass != window {
		return e.list(ctx, t, halo.Query{Since: p.since(), PageNo: p.Page, PageSize: p.Size, Live: p.Pass == live})
	}
	got, err := p.reported(ctx, t, e)
	f := fault.Of(err)
	if f == nil || f.Kind != fault.Invalid && f.Kind != fault.Hidden && f.Kind != fault.NotFound {
		return got, err
	}
	p.Refused, p.report, p.Pass = true, false, whole
	return e.list(ctx, t, halo.Query{PageNo: p.Page, PageSize: p.Size})
}

// reported is what a report says has changed: ids and stamps, each row to be read by itself.
func (p *entityPlace) reported(ctx context.Context, t Tenant, e entity) (listed, error) {
	changed, err := t.Halo.ReportChanged(ctx, e.table, p.since(), maxReported)
	if err != nil {
		return listed{}, err
	}
	got := listed{rows: rows{count: int64(len(changed))}}
	for _, x := range changed {
		got.ids = append(got.ids, x.ID)
		got.told = append(got.told, mirror.Observation{Ref: translate.EntityRef(e.kind, x.ID), VendorTime: x.At.Time})
	}
	if n := len(changed); n == maxReported && changed[n-1].At.After(p.Bound) {
		p.Cut = changed[n-1].At.Time
	}
	return got, nil
}
