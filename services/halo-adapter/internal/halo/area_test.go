package halo

import (
	"encoding/json"
	"strings"
	"testing"
)

// A client's logo is a picture in every row, and nobody's to keep.
func TestOfAClientItsLogoIsNotKept(t *testing.T) {
	a, err := readArea(json.RawMessage(`{"id":12,"name":"Contoso","logo":"` + strings.Repeat("iVBORw0KGgo", 1000) + `","colour":"#fff"}`))
	if err != nil || a.Name != "Contoso" || string(a.Raw) != `{"colour":"#fff","id":12,"name":"Contoso"}` {
		t.Errorf("%.200s, %v", a.Raw, err)
	}
	if a, err := readArea(json.RawMessage(`{"id":12, "name":"Contoso"}`)); err != nil || string(a.Raw) != `{"id":12, "name":"Contoso"}` {
		t.Errorf("without one: %s, %v", a.Raw, err)
	}
	if _, err := readArea(json.RawMessage(`{"name":"Contoso"}`)); err == nil {
		t.Error("a client without an id is one")
	}
}
