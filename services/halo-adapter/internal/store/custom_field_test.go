package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/store"
)

func field(id, name, text string) *psav1.CustomField {
	f := &psav1.CustomField{Id: id, Name: name}
	if text != "" {
		f.Value = &psav1.CustomField_Text{Text: text}
	}
	return f
}

type fields = []*psav1.CustomField

func TestCustomFieldsAreWrittenOneByOne(t *testing.T) {
	held := fields{field("1", "CFa", "a"), field("2", "CFb", "b")}
	for row, c := range map[string]struct{ some, want fields }{
		"nothing":                    {nil, held},
		"one that is there, by id":   {fields{field("2", "", "c")}, fields{field("1", "CFa", "a"), field("2", "CFb", "c")}},
		"one that is there, by name": {fields{field("", "CFa", "c")}, fields{field("1", "CFa", "c"), field("2", "CFb", "b")}},
		"a new one":                  {fields{field("3", "CFc", "c")}, fields{field("1", "CFa", "a"), field("2", "CFb", "b"), field("3", "CFc", "c")}},
		"one that is cleared":        {fields{field("1", "", "")}, fields{field("2", "CFb", "b")}},
		"none is cleared":            {fields{field("3", "CFc", "")}, held},
		"one after the other":        {fields{field("1", "", "c"), field("", "CFa", "d")}, fields{field("1", "CFa", "d"), field("2", "CFb", "b")}},
	} {
		t.Run(row, func(t *testing.T) {
			if d := cmp.Diff(c.want, store.MergeCustomFields(held, c.some), protocmp.Transform()); d != "" {
				t.Error(d)
			}
			if held[0].GetText() != "a" || held[1].GetText() != "b" || len(held) != 2 {
				t.Errorf("what was held is changed: %v", held)
			}
		})
	}
}
