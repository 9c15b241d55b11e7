package mirror

import (
	"maps"
	"testing"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
)

func TestAPatchOfAMapChangesTheKeysThatWereSent(t *testing.T) {
	for name, row := range map[string]struct{ is, sent, want map[string]string }{
		"a key is added":            {map[string]string{"a": "1"}, map[string]string{"b": "2"}, map[string]string{"a": "1", "b": "2"}},
		"a key is changed":          {map[string]string{"a": "1", "b": "2"}, map[string]string{"a": "3"}, map[string]string{"a": "3", "b": "2"}},
		"an empty value removes":    {map[string]string{"a": "1", "b": "2"}, map[string]string{"a": ""}, map[string]string{"b": "2"}},
		"the last one is removed":   {map[string]string{"a": "1"}, map[string]string{"a": ""}, nil},
		"what is not there removed": {nil, map[string]string{"a": ""}, nil},
		"nothing is sent":           {map[string]string{"a": "1"}, nil, map[string]string{"a": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			is, sent := &paymentsv1.Customer{Metadata: row.is}, &paymentsv1.Customer{Metadata: row.sent, Email: "ada@example.com"}
			before := maps.Clone(row.is)
			patch(is, sent, []string{"metadata", "email"})
			if !maps.Equal(is.GetMetadata(), row.want) || is.GetEmail() != "ada@example.com" {
				t.Errorf("%v", is)
			}
			if !maps.Equal(row.is, before) {
				t.Errorf("the map of before was written into: %v", row.is)
			}
		})
	}
}
