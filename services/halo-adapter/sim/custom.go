package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The sorts of custom fields; the numbers are unverified [unsure].
const (
	textField = iota
	memoField
	choiceField
	choicesField
	dateField
	timeField
	flagField
	tableField
)

// definedFields are those that the tenant has set up; another that is written is taken for a text.
func definedFields() []customField {
	return []customField{
		{ID: 101, Name: "CFrackUnit", Label: "Rack unit", Type: textField},
		{ID: 102, Name: "CFcontractEnd", Label: "Contract end", Type: dateField},
		{ID: 103, Name: "CFpremium", Label: "Premium support", Type: flagField},
		{ID: 104, Name: "CFtier", Label: "Tier", Type: choiceField},
		{ID: 105, Name: "CFregions", Label: "Regions", Type: choicesField},
		{ID: 106, Name: "CFcontacts", Label: "Contacts", Type: tableField},
	}
}

// mergedCustom is custom fields after a write by id or by name; those not named stay.
func mergedCustom(old []customField, list []json.RawMessage) ([]customField, error) {
	fields := slices.Clone(old)
	for _, element := range list {
		var f customField
		if err := fill(element, &f); err != nil {
			return nil, err
		}
		at := slices.IndexFunc(fields, f.same)
		if at < 0 {
			fields = append(fields, f.defined())
			at = len(fields) - 1
		}
		fields[at].Value, fields[at].Display = f.Value, shownValue(f.Value)
	}
	return fields, nil
}

func (f customField) same(o customField) bool {
	return f.ID != 0 && o.ID == f.ID || f.Name != "" && o.Name == f.Name
}

func (f customField) defined() customField {
	defined := definedFields()
	if at := slices.IndexFunc(defined, f.same); at >= 0 {
		return defined[at]
	}
	return customField{ID: f.ID, Name: f.Name}
}

// shownValue is a value as people read it.
func shownValue(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		return map[bool]string{true: "Yes", false: "No"}[v]
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, shownValue(one))
		}
		return strings.Join(all, ", ")
	case nil, map[string]any:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

// customs are those that a list was asked for by their ids.
func (c *call) customs(fields []customField, s Switches) []customField {
	var wanted []customField
	for _, f := range fields {
		if listed(c.query.Get("include_custom_fields"), f.ID) {
			wanted = append(wanted, f)
		}
	}
	return listOf(wanted, s.NullCollections)
}
