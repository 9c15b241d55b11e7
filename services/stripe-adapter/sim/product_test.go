package sim_test

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

// [official: OpenAPI: product alone has updated]
func TestAProductSaysWhenItChanged(t *testing.T) {
	x := open(t, simConfig())
	id := x.create("/v1/products", "name=Seat", "id=seat-1")
	x.clock.Advance(time.Minute)
	p := x.post("/v1/products/"+id, "description=A+seat")
	if id != "seat-1" || number(p["updated"])-number(p["created"]) != 60 {
		t.Errorf("%v", p)
	}
	if no := x.refused(400, http.MethodPost, "/v1/products", "name=Seat", "id=seat-1"); no["code"] != "resource_already_exists" {
		t.Errorf("%v", no)
	}
}

// [official: api products delete]
func TestAProductWithPricesStays(t *testing.T) {
	x := open(t, simConfig())
	free, sold := x.create("/v1/products", "name=Free"), x.create("/v1/products", "name=Sold")
	price := x.create("/v1/prices", "product="+sold, "currency=usd", "unit_amount=100")
	x.refused(400, http.MethodDelete, "/v1/products/"+sold)
	x.post("/v1/products/"+sold, "default_price="+price)
	if got := at(x.get("/v1/products/"+sold, "expand[]=default_price"), "default_price", "unit_amount"); number(got) != 100 {
		t.Errorf("%v", got)
	}
	if gone := x.do(http.MethodDelete, "/v1/products/"+free, ""); gone.body["deleted"] != true {
		t.Errorf("%v", gone.body)
	}
	x.refused(404, http.MethodGet, "/v1/products/"+free)
	if got := x.events("type=product.*"); !slices.Equal(got, []string{"product.created", "product.created", "product.updated", "product.deleted"}) {
		t.Errorf("%v", got)
	}
}

// [official: api prices list: active ones only, unless asked]
func TestPricesThatAreNotActiveAreHidden(t *testing.T) {
	x := open(t, simConfig())
	old, live := x.seat("lookup_key=old"), x.seat("lookup_key=live", "currency=eur")
	x.post("/v1/prices/"+old, "active=false")
	for query, want := range map[string][]string{
		"": {live}, "active=false": {old}, "active=true": {live}, "lookup_keys[]=live": {live}, "lookup_keys[]=old": nil, "currency=usd": nil,
		"type=recurring": {live}, "type=one_time": nil, "recurring[interval]=year": nil,
	} {
		if got := ids(x.get("/v1/prices", query)); !slices.Equal(got, want) {
			t.Errorf("%q: %v", query, got)
		}
	}
	x.refused(400, http.MethodPost, "/v1/prices/"+old, "unit_amount=7") // it cannot change
}

// [official: OpenAPI unit_amount_decimal]
func TestPricesBelowACent(t *testing.T) {
	x := open(t, simConfig())
	p := x.post("/v1/prices", "currency=usd", "unit_amount_decimal=0.0125", "product_data[name]=Call")
	if p["unit_amount"] != nil || p["unit_amount_decimal"] != "0.0125" {
		t.Errorf("%v", p)
	}
	item := x.post("/v1/invoiceitems", "customer="+x.customer(), "pricing[price]="+str(p["id"]), "quantity=1000")
	if number(item["amount"]) != 12 && number(item["amount"]) != 13 {
		t.Errorf("a thousand cost %v", item["amount"])
	}
	x.refused(400, http.MethodPost, "/v1/prices", "currency=usd", "unit_amount_decimal=0.0000000000001", "product_data[name]=Call")
	x.refused(400, http.MethodPost, "/v1/prices", "currency=usd", "product_data[name]=Call")
	x.refused(400, http.MethodPost, "/v1/prices", "currency=usd", "unit_amount=5")
}
