package translate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// customFields are those of a tenant's own fields that have a value, in our words.
func customFields(all []halo.CustomField) []*psav1.CustomField {
	return slices.DeleteFunc(someCustomFields(all), func(f *psav1.CustomField) bool { return f.GetValue() == nil })
}

// someCustomFields are those that a row of a listing has: one without a value is cleared, what is not there is not said.
func someCustomFields(some []halo.CustomField) []*psav1.CustomField {
	all := make([]*psav1.CustomField, 0, len(some))
	for _, f := range some {
		c := &psav1.CustomField{Id: ref(f.ID), Name: f.Name, Label: f.Label, Display: f.Display}
		setValue(c, f)
		if c.GetText() == c.GetDisplay() { // it is as it is
			c.Display = ""
		}
		all = append(all, c)
	}
	return all
}

// setValue types a value by what Halo says that it is; where that does not fit, or it says nothing, by the JSON that came.
func setValue(c *psav1.CustomField, f halo.CustomField) {
	var v any
	d := json.NewDecoder(bytes.NewReader(f.Value))
	d.UseNumber()
	if d.Decode(&v) != nil || v == nil || v == "" {
		return
	}
	switch f.Kind() {
	case halo.DateField, halo.TimeField:
		if s, ok := v.(string); ok && setTime(c, s) {
			return
		}
	case halo.ChoiceField, halo.ChoicesField:
		if values, ok := choices(v); ok {
			c.Value = &psav1.CustomField_Choice_{Choice: &psav1.CustomField_Choice{Values: values}}
			return
		}
	case halo.FlagField:
		if yes, ok := flag(v); ok {
			c.Value = &psav1.CustomField_Flag{Flag: yes}
			return
		}
	case halo.TextField, halo.MemoField, halo.TableField: // as it comes
	}
	setPlain(c, v, f.Value)
}

// setTime reports whether s is a time, be it Halo's for none.
func setTime(c *psav1.CustomField, s string) bool {
	at, err := halo.ParseTime(s)
	if err == nil && !at.IsZero() {
		c.Value = &psav1.CustomField_Time{Time: timestamppb.New(at.Time)}
	}
	return err == nil
}

func setPlain(c *psav1.CustomField, v any, raw json.RawMessage) {
	switch v := v.(type) {
	case string:
		c.Value = &psav1.CustomField_Text{Text: v}
	case bool:
		c.Value = &psav1.CustomField_Flag{Flag: v}
	case json.Number:
		if n, err := v.Float64(); err == nil {
			c.Value = &psav1.CustomField_Number{Number: n}
		} else {
			c.Value = &psav1.CustomField_Text{Text: v.String()}
		}
	default:
		if values, ok := choices(v); ok {
			c.Value = &psav1.CustomField_Choice_{Choice: &psav1.CustomField_Choice{Values: values}}
			return
		}
		c.Value = &psav1.CustomField_Text{Text: string(raw)} // a table
	}
}

// choices are the entries of a list: one, several, or as texts between commas; ok is false for what is none.
func choices(v any) (values []string, ok bool) {
	switch v := v.(type) {
	case string:
		return []string{v}, true
	case json.Number:
		return []string{v.String()}, true
	case []any:
		for _, one := range v {
			if fields, is := one.(map[string]any); is { // with an id and a name
				one = fields["id"]
			}
			more, ok := choices(one)
			if _, list := one.([]any); list || !ok {
				return nil, false
			}
			values = append(values, more...)
		}
		return values, len(values) > 0
	}
	return nil, false
}

func flag(v any) (yes, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case json.Number:
		return v.String() != "0", true
	case string:
		yes, err := strconv.ParseBool(strings.ToLower(v))
		return yes, err == nil
	}
	return false, false
}

// putCustom writes just those that are named, each by its id or its name: the others stay [unsure: write form]. None clears none.
func putCustom(p *halo.Patch, fields []*psav1.CustomField) error {
	if len(fields) == 0 {
		return nil
	}
	type written struct {
		ID    int64  `json:"id,omitempty"`
		Name  string `json:"name,omitempty"`
		Value any    `json:"value"`
	}
	all := make([]written, 0, len(fields))
	for i, f := range fields {
		w := written{Name: f.GetName(), Value: value(f)}
		if f.GetId() != "" {
			n, err := id(fmt.Sprintf("custom_fields[%d].id", i), f.GetId())
			if err != nil {
				return err
			}
			w.ID, w.Name = n, "" // a name might be another's
		}
		all = append(all, w)
	}
	b, err := json.Marshal(all)
	if err != nil {
		return fault.Field("custom_fields", err.Error())
	}
	p.JSON("customfields", b)
	return nil
}

// value is f's in JSON; nil where it has none.
func value(f *psav1.CustomField) any {
	switch v := f.GetValue().(type) {
	case *psav1.CustomField_Text:
		return v.Text
	case *psav1.CustomField_Number:
		return v.Number
	case *psav1.CustomField_Flag:
		return v.Flag
	case *psav1.CustomField_Time:
		return halo.NewTime(v.Time.AsTime())
	case *psav1.CustomField_Choice_:
		return chosen(v.Choice.GetValues())
	}
	return nil
}

// chosen is one entry by itself and several as a list, ids as numbers.
func chosen(values []string) any {
	all := make([]any, 0, len(values))
	for _, v := range values {
		if n, err := strconv.ParseInt(v, 10, 64); err == nil && strconv.FormatInt(n, 10) == v {
			all = append(all, n)
		} else {
			all = append(all, v)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}
