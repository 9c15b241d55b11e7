package sim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func simConfig() sim.Config { return sim.Config{} }

// [official: api customers; OpenAPI: clearing by an empty value, metadata by key]
func TestACustomerChangesAsItsFormSays(t *testing.T) {
	for name, row := range map[string]struct {
		params []string
		path   []string
		want   any
	}{
		"a value that is sent":                    {[]string{"name=Ada+Khan"}, []string{"name"}, "Ada Khan"},
		"a value that is not sent stays":          {[]string{"name=Ada"}, []string{"description"}, "regular"},
		"an empty value is null":                  {[]string{"description="}, []string{"description"}, nil},
		"a key of metadata is added":              {[]string{"metadata[b]=2"}, []string{"metadata"}, object{"a": "1", "b": "2"}},
		"a key with an empty value is removed":    {[]string{"metadata[a]="}, []string{"metadata"}, object{}},
		"metadata sent empty is cleared":          {[]string{"metadata="}, []string{"metadata"}, object{}},
		"an address":                              {[]string{"address[city]=Wellington", "address[country]=NZ"}, []string{"address", "city"}, "Wellington"},
		"the default method is a new one of hers": {[]string{"invoice_settings[default_payment_method]=pm_card_visa"}, []string{"object"}, "customer"},
		"a list with empty brackets":              {[]string{"preferred_locales[]=en", "preferred_locales[]=mi"}, []string{"preferred_locales"}, []any{"en", "mi"}},
		"a list with numbers, in their order":     {[]string{"preferred_locales[1]=mi", "preferred_locales[0]=en"}, []string{"preferred_locales"}, []any{"en", "mi"}},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			id := x.customer("description=regular", "metadata[a]=1")
			x.post("/v1/customers/"+id, row.params...)
			if got := at(x.get("/v1/customers/"+id), row.path...); !equal(got, row.want) {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
}

// [official: error codes; api "Errors"]
func TestWhatIsWrongWithAForm(t *testing.T) {
	for name, row := range map[string]struct {
		path, params string
		code, param  any
	}{
		"a parameter nobody knows":         {"/v1/customers", "colour=red", "parameter_unknown", "colour"},
		"one inside a hash":                {"/v1/customers", "address[planet]=mars", "parameter_unknown", "address[planet]"},
		"a missing parameter":              {"/v1/payment_intents", "currency=usd", "parameter_missing", "amount"},
		"no number":                        {"/v1/payment_intents", "amount=ten&currency=usd", "parameter_invalid_integer", "amount"},
		"an empty value that is required":  {"/v1/payment_intents", "amount=&currency=usd", "parameter_invalid_empty", "amount"},
		"no boolean":                       {"/v1/payment_intents", "amount=100&currency=usd&confirm=yes", nil, "confirm"},
		"a word that is no choice":         {"/v1/customers", "tax_exempt=maybe", nil, "tax_exempt"},
		"an address for an e-mail":         {"/v1/customers", "email=nobody", "email_invalid", "email"},
		"a name that is too long":          {"/v1/customers", "name=" + strings.Repeat("x", 257), nil, "name"},
		"a hash where a text belongs":      {"/v1/customers", "name[a]=b", nil, "name"},
		"a text where a hash belongs":      {"/v1/customers", "address=here", nil, "address"},
		"a value and parts of one name":    {"/v1/customers", "address=x&address[city]=y", nil, "address[city]"},
		"brackets that do not close":       {"/v1/customers", "address[city=y", "parameter_unknown", "address[city"},
		"a key of metadata too long":       {"/v1/customers", "metadata[" + strings.Repeat("k", 41) + "]=1", nil, "metadata"},
		"a value of metadata too long":     {"/v1/customers", "metadata[k]=" + strings.Repeat("v", 501), nil, "metadata[k]"},
		"metadata within metadata":         {"/v1/customers", "metadata[k][l]=1", nil, "metadata[k]"},
		"more than 50 keys":                {"/v1/customers", fiftyOne(), nil, "metadata"},
		"a payment method that is not":     {"/v1/customers", "payment_method=pm_nothing", "resource_missing", "payment_method"},
		"a reference to nobody":            {"/v1/payment_intents", "amount=100&currency=usd&customer=cus_x", "resource_missing", "customer"},
		"a currency that is none":          {"/v1/payment_intents", "amount=100&currency=xyz", nil, "currency"},
		"a webhook endpoint without https": {"/v1/webhook_endpoints", "url=ftp://x&enabled_events[]=*", "url_invalid", "url"},
		"an expansion of nothing":          {"/v1/customers", "expand[]=shoes", nil, "expand[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			no := x.refused(400, http.MethodPost, row.path, row.params)
			if no["type"] != "invalid_request_error" || no["code"] != row.code || no["param"] != row.param {
				t.Errorf("%v", no)
			}
		})
	}
}

func fiftyOne() string {
	var out []string
	for n := range 51 {
		out = append(out, "metadata["+strings.Repeat("k", n/26+1)+string(rune('a'+n%26))+"]=1")
	}
	return strings.Join(out, "&")
}

// [official: api customers delete; OpenAPI: customer or deleted_customer]
func TestADeletedCustomerLeavesAStub(t *testing.T) {
	x := open(t, simConfig())
	id := x.customer()
	price := x.create("/v1/prices", "currency=usd", "unit_amount=500", "recurring[interval]=month", "product_data[name]=Seat")
	sub := x.create("/v1/subscriptions", "customer="+id, "items[0][price]="+price, "collection_method=send_invoice", "days_until_due=30")
	x.happened()
	gone := x.do(http.MethodDelete, "/v1/customers/"+id, "").body
	want := object{"id": id, "object": "customer", "deleted": true}
	if !equal(gone, want) || !equal(x.get("/v1/customers/"+id), want) {
		t.Errorf("answer %v, then %v", gone, x.get("/v1/customers/"+id))
	}
	if got := ids(x.get("/v1/customers")); len(got) != 0 {
		t.Errorf("the list still has %v", got)
	}
	if got := x.happened(); !slices.Equal(got, []string{"customer.subscription.deleted", "customer.deleted"}) {
		t.Errorf("events %v", got)
	}
	if got := x.get("/v1/subscriptions/" + sub)["status"]; got != "canceled" {
		t.Errorf("the subscription is %v", got)
	}
	x.refused(404, http.MethodPost, "/v1/customers/"+id, "name=late")
}

// [unsure] what a second deletion says: both ways.
func TestASecondDeletion(t *testing.T) {
	x := open(t, simConfig())
	id := x.customer()
	x.do(http.MethodDelete, "/v1/customers/"+id, "")
	if no := x.refused(404, http.MethodDelete, "/v1/customers/"+id); no["code"] != "resource_missing" {
		t.Errorf("%v", no)
	}
	x.switches(func(s *sim.Switches) { s.SecondDelete = "stub" })
	if again := x.do(http.MethodDelete, "/v1/customers/"+id, ""); again.status != 200 || again.body["deleted"] != true {
		t.Errorf("%d %v", again.status, again.body)
	}
}
