package sim

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
	"github.com/stripe/stripe-mock/spec"
)

// Document is the vendor's own OpenAPI document, read once.
var Document = sync.OnceValues(func() (*spec.Spec, error) { return server.LoadSpec(embedded.OpenAPISpec, "") })

// TestOperationsAndParametersAreTheVendors holds the route table against the vendor's own OpenAPI document: every operation is
// documented, every parameter is one of it, of its type and with its words, and what the vendor requires is required.
func TestOperationsAndParametersAreTheVendors(t *testing.T) {
	doc, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range New(Config{}).table() {
		name := op.method + " " + op.path
		known := doc.Paths[spec.Path(op.path)][spec.HTTPVerb(strings.ToLower(op.method))]
		if known == nil {
			t.Errorf("%s is not documented", name)
			continue
		}
		fields, required := parametersOf(known)
		checkParams(t, name, op.params, fields, required)
	}
}

// parametersOf is what an operation takes, in its query or in its form.
func parametersOf(op *spec.Operation) (fields map[string]*spec.Schema, required []string) {
	fields = map[string]*spec.Schema{}
	for _, p := range op.Parameters {
		if p.In == spec.ParameterQuery {
			fields[p.Name] = p.Schema
			if p.Required {
				required = append(required, p.Name)
			}
		}
	}
	if op.RequestBody == nil {
		return fields, required
	}
	form := op.RequestBody.Content["application/x-www-form-urlencoded"].Schema
	for name, schema := range form.Properties {
		fields[name] = schema
	}
	return fields, append(required, form.Required...)
}

func checkParams(t *testing.T, at string, ours []param, theirs map[string]*spec.Schema, required []string) {
	t.Helper()
	for _, p := range ours {
		schema := theirs[p.name]
		if schema == nil {
			t.Errorf("%s takes %q, which is not documented", at, p.name)
			continue
		}
		checkParam(t, at+" "+p.name, p, schema)
	}
	for _, name := range required {
		if !slices.ContainsFunc(ours, func(p param) bool { return p.name == name && p.required }) {
			t.Errorf("%s does not require %q", at, name)
		}
	}
}

func checkParam(t *testing.T, at string, p param, schema *spec.Schema) {
	t.Helper()
	forms := append([]*spec.Schema{schema}, schema.AnyOf...)
	fits := func(types ...string) *spec.Schema {
		for _, one := range forms {
			if slices.Contains(types, one.Type) {
				return one
			}
		}
		t.Errorf("%s is of another type", at)
		return &spec.Schema{}
	}
	switch p.sort {
	case isText:
		if one := fits("string", "integer"); one.MaxLength > 0 && one.MaxLength < orNumber(p.max, 5000) {
			t.Errorf("%s may be %d long, not %d", at, one.MaxLength, orNumber(p.max, 5000))
		}
	case isWhole, isWindow:
		fits("integer")
	case isFlag:
		fits("boolean")
	case isMetadata:
		fits("object")
	case isHash:
		one := fits("object")
		checkParams(t, at, p.parts, one.Properties, one.Required)
	case isList:
		if one := fits("array"); one.Items != nil {
			checkParams(t, at, p.parts, one.Items.Properties, one.Items.Required)
		}
	case isTexts, isExpand:
		fits("array")
	case isChoice:
		checkWords(t, at, p.words, forms)
	}
}

func checkWords(t *testing.T, at string, words []string, forms []*spec.Schema) {
	t.Helper()
	for _, word := range words {
		known := slices.ContainsFunc(forms, func(s *spec.Schema) bool {
			return slices.Contains(s.Enum, any(word)) || s.Type == "boolean" && (word == "true" || word == "false")
		})
		if !known {
			t.Errorf("%s may not be %q", at, word)
		}
	}
}

// TestEventTypesAreTheVendors: what a test ever heard of is checked as it is told; here it is what the source says.
func TestEventTypesAreTheVendors(t *testing.T) {
	doc, err := Document()
	if err != nil {
		t.Fatal(err)
	}
	form := doc.Paths["/v1/webhook_endpoints"]["post"].RequestBody.Content["application/x-www-form-urlencoded"].Schema
	known := form.Properties["enabled_events"].Items.Enum
	for _, name := range sourceEvents(t) {
		if !slices.Contains(known, any(name)) {
			t.Errorf("%s is no event of the vendor's", name)
		}
	}
	if slices.Contains(known, any("payment_intent.updated")) {
		t.Error("the vendor has payment_intent.updated now: an update of a payment must tell of it")
	}
}
