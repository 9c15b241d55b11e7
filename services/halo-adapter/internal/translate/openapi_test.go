package translate_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// TestWhatIsWrittenIsTheVendors writes every field of the kinds that have an id of their own: each is in the vendor's document, or
// has a source.
func TestWhatIsWrittenIsTheVendors(t *testing.T) {
	b, err := os.ReadFile("../../sim/testdata/openapi-facts.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Schemas map[string]map[string]string `json:"schemas"`
		Extra   struct {
			Fields map[string]string `json:"fields"`
		} `json:"extra"`
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	w, mark := words(), uuid.New()
	custom := []*psav1.CustomField{{Id: "1"}}
	patches := map[string]func() (halo.Patch, error){
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
		"QuotationDetail": func() (halo.Patch, error) {
			return first(w.QuotePatch(&psav1.Quote{Lines: []*psav1.QuoteLine{{Id: "1", Item: "2", DisplayName: "x", UnitPrice: euros(1), UnitCost: euros(1)}}}, []string{"lines"}, ""))
		},
		"InvoiceDetail": func() (halo.Patch, error) {
			return first(w.InvoicePatch(&psav1.Invoice{Lines: []*psav1.InvoiceLine{{Id: "1", Description: "x", UnitPrice: euros(1), TaxCode: "T1", Ticket: "2"}}}, []string{"lines"}, ""))
		},
	}
	for schema, patch := range patches {
		p, err := patch()
		if err != nil || len(p.Names()) == 0 {
			t.Fatalf("%s: %v, %v", schema, p.Names(), err)
		}
		for _, name := range p.Names() {
			if f.Schemas[schema][name] == "" && f.Extra.Fields[schema+"."+name] == "" {
				t.Errorf("%s.%s has no source", schema, name)
			}
		}
	}
}

// first is the first line of a patch.
func first(p halo.Patch, err error) (halo.Patch, error) {
	if err != nil {
		return p, err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	var row struct {
		Lines []map[string]json.RawMessage `json:"lines"`
	}
	if err := json.Unmarshal(b, &row); err != nil {
		return p, err
	}
	var line halo.Patch
	for name, value := range row.Lines[0] {
		line.JSON(name, value)
	}
	return line, nil
}
