package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/protobuf/proto"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func (s *shop) products() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(_, text string) (string, error) {
			var x sdk.Product
			err := s.by("POST", "/v1/products", form("name", text), &x)
			return "products/" + x.ID, err
		},
		Edit: func(entity, text string) error { return s.by("POST", "/v1/"+entity, form("name", text), nil) },
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, x := range every[sdk.Product](s, "/v1/products", nil) {
				all["products/"+url.PathEscape(x.ID)] = s.expectedProduct(x)
			}
			return all
		},
	}
}

func (s *shop) prices() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(_, text string) (string, error) {
			id := s.sells("nickname", text)
			return "prices/" + id, nil
		},
		Edit: func(entity, text string) error { return s.by("POST", "/v1/"+entity, form("nickname", text), nil) },
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, active := range []string{"true", "false"} {
				for _, x := range every[wholePrice](s, "/v1/prices", form("active", active)) {
					all["prices/"+x.ID] = s.expectedPrice(x)
				}
			}
			return all
		},
	}
}

// wholePrice is a price with what the library forgets of it.
type wholePrice struct {
	sdk.Price
	unit struct {
		Amount  *int64  `json:"unit_amount"`
		Decimal *string `json:"unit_amount_decimal"`
	}
}

func (p *wholePrice) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &p.unit); err != nil {
		return err
	}
	return json.Unmarshal(b, &p.Price)
}

// sells is the id of a new price, of five dollars for a new product unless it is said otherwise.
func (s *shop) sells(pairs ...string) string {
	f := form(pairs...)
	for _, usual := range [][2]string{{"currency", "usd"}, {"product_data[name]", "Thing"}} {
		if !f.Has(usual[0]) && (usual[0] == "currency" || !f.Has("product")) {
			f.Set(usual[0], usual[1])
		}
	}
	if !f.Has("unit_amount") && !f.Has("unit_amount_decimal") {
		f.Set("unit_amount", "500")
	}
	var x struct{ ID string }
	s.must("POST", "/v1/prices", f, &x)
	return x.ID
}

func (s *shop) expectedProduct(x sdk.Product) *paymentsv1.Product {
	m := &paymentsv1.Product{
		DisplayName: x.Name, Description: x.Description, Active: x.Active, UnitLabel: x.UnitLabel, Metadata: own(x.Metadata),
		CreateTime: seconds(x.Created), UpdateTime: seconds(x.Updated),
	}
	if x.DefaultPrice != nil {
		m.DefaultPrice = s.name + "/prices/" + x.DefaultPrice.ID
	}
	return m
}

func (s *shop) expectedPrice(x wholePrice) *paymentsv1.Price {
	m := &paymentsv1.Price{
		Product: s.name + "/products/" + url.PathEscape(x.Product.ID), Active: x.Active, CurrencyCode: strings.ToUpper(string(x.Currency)),
		Scheme: paymentsv1.Price_SCHEME_PER_UNIT, LookupKey: x.LookupKey, Nickname: x.Nickname, Metadata: own(x.Metadata), CreateTime: seconds(x.Created),
	}
	if x.unit.Amount != nil {
		m.UnitAmount = usual(*x.unit.Amount, x.Currency)
	}
	if x.unit.Decimal != nil {
		m.UnitAmountDecimal = *x.unit.Decimal
	}
	if r := x.Recurring; r != nil {
		m.Recurrence = &paymentsv1.Recurrence{
			Interval:      map[sdk.PriceRecurringInterval]paymentsv1.Recurrence_Interval{"day": 1, "week": 2, "month": 3, "year": 4}[r.Interval],
			IntervalCount: int32(r.IntervalCount), Metered: r.UsageType == "metered", //nolint:gosec // few
		}
	}
	return m
}

// tells delivers an event that was under way since then.
func (s *shop) tells(kind string, object json.RawMessage, at time.Time) {
	id := "evt_late_" + fmt.Sprint(at.UnixNano())
	s.Forge(id, fmt.Appendf(nil, `{"id":%q,"object":"event","api_version":%q,"created":%d,"livemode":false,"type":%q,"data":{"object":%s}}`,
		id, stripe.Version, at.Unix(), kind, object))
}

