package doctor

import (
	"context"
	"fmt"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// scope is what a token needs to read a kind [client library: homotechsual/HaloAPI HaloAuth.psm1]. Of those that are missing it
// is unknown.
func scope(kind string) string {
	return map[string]string{
		"ticket": "read:tickets", "note": "read:tickets", "client": "read:customers", "site": "read:customers", "user": "read:customers",
		"quote": "read:quotes", "invoice": "read:invoices", "recurring_invoice": "read:invoices",
	}[kind]
}

// read asks for the page with which the sweep of a kind begins.
func (x *examination) read(p sweep.Plan) func(context.Context) ([]doctor.Finding, error) {
	return func(ctx context.Context) ([]doctor.Finding, error) {
		page, err := p.Next(ctx, x.Connection, nil)
		f := fault.Of(err)
		switch {
		case f == nil:
			return one(x.readable(p.Kind, page)), nil
		case f.Status == 401 || f.Status == 403 || f.Kind == fault.Hidden:
			return one(doctor.Finding{Found: "refused: " + doctor.Words(err), Do: permit(p.Kind)}), nil
		case f.Reason == sweep.FilterIgnored:
			return found("readable, but Halo ignores the window that was asked for: %s", f.Message), nil
		}
		return nil, err
	}
}

func permit(kind string) string {
	if s := scope(kind); s != "" {
		return fmt.Sprintf("give the API application, and scope here, %s; and the agent that it runs as the right to see every %s", s, kind)
	}
	return fmt.Sprintf("give the agent that the API application runs as the right to see every %s; which scope it takes is not known, all does", kind)
}

func (x *examination) readable(kind string, page sweep.Page) doctor.Finding {
	x.rows[kind] = len(page.Observations) + len(page.Drifted)
	f := doctor.Finding{Found: fmt.Sprintf("readable, %d rows at once", x.rows[kind])}
	switch {
	case x.rows[kind] == 0 && kind == "note":
		f.Found = "readable; the first window, which is of long ago, has no rows"
	case x.rows[kind] == 0:
		f.Found = "readable, no rows came: there are none, or our agent may not see them"
	}
	if page.Alert != "" { // nobody can do anything about it
		f.Found += "; " + page.Alert
	}
	if n := len(page.Drifted); n > 0 {
		f.Found = fmt.Sprintf("%d of %d rows are of a shape that is not known: %s", n, x.rows[kind], page.Drifted[0].Message)
		f.Do = "have the adapter taught that shape: what it cannot read becomes a dead letter"
	}
	return f
}
