package doctor

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"
)

const keys = "in Stripe, Developers > API keys"

// key asks whose it is, which is a cheap read.
func (x *examination) key(ctx context.Context) ([]doctor.Finding, error) {
	is, err := x.Stripe.Owner(ctx)
	f := fault.Of(err)
	switch {
	case f == nil:
	case f.Kind == fault.Unauthorized:
		return one(doctor.Finding{Found: "refused: " + doctor.Words(err), Do: "compare key with that " + keys + "; it may have been rolled, or have run out, or may not act for the account that is set"}), nil
	default:
		return nil, err
	}
	mode, account := "a sandbox's, or of test mode", is.Account
	if is.Live {
		mode = "live: it moves real money"
	}
	if account == "" {
		account = "not told: the key may not read it"
	}
	return []doctor.Finding{{About: "mode", Found: mode}, {About: "account", Found: account}}, nil
}

// clock compares Stripe's, as its answers say it, with ours: its webhooks say when they were signed.
func (x *examination) clock(context.Context) ([]doctor.Finding, error) {
	ahead, told := x.Clock.Ahead()
	if !told {
		return found("Stripe's answers carry no Date: nothing to compare with"), nil
	}
	f := doctor.Finding{Found: doctor.Skew(ahead)}
	if ahead.Abs() > min(time.Minute, x.Tolerance/2) {
		f.Do = "set the clock of this machine by NTP"
	}
	if ahead.Abs() > x.Tolerance {
		f.Found += "; webhooks are refused, as they seem to be of another time"
	}
	return one(f), nil
}
