package sim_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// [official: keys; restricted keys; error codes]
func TestWhoMayCall(t *testing.T) {
	for name, row := range map[string]struct {
		header       []string
		plan         string
		method, path string
		status       int
		code         any
	}{
		"the key":                           {[]string{"Authorization", "Bearer sk_test_sim"}, `{}`, "GET", "/v1/customers", 200, nil},
		"the key as a user name":            {[]string{"Authorization", "Basic c2tfdGVzdF9zaW06"}, `{}`, "GET", "/v1/customers", 200, nil},
		"no key":                            {[]string{"Authorization", ""}, `{}`, "GET", "/v1/customers", 401, nil},
		"another key":                       {[]string{"Authorization", "Bearer sk_test_other_one"}, `{}`, "GET", "/v1/customers", 401, nil},
		"a key that was revoked":            {nil, `{"revoke_keys":true}`, "GET", "/v1/customers", 401, nil},
		"a key that has run out":            {nil, `{"expire_tokens":true}`, "GET", "/v1/customers", 401, "api_key_expired"},
		"a restricted key, reading":         {[]string{"Authorization", "Bearer rk_test_sim"}, `{}`, "GET", "/v1/events", 200, nil},
		"a restricted key, where it writes": {[]string{"Authorization", "Bearer rk_test_sim"}, `{}`, "POST", "/v1/customers", 200, nil},
		"a restricted key, elsewhere":       {[]string{"Authorization", "Bearer rk_test_sim"}, `{}`, "GET", "/v1/refunds", 403, nil},
		"a restricted key that may read":    {[]string{"Authorization", "Bearer rk_test_sim"}, `{}`, "POST", "/v1/payment_intents", 403, nil},
		"a connected account":               {[]string{"Stripe-Account", "acct_other"}, `{}`, "GET", "/v1/customers", 200, nil},
		"an account of somebody else":       {[]string{"Stripe-Account", "acct_stranger"}, `{}`, "GET", "/v1/customers", 403, "account_invalid"},
		"a version that is none":            {[]string{"Stripe-Version", "yesterday"}, `{}`, "GET", "/v1/customers", 400, nil},
		"a version of long ago":             {[]string{"Stripe-Version", "2019-02-19"}, `{}`, "GET", "/v1/customers", 200, nil},
		"a path that is none":               {nil, `{}`, "GET", "/v1/socks", 404, nil},
		"JSON instead of a form":            {[]string{"Content-Type", "application/json"}, `{}`, "POST", "/v1/customers", 400, nil},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{RestrictedKey: "rk_test_sim", Grants: []string{"customers:write", "events:read", "payment_intents:read"}, Connected: []string{"acct_other"}})
			x.plan(row.plan)
			form := ""
			if row.method == "POST" {
				form = "name=Ada"
			}
			out := x.do(row.method, row.path, form, row.header...)
			if out.status != row.status || at(out.body, "error", "code") != row.code {
				t.Errorf("%d %s", out.status, out.text)
			}
			if out.header.Get("Request-Id") == "" {
				t.Error("no Request-Id")
			}
		})
	}
}

// [official: Connect: objects, keys and events are the account's]
func TestAccountsDoNotShare(t *testing.T) {
	x := open(t, sim.Config{Connected: []string{"acct_other"}})
	own := x.customer()
	x.header.Set("Stripe-Account", "acct_other")
	x.refused(404, http.MethodGet, "/v1/customers/"+own)
	other := x.customer()
	if got := ids(x.get("/v1/customers")); !slices.Equal(got, []string{other}) {
		t.Errorf("%v", got)
	}
	if e := rows(x.get("/v1/events")); len(e) != 1 || e[0]["account"] != "acct_other" {
		t.Errorf("%v", e)
	}
	if got := x.get("/v1/account")["id"]; got != "acct_other" {
		t.Errorf("%v", got)
	}
}

// [official: versioning: without a version the account's; moves of 2025-03-31]
func TestAnAnswerIsInItsVersion(t *testing.T) {
	x := open(t, simConfig())
	id, _ := x.draft()
	x.post("/v1/invoices/" + id + "/pay")
	for name, row := range map[string]struct {
		header []string
		paid   any
		said   string
	}{
		"today's":                         {[]string{"Stripe-Version", version}, nil, version},
		"one of before 2025-03-31":        {[]string{"Stripe-Version", "2024-06-20"}, true, "2024-06-20"},
		"none: the account's, that is so": {[]string{"Stripe-Version", ""}, true, "2025-01-27.acacia"},
	} {
		out := x.do(http.MethodGet, "/v1/invoices/"+id, "", row.header...)
		if out.body["paid"] != row.paid || out.header.Get("Stripe-Version") != row.said {
			t.Errorf("%s: paid %v in %s", name, out.body["paid"], out.header.Get("Stripe-Version"))
		}
	}
	price := x.seat()
	sub := x.create("/v1/subscriptions", "customer="+x.customer(), "items[0][price]="+price, "collection_method=send_invoice", "days_until_due=3")
	out := x.do(http.MethodGet, "/v1/subscriptions/"+sub, "", "Stripe-Version", "2024-06-20")
	if out.body["current_period_end"] == nil {
		t.Error("an old version without the period")
	}
}

// A Live account has its own key and its own mode.
func TestLiveMode(t *testing.T) {
	x := open(t, sim.Config{Live: true})
	x.refused(401, http.MethodGet, "/v1/customers")
	x.key = "sk_live_sim"
	if got := x.get("/v1/customers/" + x.customer())["livemode"]; got != true {
		t.Errorf("livemode %v", got)
	}
	x.refused(400, http.MethodPost, "/v1/webhook_endpoints", "url=http://example.com", "enabled_events[]=*")
	x.refused(400, http.MethodPost, "/v1/payment_intents", "amount=100", "currency=usd", "payment_method=pm_card_visa")
	x.switches(func(s *sim.Switches) { s.TestCardsInLive, s.PlainHooksInLive = true, true })
	x.post("/v1/webhook_endpoints", "url=http://example.com", "enabled_events[]=*")
	x.intent("payment_method=pm_card_visa")
}
