package halo

import "encoding/json"

// CustomField is a value of a field of the tenant's own. [official: Halo OpenAPI 2024-09, CustomField]
type CustomField struct {
	ID      int64           `json:"id"`
	Name    string          `json:"name"`
	Label   string          `json:"label"`
	Type    *int64          `json:"type"`  // nil: Halo did not say
	Value   json.RawMessage `json:"value"` // of any type
	Display string          `json:"display"`
}

// FieldKind is of what sort a custom field is.
type FieldKind int64

// The sorts. The numbers are those that people report, and may be others [unsure].
const (
	TextField FieldKind = iota
	MemoField
	ChoiceField
	ChoicesField
	DateField
	TimeField
	FlagField
	TableField
)

// Kind is what Halo says of f; TextField where it says nothing.
func (f CustomField) Kind() FieldKind {
	if f.Type == nil {
		return TextField
	}
	return FieldKind(*f.Type)
}
