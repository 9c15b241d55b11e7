package mirror

import (
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// named is a kind whose custom fields are written one by one: here a field of the same id replaces.
func named() *Table {
	return Kind[*psav1.Ticket]{
		Name: "ticket", Table: "ticket",
		Merge: map[string]func(dst, src *psav1.Ticket){"custom_fields": func(dst, src *psav1.Ticket) {
			var all []*psav1.CustomField
			for _, f := range dst.GetCustomFields() {
				if f.GetId() != src.GetCustomFields()[0].GetId() {
					all = append(all, f)
				}
			}
			dst.CustomFields = append(all, src.GetCustomFields()...)
		}},
	}.Bind()
}

func TestWhatIsWrittenOneByOneLeavesTheOthers(t *testing.T) {
	k := named()
	held := func() *psav1.Ticket {
		return &psav1.Ticket{Summary: "a", Team: "b", CustomFields: []*psav1.CustomField{{Id: "1", Name: "was"}, {Id: "2"}}}
	}
	one := &psav1.Ticket{Summary: "c", CustomFields: []*psav1.CustomField{{Id: "1", Name: "is"}}}
	for row, c := range map[string]struct {
		lay   func(*psav1.Ticket) Message
		count int
		first string
		team  string
	}{
		"a write": {func(m *psav1.Ticket) Message { k.lay(m, one, []string{"summary", "custom_fields", "team"}); return m }, 2, "2", ""},
		"a row that has some": {func(m *psav1.Ticket) Message {
			return k.merged(&Entity{Confirmed: m}, Observation{State: one, Covers: Coverage{Paths: []string{"summary"}, Some: []string{"custom_fields"}}})
		}, 2, "2", "b"},
		"a look that has all": {func(m *psav1.Ticket) Message {
			return k.merged(&Entity{Confirmed: m}, Observation{State: one, Covers: Fields("summary", "custom_fields")})
		}, 1, "1", "b"},
	} {
		t.Run(row, func(t *testing.T) {
			got, _ := c.lay(held()).(*psav1.Ticket)
			if len(got.GetCustomFields()) != c.count || got.GetCustomFields()[0].GetId() != c.first || got.GetSummary() != "c" || got.GetTeam() != c.team {
				t.Errorf("got %v", got)
			}
		})
	}
	o := Observation{State: one, Covers: Coverage{Paths: []string{"summary"}, Some: []string{"custom_fields"}}}
	if o.covers(PendingWrite{Paths: []string{"custom_fields"}}) {
		t.Error("some of a field show a write to it")
	}
}
