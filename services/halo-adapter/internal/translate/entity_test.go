package translate_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

func euros(minor int64, decimals ...int32) *typev1.Money {
	m := &typev1.Money{CurrencyCode: "EUR", MinorUnits: minor}
	for _, d := range decimals {
		m.Decimals = &d
	}
	return m
}

func TestTheOtherKindsInHalosWords(t *testing.T) {
	mark := uuid.MustParse("01988a3e-6f00-7000-8000-000000000001")
	w := words()
	day := timestamppb.New(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	for name, row := range map[string]struct {
		patch func() (halo.Patch, error)
		want  string
	}{
		"a new client's mark stands in its notes": {
			func() (halo.Patch, error) {
				return w.NewClient(&psav1.Client{DisplayName: "x"}, []string{"display_name"}, mark)
			},
			`{"name":"x","notes":"[ref 01988a3e-6f00-7000-8000-000000000001]"}`,
		},
		"a client back in use": {
			func() (halo.Patch, error) { return w.ClientPatch(&psav1.Client{}, []string{"inactive"}) },
			`{"inactive":false}`,
		},
		"an address is set as a whole": {
			func() (halo.Patch, error) {
				return w.SitePatch(&psav1.Site{Address: &psav1.Address{Line1: "1 High Street", City: "Ipswich", Country: "GB"}}, []string{"address"})
			},
			`{"delivery_address":{"line1":"1 High Street","line2":"","line3":"Ipswich","line4":"","postcode":""},"country_code":"GB"}`,
		},
		"a new site's mark stands in its ref": {
			func() (halo.Patch, error) { return w.NewSite(&psav1.Site{Client: "12"}, []string{"client"}, mark) },
			`{"client_id":12,"ref":"01988a3e-6f00-7000-8000-000000000001"}`,
		},
		"custom fields by id or by name, in the types that they have": {
			func() (halo.Patch, error) {
				return w.UserPatch(&psav1.User{CustomFields: []*psav1.CustomField{
					{Id: "101", Value: &psav1.CustomField_Text{Text: "R2"}},
					{Name: "CFseats", Value: &psav1.CustomField_Number{Number: 12.5}},
					{Id: "103", Value: &psav1.CustomField_Flag{Flag: true}},
					{Id: "102", Value: &psav1.CustomField_Time{Time: day}},
					{Id: "104", Value: &psav1.CustomField_Choice_{Choice: &psav1.CustomField_Choice{Values: []string{"3"}}}},
					{Id: "105", Value: &psav1.CustomField_Choice_{Choice: &psav1.CustomField_Choice{Values: []string{"1", "2"}}}},
					{Id: "106"},
				}}, []string{"custom_fields"})
			},
			`{"customfields":[{"id":101,"value":"R2"},{"name":"CFseats","value":12.5},{"id":103,"value":true},{"id":102,"value":"2026-03-02T00:00:00"},` +
				`{"id":104,"value":3},{"id":105,"value":[1,2]},{"id":106,"value":null}]}`,
		},
		"no custom fields clear none": {
			func() (halo.Patch, error) { return w.ClientPatch(&psav1.Client{}, []string{"custom_fields"}) },
			`{}`,
		},
		"a day is its noon, and none is 1900": {
			func() (halo.Patch, error) {
				return w.QuotePatch(&psav1.Quote{IssueTime: day}, []string{"issue_time", "expire_time"}, "")
			},
			`{"date":"2026-03-02T12:00:00","expiry_date":"1900-01-01T00:00:00"}`,
		},
		"a quote's lines, with and without an id": {
			func() (halo.Patch, error) {
				return w.QuotePatch(&psav1.Quote{Lines: []*psav1.QuoteLine{
					{Id: "7", DisplayName: "Laptop", Quantity: "10", UnitPrice: euros(99_995, 3), DiscountPercent: "12.50"},
					{Item: "5", Quantity: "1.5", Optional: true},
				}}, []string{"lines"}, "EUR")
			},
			`{"lines":[{"id":7,"name":"Laptop","description":"","current_quantity":10,"baseprice":99.995,"discount_perc":12.5,"optional":false},` +
				`{"item_id":5,"description":"","current_quantity":1.5,"discount_perc":0,"optional":true}]}`,
		},
		"a credit, in a currency without cents": {
			func() (halo.Patch, error) {
				return w.InvoicePatch(&psav1.Invoice{Lines: []*psav1.InvoiceLine{
					{Description: "Support", Quantity: "-1.5", UnitPrice: &typev1.Money{CurrencyCode: "JPY", MinorUnits: 500}, TaxCode: "T1", Ticket: "9"},
				}}, []string{"lines"}, "JPY")
			},
			`{"lines":[{"item_code":"","item_shortdescription":"Support","item_longdescription":"","qty_order":-1.5,"unit_price":500,"discount_perc":0,"tax_code":"T1","ticket_id":9}]}`,
		},
		"voiding": {
			func() (halo.Patch, error) {
				return w.InvoicePatch(&psav1.Invoice{State: psav1.Invoice_STATE_VOID}, []string{"state"}, "")
			},
			`{"voided":true}`,
		},
		"a new invoice where an accounts package owns the number": {
			func() (halo.Patch, error) {
				return w.NewInvoice(&psav1.Invoice{Client: "12"}, []string{"client"}, mark, false)
			},
			`{"client_id":12}`,
		},
		"an answer": {
			func() (halo.Patch, error) {
				return translate.QuoteAnswer(&psav1.Quote{
					State: psav1.Quote_STATE_APPROVED, PoNumber: "PO-9", Answer: &psav1.Quote_Answer{AnswererName: "Iris", Note: "go"},
				}), nil
			},
			`{"result":true,"approvalname":"Iris","approvalemailaddress":"","approvalnote":"go","ponumber":"PO-9"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := row.patch()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := json.Marshal(p); err != nil || string(got) != row.want {
				t.Errorf("%s, %v\nwant %s", got, err, row.want)
			}
		})
	}
}

func TestWhatCannotBeHalosIsRefused(t *testing.T) {
	w := words()
	for name, row := range map[string]struct {
		err   error
		field string
	}{
		"an id that is none":         {second(w.SitePatch(&psav1.Site{Client: "x"}, []string{"client"})), "site.client"},
		"money of another currency":  {second(w.QuotePatch(&psav1.Quote{Lines: []*psav1.QuoteLine{{UnitPrice: euros(1)}}}, []string{"lines"}, "GBP")), "quote.lines[0].unit_price.currency_code"},
		"a quantity that is a word":  {second(w.InvoicePatch(&psav1.Invoice{Lines: []*psav1.InvoiceLine{{Quantity: "ten"}}}, []string{"lines"}, "")), "invoice.lines[0].quantity"},
		"a quantity that is a ratio": {second(w.InvoicePatch(&psav1.Invoice{Lines: []*psav1.InvoiceLine{{Quantity: "1/3"}}}, []string{"lines"}, "")), "invoice.lines[0].quantity"},
		"what only Halo writes":      {second(w.UserPatch(&psav1.User{}, []string{"display_name"})), "update_mask"},
	} {
		t.Run(name, func(t *testing.T) {
			if f := fault.Of(row.err); f == nil || f.Kind != fault.Invalid || f.Field != row.field {
				t.Errorf("%+v, want %s", row.err, row.field)
			}
		})
	}
}

func second(_ halo.Patch, err error) error { return err }

func TestLinesThatAreThereAlready(t *testing.T) {
	shown := []*psav1.QuoteLine{{Id: "7", DisplayName: "Laptop", Quantity: "10", UnitPrice: euros(99_99, 2), UnitCost: euros(0, 2), Net: euros(99_990, 2)}}
	for name, row := range map[string]struct {
		asked []*psav1.QuoteLine
		want  bool
	}{
		"a new line that was made":     {[]*psav1.QuoteLine{{DisplayName: "Laptop", Quantity: "10.0", UnitPrice: euros(99_990, 3)}}, true},
		"another quantity":             {[]*psav1.QuoteLine{{DisplayName: "Laptop", Quantity: "9", UnitPrice: euros(99_99)}}, false},
		"another price":                {[]*psav1.QuoteLine{{DisplayName: "Laptop", Quantity: "10", UnitPrice: euros(99_98)}}, false},
		"another line by its id":       {[]*psav1.QuoteLine{{Id: "8", DisplayName: "Laptop", Quantity: "10", UnitPrice: euros(99_99)}}, false},
		"what the product says itself": {[]*psav1.QuoteLine{{Id: "7", Item: "5", Quantity: "10"}}, false},
		"one more":                     {append([]*psav1.QuoteLine{{Quantity: "1"}}, shown...), false},
		"none":                         {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := translate.SameLines(row.asked, shown); got != row.want {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
}
