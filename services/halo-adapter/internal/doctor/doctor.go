// Package doctor answers what can be looked at of a tenant before, or while, it is served: a file per check.
package doctor

import (
	"fmt"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	sweeps "github.com/breakwater-acl/breakwater/services/halo-adapter/internal/sweep"
)

// Tenant is one connection as the doctor needs it.
type Tenant struct {
	Connection string
	Halo       *halo.Client
	Seen       *Witness // of all that Halo's client asks
	Plans      []sweep.Plan
	Path, User string // of our webhook; Path is a secret
	Scope      string // that the token is asked for
	Reports    bool   // on Halo's database are to be run
}

// Checks are what is looked at, in order: each relies on those before it.
func Checks(t Tenant) []doctor.Check {
	x := &examination{Tenant: t, rows: map[string]int{}}
	checks := []doctor.Check{
		{Name: "address", Vital: true, Look: x.address},
		{Name: "clock", Look: x.clock},
		{Name: "credentials", Vital: true, Look: x.credentials},
	}
	for _, p := range t.Plans {
		if p.Kind != sweeps.DeliveryLog { // which is looked at with the webhook
			checks = append(checks, doctor.Check{Name: "read " + p.Kind, Look: x.read(p)})
		}
	}
	for _, p := range t.Plans {
		if p.Unfiltered != nil && p.Kind != "note" { // whose first page is a window, and tells
			checks = append(checks, doctor.Check{Name: "filter " + p.Kind, Look: x.filter(p.Kind)})
		}
	}
	return append(checks,
		doctor.Check{Name: "write", Look: x.write},
		doctor.Check{Name: "reports", Look: x.reports},
		doctor.Check{Name: "marks", Look: x.marks},
		doctor.Check{Name: "pages", Look: x.pages},
		doctor.Check{Name: "webhook", Look: x.webhook},
		doctor.Check{Name: "document", Look: x.document})
}

// examination is what checks leave for those behind them.
type examination struct {
	Tenant

	rows map[string]int // that a kind's first page had
}

func one(f doctor.Finding) []doctor.Finding { return []doctor.Finding{f} }

func found(format string, args ...any) []doctor.Finding {
	return one(doctor.Finding{Found: fmt.Sprintf(format, args...)})
}
