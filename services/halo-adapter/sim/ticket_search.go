package sim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// condition is one part of an advanced search; type 2 is equality, the others are unknown [community: CIPP-API Halo extension].
type condition struct {
	Name  string `json:"filter_name"`
	Type  int32  `json:"filter_type"`
	Value string `json:"filter_value"`
}

// advancedSearch is what a list is searched by. Unlike a parameter that is not known, a field that the tenant has not allowed is
// refused [community: CIPP-API Halo extension].
func advancedSearch(c *call, s Switches) (func(*ticket) bool, error) {
	text := c.query.Get("advanced_search")
	var all []condition
	if err := json.Unmarshal([]byte(text), &all); text != "" && err != nil {
		return nil, invalid("Invalid advanced_search")
	}
	allowed := strings.Split(s.SearchableFields, ",")
	for _, one := range all {
		if !slices.Contains(allowed, one.Name) || one.Type != 2 {
			return nil, invalid("Invalid filter: %s", one.Name)
		}
	}
	return func(t *ticket) bool {
		return !slices.ContainsFunc(all, func(one condition) bool { return !one.holds(t) })
	}, nil
}

func (o condition) holds(t *ticket) bool {
	if o.Name == "summary" {
		return strings.EqualFold(t.Fields.Summary, o.Value)
	}
	return strconv.Itoa(int(t.Fields.reference(o.Name))) == o.Value
}
