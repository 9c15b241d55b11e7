package doctor

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

const where = "in Halo, Configuration > Integrations > Webhooks"

// webhook looks for the one that calls us. Where Halo does not show them to us, a person has to look, and may have done so.
func (x *examination) webhook(ctx context.Context) ([]doctor.Finding, error) {
	if x.Path == "" {
		return found("webhook.path is not set: changes are as late as the sweeps"), nil
	}
	all, err := x.Halo.Webhooks(ctx)
	if hidden(err) {
		return found("Halo does not show them to us (%s): look yourself, %s", doctor.Words(err), where), nil
	}
	if err != nil {
		return nil, err
	}
	ours, ok := halo.Ours(all, "/webhooks/"+x.Connection+"/"+x.Path)
	if !ok {
		return one(doctor.Finding{
			Found: fmt.Sprintf("none of %d webhooks calls this connection's path", len(all)),
			Do:    fmt.Sprintf("make one %s, with a payload URL that ends in /webhooks/%s/ and webhook.path", where, x.Connection),
		}), nil
	}
	whole, err := x.Halo.Webhook(ctx, ours.ID)
	if hidden(err) {
		return append(x.judge(ours), doctor.Finding{About: "events", Found: "Halo does not show them to us: " + doctor.Words(err)}), nil
	}
	if err != nil {
		return x.judge(ours), err
	}
	log, err := x.log(ctx, whole)
	return append(x.judge(whole), events(whole), log), err
}

// log looks whether dropped calls can be found in Halo's own log of them.
func (x *examination) log(ctx context.Context, w halo.Webhook) (doctor.Finding, error) {
	page, err := x.Halo.Deliveries(ctx, w.ID, 1)
	f := doctor.Finding{About: "log", Found: fmt.Sprintf("readable, %d calls at once", len(page.Rows))}
	switch {
	case hidden(err):
		f.Found = "Halo does not show us its log of calls: those that are dropped, the sweeps find"
	case err != nil:
		return doctor.Finding{}, err
	case len(page.Drifted) > 0:
		f.Found = "of a shape that is not known: " + page.Drifted[0].Fault.Error()
	case len(page.Rows) > 0 && page.Rows[0].Body == "":
		f.Found = "it keeps no bodies, lightweight logs are on: calls that are dropped, the sweeps find"
	}
	return f, nil
}

func hidden(err error) bool {
	f := fault.Of(err)
	return f != nil && (f.Kind == fault.Hidden || f.Kind == fault.NotFound || f.Kind == fault.Unauthorized)
}

// judge is what is wrong with it. Its address is shown without the part that is a secret.
func (x *examination) judge(w halo.Webhook) []doctor.Finding {
	at, _ := url.Parse(w.URL) // it was found by it
	f := doctor.Finding{About: "registered", Found: fmt.Sprintf("%q calls %s://%s/webhooks/%s/…", w.Name, at.Scheme, at.Host, x.Connection)}
	if w.LastStatus != 0 {
		f.Found += fmt.Sprintf(", and was last answered %d", w.LastStatus)
	}
	all := one(f)
	if w.Asleep() {
		all = append(all, doctor.Finding{About: "active", Found: "it is switched off", Do: "switch it on, " + where + "; see in its deliveries why it went off"})
	}
	switch {
	case w.User == "":
		all = append(all, doctor.Finding{About: "login", Found: "it shows no login; without ours its calls are refused"})
	case w.User != x.User:
		all = append(all, doctor.Finding{About: "login", Found: fmt.Sprintf("it logs in as %q, which is not webhook.user", w.User), Do: "give it the login of webhook.user and webhook.password"})
	}
	if w.Batch != 0 {
		all = append(all, doctor.Finding{About: "batching", Found: "it is on", Do: "switch it off: what such calls look like is not known"})
	}
	return all
}

// events says which there are. Their names are the tenant's, so whether one is missing is for a person to see.
func events(w halo.Webhook) doctor.Finding {
	names := make([]string, 0, len(w.Events))
	for _, e := range w.Events {
		names = append(names, e.Name)
	}
	if len(names) == 0 {
		return doctor.Finding{About: "events", Found: "none", Do: "add those of tickets and actions: made, changed, deleted"}
	}
	return doctor.Finding{About: "events", Found: fmt.Sprintf("%d: %s", len(names), strings.Join(names, ", "))}
}
