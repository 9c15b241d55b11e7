package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// read reads the first page of a sweep, as the adapter would.
func (x *examination) read(p sweep.Plan) func(context.Context) ([]doctor.Finding, error) {
	return func(ctx context.Context) ([]doctor.Finding, error) {
		page, err := p.Next(ctx, x.Connection, nil)
		f := fault.Of(err)
		switch {
		case f != nil && (f.Kind == fault.Hidden || f.Status == 403):
			return one(doctor.Finding{Found: "not allowed: " + doctor.Words(err), Do: "let the key read it, " + keys}), nil
		case err != nil:
			return nil, err
		}
		odd := len(page.Drifted)
		for _, t := range page.Told {
			if t.Odd != "" {
				odd++
			}
		}
		r := doctor.Finding{Found: fmt.Sprintf("%d on the first page", len(page.Observations)+len(page.Told)+len(page.Drifted))}
		if odd > 0 {
			r.Found += fmt.Sprintf(", of which %d cannot be read", odd)
			r.Do = "report it: Stripe has changed what this release relies on"
		}
		return one(r), nil
	}
}

const month = 30 * 24 * time.Hour

// atOnce is how many pages a sweep reads each time.
func atOnce(kind string) int {
	if kind == "payment" {
		return 3 // with the newest, and those that may still move
	}
	return 1
}

// reads compares what the sweeps need at least with what is allowed. How many are used the gate of a running adapter knows.
func (x *examination) reads(context.Context) ([]doctor.Finding, error) {
	need := 0
	for _, p := range x.Plans {
		if p.Every > 0 {
			need += atOnce(p.Kind) * int(month/p.Every)
		}
	}
	if x.EachLook > 0 {
		need += int(month / x.EachLook)
	}
	f := doctor.Finding{Found: fmt.Sprintf("%d in 30 days are ours, of which sweeps alone take %d", x.Reads, need)}
	if need > x.Reads*3/4 {
		f.Do = "let stripe.sweep ask less often, or set reads_per_month to 500 for each transaction in 30 days, if that is more"
	}
	return one(f), nil
}
