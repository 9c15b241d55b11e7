package main

import (
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func TestArrows(t *testing.T) { adaptertest.Arrows(t, "stripe") }

func TestREADME(t *testing.T) { adaptertest.README(t, described()) }

// described is this adapter, for the suite.
func described() adaptertest.Adapter {
	return adaptertest.Adapter{
		Spec: spec(), Kinds: kinds(),
		Simulate: func(customers int, seed uint64) adaptertest.Vendor {
			return newShop(sim.Config{Customers: customers, Payments: 3, Seed: seed}).vendor()
		},
	}
}