func TestProductsAndPricesOfEverySortAreMirrored(t *testing.T) {
	t.Parallel()
	s := newShop(sim.Config{})
	for i := range 110 {
		s.sells("nickname", fmt.Sprint(i))
	}
	s.must("POST", "/v1/products", form("id", "Ours/1", "name", "By its own id", "description", "d", "unit_label", "seat", "metadata[a]", "b"), nil)
	s.sells("product", "Ours/1", "currency", "jpy", "unit_amount_decimal", "0.012345678901", "recurring[interval]", "day", "recurring[interval_count]", "10",
		"recurring[usage_type]", "metered", "lookup_key", "calls")
	for i := range 105 {
		s.must("POST", "/v1/prices/"+s.sells("product", "Ours/1", "currency", "kwd", "unit_amount", fmt.Sprint(10*i)), form("active", "false"), nil)
	}
	a := at(t, s, nil)
	a.Filled()
	a.Agrees()
	found, err := a.products.ListPrices(t.Context(), &paymentsv1.ListPricesRequest{Parent: a.Parent(), Filter: &paymentsv1.PriceFilter{
		Product: a.Parent() + "/products/Ours%2F1", Active: proto.Bool(true), Recurring: proto.Bool(true), LookupKeys: []string{"calls"}, CurrencyCode: "JPY",
	}})
	if err != nil || len(found.GetPrices()) != 1 {
		t.Errorf("%v %v", found, err)
	}
	sold, err := a.products.ListProducts(t.Context(), &paymentsv1.ListProductsRequest{Parent: a.Parent(), Filter: &paymentsv1.ProductFilter{Active: proto.Bool(false)}})
	if err != nil || len(sold.GetProducts()) != 0 {
		t.Errorf("%v %v", sold, err)
	}
}

func TestWhatIsSoldArrivesByWebhookOrByTheFeed(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]with{
		"by webhook": {"stripe.sweep.events": "1h", "stripe.sweep.lists": "1h"}, "by the feed": {"stripe.sweep.lists": "1h"}, "by the lists": {"stripe.sweep.events": "1h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alone(t, settings, sim.Config{})
			if name != "by webhook" {
				a.Silence()
			}
			a.Filled()
			price := a.shop.sells("recurring[interval]", "month")
			var x struct{ Product string }
			a.shop.must("GET", "/v1/prices/"+price, nil, &x)
			a.Agrees()
			a.shop.must("POST", "/v1/products/"+x.Product, form("name", "Another name", "default_price", price), nil)
			a.shop.must("POST", "/v1/prices/"+price, form("active", "false", "nickname", "retired"), nil)
			a.Agrees()
			var gone struct{ ID string }
			a.shop.must("POST", "/v1/products", form("name", "Gone"), &gone)
			a.Agrees()
			a.shop.must("DELETE", "/v1/products/"+gone.ID, nil, nil)
			a.Agrees()
		})
	}
}

// An update that was sent before the product was deleted comes after it: it stays deleted.
func TestALateUpdateDoesNotReviveWhatIsDeleted(t *testing.T) {
	t.Parallel()
	a := alone(t, with{"stripe.sweep.events": "1h", "stripe.sweep.lists": "1h"}, sim.Config{})
	a.Filled()
	var x struct{ ID string }
	a.shop.must("POST", "/v1/products", form("name", "Seat"), &x)
	was, _ := a.shop.Truth("", x.ID)
	a.Agrees()
	before := time.Now()
	a.shop.must("DELETE", "/v1/products/"+x.ID, nil, nil)
	a.Agrees()
	for _, at := range []time.Duration{-time.Minute, 0} {
		a.shop.tells("product.updated", was, before.Add(at))
	}
	var mark struct{ ID string }
	a.shop.must("POST", "/v1/products", form("name", "Told after it"), &mark)
	a.Agrees()
	p, err := a.products.GetProduct(t.Context(), &paymentsv1.GetProductRequest{Name: a.Parent() + "/products/" + x.ID})
	if err != nil || p.GetMirror().GetDeleteTime() == nil {
		t.Errorf("%v %v", p, err)
	}
}
