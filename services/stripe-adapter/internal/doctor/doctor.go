// Package doctor answers what can be looked at of an account before, or while, it is served: a file per check.
package doctor

import (
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Account is one connection as the doctor needs it.
type Account struct {
	Connection string
	Stripe     *stripe.Client
	Clock      *doctor.Clock // of all that Stripe's client asks
	Plans      []sweep.Plan

	Path      string        // of our webhook; a secret
	PublicURL string        // where the adapter registers it; empty: a person does
	Tolerance time.Duration // of a webhook's signature
	Reads     int           // that are ours in 30 days
	EachLook  time.Duration // between two looks at the endpoint; 0: nobody looks
}

// Checks are what is looked at, in order: each relies on those before it.
func Checks(a Account) []doctor.Check {
	x := &examination{a}
	checks := []doctor.Check{
		{Name: "key", Vital: true, Look: x.key},
		{Name: "clock", Look: x.clock},
	}
	for _, p := range a.Plans {
		checks = append(checks, doctor.Check{Name: "read " + p.Kind, Look: x.read(p)})
	}
	return append(checks, doctor.Check{Name: "webhook", Look: x.webhook}, doctor.Check{Name: "reads", Look: x.reads})
}

type examination struct{ Account }

func one(f doctor.Finding) []doctor.Finding { return []doctor.Finding{f} }

func found(format string, args ...any) []doctor.Finding {
	return one(doctor.Finding{Found: fmt.Sprintf(format, args...)})
}
