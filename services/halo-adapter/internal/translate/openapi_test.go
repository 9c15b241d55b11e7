package translate_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// TestWhatIsWrittenIsTheVendors writes every field of every kind: each is in the vendor's document, or has a source.
func TestWhatIsWrittenIsTheVendors(t *testing.T) {
	f, err := sim.ReadFacts()
	if err != nil {
		t.Fatal(err)
	}
	w, mark := words(), uuid.New()
	custom := []*psav1.CustomField{{Id: "1"}}
	patches := map[string]func() (halo.Patch, error){
		"Faults": func() (halo.Patch, error) {
			return w.Create(&psav1.Ticket{CustomFields: custom}, []string{
				"summary", "details", "status", "type", "priority", "client", "site", "user", "agent", "team", "custom_fields",
			}, mark)
		},
		"Actions": func() (halo.Patch, error) {
			return translate.CreateNote(&psav1.Note{Text: "x", Private: true, Work: &psav1.Note_Work{
				TimeSpent: durationpb.New(time.Hour), StartTime: timestamppb.Now(), Agent: "4", WorkType: "2", Billing: psav1.Note_BILLING_BILLABLE,
			}}, 7, mark, true)
		},
		"Area": func() (halo.Patch, error) {
			return w.NewClient(&psav1.Client{CustomFields: custom}, []string{"display_name", "inactive", "reference", "website", "custom_fields"}, mark)
		},
		"Site": func() (halo.Patch, error) {
			return w.NewSite(&psav1.Site{}, []string{"display_name", "client", "inactive", "phone", "time_zone", "address", "custom_fields"}, mark)
		},
		"Users": func() (halo.Patch, error) {
			return w.NewUser(&psav1.User{}, []string{
				"first_name", "last_name", "email", "phone", "mobile_phone", "title", "client", "site", "inactive", "custom_fields",
			}, mark)
		},
		"QuotationHeader": func() (halo.Patch, error) {
			return w.NewQuote(&psav1.Quote{}, []string{
				"title", "opportunity", "client", "site", "user", "agent", "issue_time", "expire_time", "po_number", "note", "lines", "custom_fields",
			}, mark)
		},
		"InvoiceHeader": func() (halo.Patch, error) {
			return w.NewInvoice(&psav1.Invoice{}, []string{
				"client", "site", "ticket", "issue_time", "due_time", "reference", "note", "internal_note", "lines", "state", "custom_fields",
			}, mark, true)
		},
		"QuotationApproval": func() (halo.Patch, error) { return translate.QuoteAnswer(&psav1.Quote{PoNumber: "x"}), nil },
		"AddressStore": func() (halo.Patch, error) {
			return part("delivery_address")(w.SitePatch(&psav1.Site{}, []string{"address"}))
		},
		"CustomField": func() (halo.Patch, error) {
			return part("customfields")(w.ClientPatch(&psav1.Client{CustomFields: []*psav1.CustomField{{Name: "CFx"}}}, []string{"custom_fields"}))
		},
		"QuotationDetail": func() (halo.Patch, error) {
			return part("lines")(w.QuotePatch(&psav1.Quote{Lines: []*psav1.QuoteLine{{Id: "1", Item: "2", DisplayName: "x", UnitPrice: euros(1), UnitCost: euros(1)}}}, []string{"lines"}, ""))
		},
		"InvoiceDetail": func() (halo.Patch, error) {
			return part("lines")(w.InvoicePatch(&psav1.Invoice{Lines: []*psav1.InvoiceLine{{Id: "1", Description: "x", UnitPrice: euros(1), TaxCode: "T1", Ticket: "2"}}}, []string{"lines"}, ""))
		},
	}
	for schema, patch := range patches {
		p, err := patch()
		if err != nil || len(p.Names()) == 0 {
			t.Fatalf("%s: %v, %v", schema, p.Names(), err)
		}
		for _, name := range p.Names() {
			if !f.Has(schema, name) {
				t.Errorf("%s.%s has no source", schema, name)
			}
		}
	}
}

// part is what a field of a patch holds, of several the first, as a patch.
func part(field string) func(p halo.Patch, err error) (halo.Patch, error) {
	return func(p halo.Patch, err error) (halo.Patch, error) {
		b, _ := json.Marshal(p)
		var row map[string]json.RawMessage
		err = errors.Join(err, json.Unmarshal(b, &row))
		inside := map[string]json.RawMessage{}
		if json.Unmarshal(row[field], &inside) != nil {
			var all []map[string]json.RawMessage
			if err = errors.Join(err, json.Unmarshal(row[field], &all)); len(all) > 0 {
				inside = all[0]
			}
		}
		var one halo.Patch
		for name, value := range inside {
			one.JSON(name, value)
		}
		return one, err
	}
}
