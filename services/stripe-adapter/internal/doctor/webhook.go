package doctor

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

const where = "in Stripe, Developers > Webhooks"

// webhook looks for the endpoint that calls us. Where Stripe does not show them to us, a person has to look, and may have done so.
func (x *examination) webhook(ctx context.Context) ([]doctor.Finding, error) {
	if x.Path == "" {
		return found("webhook.path is not set: changes are as late as the feed of events"), nil
	}
	all, err := x.Stripe.Endpoints(ctx)
	f := fault.Of(err)
	switch {
	case f != nil && f.Kind == fault.Hidden && x.PublicURL != "":
		return one(doctor.Finding{
			Found: "Stripe does not show endpoints to us: " + doctor.Words(err), Do: "let the key read and write webhook endpoints, or take webhook.public_url away",
		}), nil
	case f != nil && f.Kind == fault.Hidden:
		return found("Stripe does not show endpoints to us (%s): look yourself, %s", doctor.Words(err), where), nil
	case err != nil:
		return nil, err
	}
	ours, ok := x.ours(all)
	if !ok {
		do := fmt.Sprintf("make one %s, for all events, in version %s, with an address that ends in /webhooks/%s/ and webhook.path", where, stripe.Version, x.Connection)
		if x.PublicURL != "" {
			do = "start the adapter, which makes one; if it runs, see what it logs"
		}
		return one(doctor.Finding{Found: fmt.Sprintf("none of %d endpoints calls this connection's path", len(all)), Do: do}), nil
	}
	return x.judge(ours), nil
}

// ours is the endpoint that calls our path, one that is switched on before one that is not.
func (x *examination) ours(all []stripe.Endpoint) (e stripe.Endpoint, ok bool) {
	for _, each := range all {
		at, err := url.Parse(each.URL)
		if err != nil || !strings.HasSuffix(strings.TrimRight(at.Path, "/"), "/webhooks/"+x.Connection+"/"+x.Path) {
			continue
		}
		if !ok || !e.Enabled() {
			e, ok = each, true
		}
	}
	return e, ok
}

// judge is what is wrong with it. Its address is shown without the part that is a secret.
func (x *examination) judge(e stripe.Endpoint) []doctor.Finding {
	at, _ := url.Parse(e.URL) // it was found by it
	by := "made by a person"
	if e.Metadata[stripe.ConnectionKey] != "" {
		by = "made by the adapter"
	}
	all := one(doctor.Finding{About: "registered", Found: fmt.Sprintf("%s calls %s://%s/webhooks/%s/…, %s", e.ID, at.Scheme, at.Host, x.Connection, by)})
	if !e.Enabled() {
		all = append(all, doctor.Finding{About: "active", Found: "it is " + e.Status, Do: "switch it on, " + where + "; see in its deliveries why it went off"})
	}
	if e.APIVersion != stripe.Version {
		version := e.APIVersion
		if version == "" {
			version = "the account's own version"
		}
		all = append(all, doctor.Finding{
			About: "version", Found: "it sends states in " + version + ": each costs a read",
			Do: "make another in " + stripe.Version + ", and delete this one: its version cannot be changed",
		})
	}
	if missing := e.Missing(); len(missing) > 0 {
		all = append(all, doctor.Finding{
			About: "events", Found: fmt.Sprintf("%d are missing, as %s: such changes are as late as the feed", len(missing), missing[0]), Do: "let it send all events, " + where,
		})
	}
	return all
}
