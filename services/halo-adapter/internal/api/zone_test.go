package api

import (
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

func TestATimeZoneIsOneOfIANAsOrNone(t *testing.T) {
	for zoned, good := range map[string]bool{
		"": true, "Europe/London": true, "UTC": true, "America/Argentina/Buenos_Aires": true,
		"GMT Standard Time": false, "Europe/Nowhere": false, "../etc/passwd": false, "Local": false, "+02:00": false,
	} {
		if f := fault.Of(zone("site.time_zone", zoned)); (f == nil) != good || f != nil && f.Field != "site.time_zone" {
			t.Errorf("%q: %v", zoned, f)
		}
	}
}
