package api_test

import (
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

type customField = psav1.CustomField

func custom(f ...*customField) ask {
	return update(&psav1.Ticket{Name: ticketName("acme", "7"), CustomFields: f}, "")
}

func said(text string) *psav1.CustomField_Text { return &psav1.CustomField_Text{Text: text} }

func badCustomFields() map[string]wrong {
	const first = "ticket.custom_fields[0]"
	other := func(f *customField) ask {
		return create("connections/other", &psav1.Ticket{Summary: "x", CustomFields: []*customField{f}}, id())
	}
	return map[string]wrong{
		"custom field: without a name":                  invalid(first, custom(&customField{Value: said("x")})),
		"custom field: an id that is none":              invalid(first+".id", custom(&customField{Id: "2.0", Value: said("x")})),
		"custom field: a name too long":                 invalid(first+".name", custom(&customField{Name: strings.Repeat("x", 256)})),
		"custom field: a text too long":                 invalid(first+".text", custom(&customField{Id: "1", Value: said(strings.Repeat("x", 100_001))})),
		"custom field: a number that is none":           invalid(first+".number", custom(&customField{Id: "1", Value: &psav1.CustomField_Number{Number: math.NaN()}})),
		"custom field: a number without end":            invalid(first+".number", custom(&customField{Id: "1", Value: &psav1.CustomField_Number{Number: math.Inf(-1)}})),
		"custom field: a time that is none":             invalid(first+".time", custom(&customField{Id: "1", Value: &psav1.CustomField_Time{Time: &timestamppb.Timestamp{Nanos: -1}}})),
		"custom field: a choice of nothing":             invalid(first+".choice.values", custom(&customField{Id: "1", Value: &psav1.CustomField_Choice_{}})),
		"custom field: a choice that is empty":          invalid(first+".choice.values[0]", custom(&customField{Id: "1", Value: &psav1.CustomField_Choice_{Choice: &psav1.CustomField_Choice{Values: []string{""}}}})),
		"custom field: twice":                           invalid("ticket.custom_fields[1]", custom(&customField{Id: "1"}, &customField{Id: "1"})),
		"custom field: twice, by id and by id and name": invalid("ticket.custom_fields[1]", custom(&customField{Id: "1"}, &customField{Id: "1", Name: "CFx"})),
		"custom field: twice by name":                   invalid("ticket.custom_fields[1]", custom(&customField{Id: "1", Name: "CFx"}, &customField{Id: "2", Name: "CFx"})),
		"custom field: an id of nothing":                invalid(first+".id", custom(&customField{Id: "0", Value: said("x")})),
		"custom field: more than there are":             invalid("ticket.custom_fields", custom(make([]*customField, 101)...)),
		"custom field: one that is not there":           invalid(first, other(&customField{Id: "103", Value: said("x")})),
		"custom field: a name that is not":              invalid(first, other(&customField{Name: "CFnothing", Value: said("x")})),
		"custom field: the name is another's":           invalid(first, other(&customField{Id: "101", Name: "CFtier", Value: said("x")})),
		"custom field: a NUL in it":                     invalid(first+".text", custom(&customField{Id: "1", Value: said("\x00")})),
		"custom field: nothing, in the mask":            unknown(update(&psav1.Ticket{Name: ticketName("acme", "77")}, "", "custom_fields")),
		"custom field: not of another's tenant":         invalid(first, update(&psav1.Ticket{Name: "connections/other/tickets/7", CustomFields: []*customField{{Id: "1"}}}, "")),
	}
}

func TestCustomFieldsAreSetOneByOne(t *testing.T) {
	h := open(t)
	h.ticket("acme", "7", 1, &psav1.Ticket{Summary: "printer", CustomFields: []*customField{
		{Id: "101", Name: "CFrackUnit", Label: "Rack unit", Value: said("4U")}, {Id: "104", Name: "CFtier", Value: said("gold")},
	}})
	got, err := h.UpdateTicket(t.Context(), &psav1.UpdateTicketRequest{
		Ticket:     &psav1.Ticket{Name: ticketName("acme", "7"), CustomFields: []*customField{{Id: "101", Value: said("7U")}, {Name: "CFtier"}, {Id: "103", Value: &psav1.CustomField_Flag{Flag: true}}}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"custom_fields"}},
	})
	must(t, err)
	want := []*customField{
		{Id: "101", Name: "CFrackUnit", Label: "Rack unit", Value: said("7U")}, {Id: "103", Value: &psav1.CustomField_Flag{Flag: true}},
	}
	if !proto.Equal(&psav1.Ticket{CustomFields: got.GetCustomFields()}, &psav1.Ticket{CustomFields: want}) {
		t.Errorf("got %v", got.GetCustomFields())
	}
	must(t, create("connections/other", &psav1.Ticket{Summary: "x", CustomFields: []*customField{{Id: "101", Name: "CFrackUnit", Value: said("4U")}, {Name: "CFtier", Value: said("gold")}}}, id())(t.Context(), h))
}
