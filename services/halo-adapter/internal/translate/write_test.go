package translate_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

func TestOurWordsInHalos(t *testing.T) {
	for name, row := range map[string]struct {
		ticket *psav1.Ticket
		paths  []string
		want   string
	}{
		"only what changed":             {&psav1.Ticket{Summary: "a", Details: "b"}, []string{"summary"}, `{"summary":"a"}`},
		"ids are whole numbers":         {&psav1.Ticket{Status: "9", Client: "12"}, []string{"status", "client"}, `{"status_id":9,"client_id":12}`},
		"nobody is an id of its own":    {&psav1.Ticket{}, []string{"agent"}, `{"agent_id":1}`},
		"none is null":                  {&psav1.Ticket{}, []string{"priority"}, `{"priority_id":null}`},
		"a team is written by its name": {&psav1.Ticket{Team: "1st Line"}, []string{"team"}, `{"team":"1st Line"}`},
		"what is cleared is sent empty": {&psav1.Ticket{}, []string{"details"}, `{"details":""}`},
		"custom fields by id, else by name": {
			&psav1.Ticket{CustomFields: []*psav1.CustomField{
				{Id: "101", Name: "CFrackUnit", Value: &psav1.CustomField_Text{Text: "4U"}}, {Name: "CFtier", Value: &psav1.CustomField_Number{Number: 3}},
			}},
			[]string{"custom_fields"},
			`{"customfields":[{"id":101,"value":"4U"},{"name":"CFtier","value":3}]}`,
		},
		"no custom fields change none":           {&psav1.Ticket{Summary: "a"}, []string{"summary", "custom_fields"}, `{"summary":"a"}`},
		"a custom field without a value is null": {&psav1.Ticket{CustomFields: []*psav1.CustomField{{Id: "101"}}}, []string{"custom_fields"}, `{"customfields":[{"id":101,"value":null}]}`},
		"custom fields of every type": {
			&psav1.Ticket{CustomFields: []*psav1.CustomField{
				{Id: "1", Value: &psav1.CustomField_Flag{Flag: true}},
				{Id: "2", Value: &psav1.CustomField_Time{Time: timestamppb.New(time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC))}},
				{Id: "3", Value: choice("4")},
				{Id: "4", Value: choice("1", "North")},
				{Id: "5", Value: &psav1.CustomField_Number{Number: 2.5}},
			}},
			[]string{"custom_fields"},
			`{"customfields":[{"id":1,"value":true},{"id":2,"value":"2027-01-31T00:00:00"},{"id":3,"value":4},{"id":4,"value":[1,"North"]},{"id":5,"value":2.5}]}`,
		},
		"the order of paths is kept": {&psav1.Ticket{Site: "3", User: "4"}, []string{"user", "site"}, `{"user_id":4,"site_id":3}`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := words().Patch(row.ticket, row.paths)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(p); string(got) != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

func choice(values ...string) *psav1.CustomField_Choice_ {
	return &psav1.CustomField_Choice_{Choice: &psav1.CustomField_Choice{Values: values}}
}

func TestWhatIsNoIDOfHalosNamesTheField(t *testing.T) {
	for _, id := range []string{"x", "-1", "1.0", "99999999999999999999"} {
		_, err := words().Patch(&psav1.Ticket{Status: id}, []string{"status"})
		if f := fault.Of(err); err == nil || f.Kind != fault.Invalid || f.Field != "ticket.status" {
			t.Errorf("status %q: %v, want an invalid ticket.status", id, err)
		}
	}
}

func TestACreateCarriesItsMark(t *testing.T) {
	mark := uuid.MustParse("0192f0c4-7d1e-7c3a-8e50-3f2b7a9c1d00")
	p, err := words().Create(&psav1.Ticket{Summary: "a"}, []string{"summary"}, mark)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"summary":"a","third_party_id_string":"0192f0c4-7d1e-7c3a-8e50-3f2b7a9c1d00","donotapplytemplateintheapi":true}`
	if got, _ := json.Marshal(p); string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A note that Halo hands back, as text or as HTML of its own making, is still ours and reads as it was written.
func TestANotesMarkSurvivesHalosHTML(t *testing.T) {
	mark := uuid.MustParse("0192f0c4-7d1e-7c3a-8e50-3f2b7a9c1d00")
	p, err := translate.CreateNote(&psav1.Note{Text: "rebooted <it>\n& waited"}, 7, mark, true)
	if err != nil {
		t.Fatal(err)
	}
	var sent struct {
		HTML string `json:"note_html"`
	}
	b, _ := json.Marshal(p)
	if err := json.Unmarshal(b, &sent); err != nil {
		t.Fatal(err)
	}
	quoting := "as in [ref 0192f0c4-0000-7c3a-8e50-3f2b7a9c1d00]: it waited"
	if o, _ := translate.ObservedNote(halo.Action{TicketID: 1, ID: 2, Note: quoting + "\n\n[ref " + mark.String() + "]"}); o.Mark != mark {
		t.Errorf("one that quotes another: mark %v", o.Mark)
	} else if n, _ := o.State.(*psav1.Note); n.GetText() != quoting {
		t.Errorf("one that quotes another reads %q", n.GetText())
	}
	for name, a := range map[string]halo.Action{
		"its HTML":     {TicketID: 1, ID: 2, NoteHTML: sent.HTML},
		"wrapped HTML": {TicketID: 1, ID: 2, NoteHTML: "<div class=x>" + sent.HTML + "<!-- c --></div>"},
		"its text":     {TicketID: 1, ID: 2, Note: "rebooted <it>\n& waited\n\n[ref " + mark.String() + "]"},
	} {
		o, _ := translate.ObservedNote(a)
		n, _ := o.State.(*psav1.Note)
		if o.Mark != mark || n.GetText() != "rebooted <it>\n& waited" {
			t.Errorf("%s: %q with mark %v", name, n.GetText(), o.Mark)
		}
	}
}
