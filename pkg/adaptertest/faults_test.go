package adaptertest

import (
	"reflect"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

func TestEveryFieldOfAPlanIsSomeFault(t *testing.T) {
	elsewhere := map[string]string{"Webhooks": "deliveries", "Routes": "a limit, no fault"}
	used, names := map[string]bool{}, map[string]bool{}
	for _, f := range faults([]string{"field"}) {
		if err := f.Plan.Validate(); err != nil || names[f.id()] {
			t.Errorf("%s: %v, or there are two", f.id(), err)
		}
		names[f.id()] = true
		plan := reflect.ValueOf(f.Plan)
		for i := range plan.NumField() {
			used[plan.Type().Field(i).Name] = used[plan.Type().Field(i).Name] || !plan.Field(i).IsZero()
		}
	}
	for i := range reflect.TypeFor[vendorsim.Plan]().NumField() {
		if name := reflect.TypeFor[vendorsim.Plan]().Field(i).Name; !used[name] && elsewhere[name] == "" {
			t.Errorf("no fault has a plan with %s", name)
		}
	}
}
