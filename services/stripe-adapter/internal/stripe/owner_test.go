package stripe_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// deeds keeps whose a connection is, in memory.
type deeds struct {
	known *stripe.Owner
	err   error
}

func (d *deeds) keep(_ context.Context, is *stripe.Owner) (stripe.Owner, bool, error) {
	switch {
	case d.err != nil:
		return stripe.Owner{}, false, d.err
	case is != nil && (d.known == nil || d.known.Account == ""):
		d.known = is
	case d.known == nil:
		return stripe.Owner{}, false, nil
	}
	return *d.known, true, nil
}

// A key that was exchanged for one of another account, or of the other mode, stops the connection before anything else is sent.
func TestAConnectionStaysOfItsAccount(t *testing.T) {
	mine := &stripe.Owner{Account: "acct_sim"}
	for name, row := range map[string]struct {
		known  *stripe.Owner
		vendor sim.Config
		key    string
		reason string // empty: it goes on
		kept   stripe.Owner
	}{
		"it is new":                               {nil, sim.Config{}, "sk_test_sim", "", *mine},
		"it is the same":                          {mine, sim.Config{}, "sk_test_sim", "", *mine},
		"the same by another key":                 {mine, sim.Config{RestrictedKey: "rk_test_x", Grants: []string{"account:read", "customers:read"}}, "rk_test_x", "", *mine},
		"the same by one that may not read it":    {mine, sim.Config{RestrictedKey: "rk_test_x", Grants: []string{"customers:read"}}, "rk_test_x", "", *mine},
		"new, by one that may not read it":        {nil, sim.Config{RestrictedKey: "rk_test_x", Grants: []string{"customers:read"}}, "rk_test_x", "", *mine},
		"of another account":                      {mine, sim.Config{Account: "acct_other"}, "sk_test_sim", stripe.ReasonOtherAccount, *mine},
		"of another, by one that may not read it": {mine, sim.Config{Account: "acct_other", RestrictedKey: "rk_test_x", Grants: []string{"customers:read"}}, "rk_test_x", stripe.ReasonOtherAccount, *mine},
		"of the other mode":                       {mine, sim.Config{Live: true}, "sk_live_sim", stripe.ReasonOtherKind, *mine},
	} {
		t.Run(name, func(t *testing.T) {
			row.vendor.Limit, row.vendor.EndpointLimit, row.vendor.Customers = -1, -1, 1
			s := sim.New(row.vendor)
			var asked []string
			d := &deeds{}
			if row.known != nil {
				known := *row.known
				d.known = &known
			}
			gate := &porter{}
			c, err := stripe.New(stripe.Config{Key: row.key, Keep: d.keep, BaseURL: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.URL.Path)
				s.ServeHTTP(w, r)
			}))}, upstream.Config{Connection: "acme", Gate: gate})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.CloseIdleConnections)
			if c.Standing() != stripe.Unproven {
				t.Error("it is sure before it has asked")
			}
			for range 2 {
				_, err = c.Customers(t.Context(), stripe.Query{})
			}
			switch f := fault.Of(err); {
			case row.reason == "" && (f != nil || len(asked) != 3 || c.Standing() != stripe.Proven):
				t.Errorf("%v after %v", err, asked)
			case row.reason != "" && (f == nil || f.Kind != fault.Unauthorized || f.Reason != row.reason || len(asked) != 2 || c.Standing() != stripe.Foreign):
				t.Errorf("%v after %v", err, asked)
			case row.reason != "" && (len(gate.told) != 2 || gate.told[0] != fault.Unauthorized):
				t.Errorf("the gate was told %v", gate.told)
			}
			if *d.known != row.kept {
				t.Errorf("%+v is kept, want %+v", *d.known, row.kept)
			}
		})
	}
}

func TestWhileNobodyKnowsWhoseItIsNothingIsSent(t *testing.T) {
	s, asked := sim.New(sim.Config{Limit: -1, EndpointLimit: -1}), 0
	down := true
	d := &deeds{err: errors.New("no database")}
	c, err := stripe.New(stripe.Config{Key: "sk_test_sim", Keep: d.keep, BaseURL: serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; down {
			http.Error(w, `{"error":{}}`, http.StatusServiceUnavailable)
			return
		}
		s.ServeHTTP(w, r)
	}))}, upstream.Config{Connection: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	if err := c.Ping(t.Context()); fault.KindOf(err) != fault.Unavailable || asked != 0 {
		t.Errorf("without a database: %v after %d requests", err, asked)
	}
	d.err = nil
	if err := c.Ping(t.Context()); fault.KindOf(err) != fault.Unavailable || asked != 1 || c.Standing() != stripe.Unproven {
		t.Errorf("while Stripe is away: %v after %d requests", err, asked)
	}
	down = false
	if err := c.Ping(t.Context()); err != nil || c.Standing() != stripe.Proven {
		t.Error(err)
	}
}
