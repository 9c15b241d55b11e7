package sim

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

//go:embed testdata/openapi-facts.json
var openAPIFacts []byte

// Facts are what the vendor's OpenAPI document says of what is served here and asked for there and, beside it, what others report where
// it is silent: each with its source.
type Facts struct {
	Paths   map[string][]string          `json:"paths"`   // parameters, by "GET /Client/{id}"
	Schemas map[string]map[string]string `json:"schemas"` // types, by field
	Extra   struct {
		Params    map[string]string `json:"params"` // sources, by "GET /Client/{id} name"
		Fields    map[string]string `json:"fields"` // by "Area.name"
		Paths     map[string]string `json:"paths"`
		Envelopes map[string]string `json:"envelopes"`
		Bodies    map[string]struct {
			Fields []string `json:"fields"`
			Source string   `json:"source"`
		} `json:"bodies"`
	} `json:"extra"`
}

// ReadFacts reads them.
func ReadFacts() (f Facts, err error) {
	if err := json.Unmarshal(openAPIFacts, &f); err != nil {
		return f, fmt.Errorf("the facts: %w", err)
	}
	return f, nil
}

// Serves reports whether an operation has a source: "GET /Client/{id}".
func (f Facts) Serves(operation string) bool {
	_, documented := f.Paths[operation]
	return documented || f.Extra.Paths[operation] != ""
}

// Takes reports whether a parameter of an operation has a source.
func (f Facts) Takes(operation, param string) bool {
	return slices.Contains(f.Paths[operation], param) || f.Extra.Params[operation+" "+param] != ""
}

// Has reports whether a field of a schema has a source.
func (f Facts) Has(schema, field string) bool {
	_, documented := f.Schemas[schema][field] // some without a type
	return documented || f.Extra.Fields[schema+"."+field] != ""
}

// Posted is the schema of the elements that a path takes; empty: it takes none.
func Posted(path string) string {
	return map[string]string{
		"/Tickets": "Faults", "/Actions": "Actions", "/Client": "Area", "/Site": "Site", "/Users": "Users", "/Quotation": "QuotationHeader",
		"/Quotation/Approval": "QuotationApproval", "/Invoice": "InvoiceHeader", "/Report": "AnalyzerProfile",
	}[path]
}
