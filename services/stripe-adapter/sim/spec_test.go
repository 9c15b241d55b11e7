package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stripe/stripe-mock/spec"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// conforms holds an answer against the schema that the vendor documents for it, an error too: every required field is there,
// every type and word is one that it knows, and there is nothing else.
func conforms(t *testing.T, method, path string, status int, body object) {
	t.Helper()
	doc, err := sim.Document()
	if err != nil {
		t.Fatal(err)
	}
	op := operation(doc, method, path)
	if op == nil && status == 404 {
		return
	}
	if op == nil {
		t.Errorf("%s %s is not documented", method, path)
		return
	}
	schema := op.Responses["200"].Content["application/json"].Schema
	if status >= 400 {
		schema = op.Responses["default"].Content["application/json"].Schema
	}
	for _, fault := range (checker{doc}).check(schema, body, "$") {
		t.Errorf("%s %s: %s", method, path, fault)
	}
}

// operation is the one that a path means; a word of the path goes before a value.
func operation(doc *spec.Spec, method, path string) *spec.Operation {
	got := strings.Split(path, "/")
	var best *spec.Operation
	most := -1
	for known, verbs := range doc.Paths {
		want, same := strings.Split(string(known), "/"), 0
		if len(want) != len(got) || verbs[spec.HTTPVerb(strings.ToLower(method))] == nil {
			continue
		}
		for n, part := range want {
			switch {
			case part == got[n]:
				same++
			case !strings.HasPrefix(part, "{"):
				same = -len(want) * 2
			}
		}
		if same > most {
			best, most = verbs[spec.HTTPVerb(strings.ToLower(method))], same
		}
	}
	return best
}

type checker struct{ doc *spec.Spec }

func (c checker) check(schema *spec.Schema, value any, at string) []string {
	if schema.Ref != "" {
		if value == nil && schema.Nullable {
			return nil
		}
		return c.check(c.doc.Components.Schemas[schema.Ref[strings.LastIndex(schema.Ref, "/")+1:]], value, at)
	}
	if value == nil {
		if schema.Nullable {
			return nil
		}
		return []string{at + " is null"}
	}
	if len(schema.AnyOf) > 0 {
		return c.anyOf(schema, value, at)
	}
	if len(schema.Enum) > 0 && !slices.Contains(schema.Enum, value) {
		return []string{fmt.Sprintf("%s is %v, which is not among the words", at, value)}
	}
	return c.byType(schema, value, at)
}

// anyOf passes if one passes; otherwise it says what is wrong with the nearest.
func (c checker) anyOf(schema *spec.Schema, value any, at string) []string {
	var nearest []string
	for n, one := range schema.AnyOf {
		faults := c.check(one, value, at)
		if len(faults) == 0 {
			return nil
		}
		if n == 0 || len(faults) < len(nearest) {
			nearest = faults
		}
	}
	return nearest
}

func (c checker) byType(schema *spec.Schema, value any, at string) []string {
	wrong := []string{fmt.Sprintf("%s is %T, want %s", at, value, schema.Type)}
	switch v := value.(type) {
	case string:
		if schema.Type != "string" {
			return wrong
		}
		if schema.MaxLength > 0 && utf8.RuneCountInString(v) > schema.MaxLength {
			return []string{at + " is too long"}
		}
	case bool:
		if schema.Type != "boolean" {
			return wrong
		}
	case float64:
		if schema.Type != "number" && (schema.Type != "integer" || v != float64(int64(v))) {
			return wrong
		}
	case []any:
		if schema.Type != "array" {
			return wrong
		}
		var faults []string
		for n, element := range v {
			faults = append(faults, c.check(schema.Items, element, fmt.Sprintf("%s[%d]", at, n))...)
		}
		return faults
	case map[string]any:
		if schema.Type != "object" {
			return wrong
		}
		return c.fields(schema, v, at)
	}
	return nil
}

func (c checker) fields(schema *spec.Schema, value object, at string) []string {
	var faults []string
	for _, name := range schema.Required {
		if _, there := value[name]; !there {
			faults = append(faults, at+"."+name+" is missing")
		}
	}
	for name, field := range value {
		known := schema.Properties[name]
		switch {
		case known != nil:
			faults = append(faults, c.check(known, field, at+"."+name)...)
		case schema.AdditionalProperties != nil:
			faults = append(faults, c.check(schema.AdditionalProperties, field, at+"."+name)...)
		case len(schema.Properties) > 0:
			faults = append(faults, at+"."+name+" is not documented")
		}
	}
	return faults
}

// TestTheCheckerSeesWhatIsWrong: a test that passes whatever it is given proves nothing.
func TestTheCheckerSeesWhatIsWrong(t *testing.T) {
	x := open(t, simConfig())
	good := x.get("/v1/customers/" + x.customer())
	doc, err := sim.Document()
	if err != nil {
		t.Fatal(err)
	}
	schema := doc.Components.Schemas["customer"]
	for name, spoil := range map[string]func(object){
		"a required field that is gone": func(o object) { delete(o, "created") },
		"a field of another type":       func(o object) { o["balance"] = "0" },
		"a null that may not be":        func(o object) { o["metadata"] = nil },
		"a word nobody knows":           func(o object) { o["tax_exempt"] = "perhaps" },
		"a field that is not its own":   func(o object) { o["updated"] = 1.0 },
		"a hash with something else":    func(o object) { o["invoice_settings"] = object{"paid": true} },
	} {
		spoiled := object{}
		for field, value := range good {
			spoiled[field] = value
		}
		spoil(spoiled)
		if faults := (checker{doc}).check(schema, spoiled, "$"); len(faults) == 0 {
			t.Errorf("%s passes", name)
		}
	}
}
