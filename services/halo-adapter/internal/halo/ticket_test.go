package halo

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

func onDay(hour, minute, second, nanos int) Time {
	return Time{time.Date(2026, 3, 2, hour, minute, second, nanos, time.UTC)}
}

func TestAListOfTickets(t *testing.T) {
	_, c := answering(t, 200, golden(t, "tickets.json"))
	page, err := c.Tickets(t.Context(), TicketQuery{})
	if err != nil || page.RecordCount != 717 {
		t.Fatalf("%d tickets, %v", page.RecordCount, err)
	}
	want := []Ticket{{
		ID: 10421, GUID: "0b6d0f8e-5c1b-4d53-9a37-0f6a3a7f7b11", Summary: "Printer offline", Details: "It blinks.",
		StatusID: 2, TicketTypeID: 1, PriorityID: 3, SLAID: 1, Impact: 2, Urgency: 3,
		ClientID: 12, ClientName: "Contoso", SiteID: 18, SiteName: "Main", UserID: 77, UserName: "Ada", AgentID: 5, Team: "1st Line",
		Category1: "Hardware>Printer", ThirdPartyID: "0198-mark",
		DateOccurred: onDay(9, 14, 5, 123e6), LastUpdate: onDay(9, 20, 11, 700e6), LastActionDate: onDay(9, 20, 11, 765432100),
		Listed: true,
	}, {ID: 9007199254740993, StatusID: 9, HasBeenClosed: true, Listed: true}}
	if d := cmp.Diff(want, page.Tickets, cmpopts.IgnoreTypes(Row{})); d != "" {
		t.Error(d)
	}
	var fields []string
	for _, bad := range page.Drifted {
		if bad.Fault.Kind != fault.Drift || bad.Fault.Op != "halo.ListTickets" || bad.Fault.MayApply {
			t.Errorf("%s: %+v", bad.Raw, bad.Fault)
		}
		fields = append(fields, bad.Fault.Field)
	}
	if d := cmp.Diff([]string{"last_update", "status_id", "id", "id"}, fields); d != "" {
		t.Error(d)
	}
}

func TestARowSaysWhichFieldsItHas(t *testing.T) {
	for name, tc := range map[string]struct {
		row       string
		has, lack []string
	}{
		"a list's":   {`{"id":1,"guid":"x","last_update":"2026-03-02T09:20:11","customfields":null}`, []string{"id", "guid", "last_update", "customfields"}, []string{"details_html", "deleted"}},
		"a detail's": {`{"id":1,"key":"x","deleted":false}`, []string{"guid", "deleted"}, []string{"key", "last_update"}},
		"an answer's to a write": {
			`{"id":1,"lastupdate":"2026-03-02T09:20:11","category1":"a","category4":"b"}`,
			[]string{"last_update", "category_1", "category_4"},
			[]string{"lastupdate", "category1", "category_2"},
		},
		"in capitals": {`{"ID":1,"Summary":"x"}`, []string{"id", "summary"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got Ticket
			if err := json.Unmarshal([]byte(tc.row), &got); err != nil {
				t.Fatal(err)
			}
			for _, field := range tc.has {
				if !got.Has(field) {
					t.Errorf("lacks %s", field)
				}
			}
			for _, field := range tc.lack {
				if got.Has(field) {
					t.Errorf("has %s", field)
				}
			}
			if string(got.Raw) != tc.row {
				t.Errorf("kept %s", got.Raw)
			}
		})
	}
}

func TestOfTwoSpellingsTheUsualOneIsRead(t *testing.T) {
	var got Ticket
	if err := json.Unmarshal([]byte(`{"id":1,"category1":"old","category_1":"new","guid":"g","key":"k"}`), &got); err != nil {
		t.Fatal(err)
	}
	if got.Category1 != "new" || got.GUID != "g" {
		t.Errorf("%+v", got)
	}
}

func TestATicketInDetail(t *testing.T) {
	v, c := answering(t, 200, golden(t, "ticket-detail.json"))
	got, err := c.Ticket(t.Context(), 10421)
	if err != nil {
		t.Fatal(err)
	}
	want := Ticket{
		ID: 10421, GUID: "0b6d0f8e-5c1b-4d53-9a37-0f6a3a7f7b11", Summary: "Printer offline", Details: "It blinks.", DetailsHTML: "<p>It blinks.</p>",
		StatusID: 2, TicketTypeID: 1, AgentID: 1, Category1: "Hardware", Warning: "The priority was changed.",
		DateOccurred: onDay(9, 14, 5, 123e6), DateCreated: onDay(9, 14, 5, 123456700), LastUpdate: onDay(9, 20, 11, 0), LastActionDate: onDay(9, 20, 11, 700e6),
		FixByDate: Time{onDay(9, 14, 5, 0).AddDate(0, 0, 1)}, TargetDate: Time{onDay(0, 0, 0, 0).AddDate(0, 0, 2)},
		CustomFields: []CustomField{
			{ID: 123, Name: "CFfoo", Type: new(int64), Value: json.RawMessage(`"x"`), Display: "X"}, {ID: 124, Name: "CFbar", Value: json.RawMessage(`[1,2]`)},
		},
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreTypes(Row{})); d != "" {
		t.Error(d)
	}
	if v.path != "/api/Tickets/10421" || v.query.Get("includedetails") != "true" || v.query.Get("nocache") != "true" || v.auth != "Bearer abc" {
		t.Errorf("asked %s %v as %q", v.path, v.query, v.auth)
	}
}

func TestActionsOfATicket(t *testing.T) {
	v, c := answering(t, 200, golden(t, "actions.json"))
	page, err := c.Actions(t.Context(), 10421, 50)
	if err != nil || page.RecordCount != 3 {
		t.Fatalf("%d, %v", page.RecordCount, err)
	}
	want := []Action{{
		TicketID: 10421, ID: 3, GUID: "c1d7e3a0-9d11-4b0a-8c55-5a7d0c1e2f33", Outcome: "Internal Note", OutcomeID: 7, Note: "x", NoteHTML: "<p>x</p>",
		Who: "API", WhoType: 1, WhoAgentID: 3, ByAgentID: 3, ByApplication: "Breakwater", HiddenFromUser: true, TimeTaken: 0.25, OldStatus: 1, NewStatus: 2,
		CustomFields: []CustomField{}, DateTime: onDay(9, 20, 11, 700e6), DateCreated: onDay(9, 20, 11, 750e6),
	}, {
		TicketID: 10421, ID: 2, Outcome: "Email Sent", EmailDirection: "O", EmailBodyHTML: "<p>hi</p>", DateTime: onDay(9, 19, 0, 0),
	}}
	if d := cmp.Diff(want, page.Actions, cmpopts.IgnoreTypes(Row{})); d != "" {
		t.Error(d)
	}
	if len(page.Drifted) != 1 || page.Drifted[0].Fault.Field != "ticket_id" {
		t.Errorf("drifted %+v: an action of another ticket is none of this one's", page.Drifted)
	}
	if v.query.Encode() != "count=50&excludesys=true&includehtmlnote=true&ticket_id=10421" {
		t.Errorf("asked %v", v.query)
	}
}
