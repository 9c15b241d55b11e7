package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// address asks where to sign in, which takes no token.
func (x *examination) address(ctx context.Context) ([]doctor.Finding, error) {
	info, err := x.Halo.Discover(ctx)
	if err != nil && fault.KindOf(err) != fault.Throttled {
		return one(doctor.Finding{Found: doctor.Words(err), Do: "see that base_url is the tenant's address and can be reached from here"}), nil
	}
	if err != nil {
		return nil, err
	}
	tenant := "no tenant's name"
	if info.TenantID != "" {
		tenant = "tenant " + info.TenantID
	}
	return found("Halo answers; one signs in at %s, %s", info.AuthURL, tenant), nil
}

func (x *examination) credentials(ctx context.Context) ([]doctor.Finding, error) {
	t, err := x.Halo.SignIn(ctx)
	f := fault.Of(err)
	switch {
	case f == nil && t.Expires.IsZero():
		return found("a token was given; for how long it is good was not said"), nil
	case f == nil:
		return found("a token was given, good for %v", strings.TrimSuffix(time.Until(t.Expires).Round(time.Minute).String(), "0s")), nil
	case f.Kind == fault.Unauthorized:
		return one(doctor.Finding{
			Found: "refused: " + doctor.Words(err),
			Do:    "compare client_id, client_secret and tenant with the API application in Halo, and see that it is active there",
		}), nil
	case f.Reason == upstream.ReasonHost:
		return one(doctor.Finding{
			Found: fmt.Sprintf("Halo says to sign in elsewhere than at base_url: %v", f),
			Do:    "if that place is Halo's, add its origin to auth_hosts",
		}), nil
	}
	return nil, err
}
