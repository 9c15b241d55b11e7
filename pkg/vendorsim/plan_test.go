package vendorsim_test

import (
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

func TestPlansThatCannotBePlayed(t *testing.T) {
	for name, plan := range map[string]vendorsim.Plan{
		"a rate above one":       {ThrottleRate: 1.1},
		"a rate below zero":      {Webhooks: vendorsim.WebhookFaults{Drop: -0.1}},
		"a negative amount":      {StaleReadSeconds: -1},
		"a negative countdown":   {LoseAnswers: -1},
		"a success for an error": {ErrorRate: 1, ErrorStatus: 200},
	} {
		if plan.Validate() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := (vendorsim.Plan{}).Validate(); err != nil {
		t.Errorf("calm: %v", err)
	}
}

func TestPatch(t *testing.T) {
	current := vendorsim.Plan{
		ErrorRate: 0.5, LatencyMS: 20, Routes: []string{"/api"},
		Webhooks: vendorsim.WebhookFaults{Drop: 0.1, Duplicate: 0.2},
	}
	for name, row := range map[string]struct {
		patch string
		check func(vendorsim.Plan) bool
	}{
		"what is absent stays":           {`{"latency_ms":5}`, func(p vendorsim.Plan) bool { return p.ErrorRate == 0.5 && p.LatencyMS == 5 }},
		"null is zero":                   {`{"error_rate":null,"routes":null}`, func(p vendorsim.Plan) bool { return p.ErrorRate == 0 && p.Routes == nil && p.LatencyMS == 20 }},
		"inner objects are merged":       {`{"webhooks":{"drop":1}}`, func(p vendorsim.Plan) bool { return p.Webhooks.Drop == 1 && p.Webhooks.Duplicate == 0.2 }},
		"null takes a whole object back": {`{"webhooks":null}`, func(p vendorsim.Plan) bool { return p.Webhooks == vendorsim.WebhookFaults{} }},
		"lists are replaced":             {`{"routes":["/x"]}`, func(p vendorsim.Plan) bool { return len(p.Routes) == 1 && p.Routes[0] == "/x" }},
	} {
		got, err := vendorsim.Patch(current, []byte(row.patch))
		if err != nil || !row.check(got) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	for name, patch := range map[string]string{"a typo": `{"eror_rate":1}`, "a list": `[]`, "a wrong type": `{"outage":"yes"}`} {
		if got, err := vendorsim.Patch(current, []byte(patch)); err == nil || got.ErrorRate != 0.5 {
			t.Errorf("%s is accepted", name)
		}
	}
}
