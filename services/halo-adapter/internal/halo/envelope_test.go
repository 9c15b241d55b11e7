package halo

import (
	"encoding/json"
	"testing"
)

func TestListsComeInManyShapes(t *testing.T) {
	for name, tc := range map[string]struct {
		body  string
		rows  int
		count int64
		bad   bool
	}{
		"an object with its count":      {body: `{"record_count":717,"tickets":[{"id":1},{"id":2}]}`, rows: 2, count: 717},
		"an object without a count":     {body: `{"tickets":[{"id":1}]}`, rows: 1, count: -1},
		"a count of null":               {body: `{"record_count":null,"tickets":[{"id":1}]}`, rows: 1, count: -1},
		"no rows":                       {body: `{"record_count":0,"tickets":[]}`},
		"no rows, as null":              {body: `{"record_count":0,"tickets":null}`},
		"no rows, and not even a place": {body: `{"record_count":0}`},
		"a page after the last":         {body: `{"record_count":717,"tickets":null}`, count: 717},
		"the rows alone":                {body: ` [{"id":1}]`, rows: 1, count: -1},
		"the rows alone, none":          {body: `[]`, count: -1},
		"null alone":                    {body: `null`, count: -1},
		"another kind's rows":           {body: `{"record_count":3,"clients":[]}`, bad: true},
		"an object that is no list":     {body: `{"id":1}`, bad: true},
		"rows that are an object":       {body: `{"record_count":1,"tickets":{"id":1}}`, bad: true},
		"a count that is text":          {body: `{"record_count":"many","tickets":[]}`, bad: true},
		"text":                          {body: `"tickets"`, bad: true},
		"a page of HTML":                {body: `<html>`, bad: true},
		"nothing":                       {body: ``, bad: true},
	} {
		t.Run(name, func(t *testing.T) {
			rows, count, err := collection([]byte(tc.body), "tickets")
			if (err != nil) != tc.bad || !tc.bad && (len(rows) != tc.rows || count != tc.count) {
				t.Errorf("%d rows of %d, %v", len(rows), count, err)
			}
		})
	}
}

func TestOneEntityComesInTwoShapes(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":1}`: `{"id":1}`, ` [ {"id":1} ] `: `{"id":1}`,
		`[]`: "", `[{"id":1},{"id":2}]`: "", `null`: "", `""`: "", ``: "", `<html>`: "",
	} {
		got, err := single([]byte(body))
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, %v; want %s", body, got, err, want)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	f.Add([]byte(`{"record_count":9,"tickets":[{"id":1,"key":"k","lastupdate":"2026-03-02T09:20:11.7","customfields":[{"id":1,"value":[]}]}]}`))
	f.Add([]byte(`[{"id":1,"ticket_id":2,"category1":"a"}]`))
	f.Add([]byte(`{"record_count":0,"tickets":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		raw, count, err := collection(body, "tickets")
		if err != nil {
			return
		}
		if !json.Valid(body) || count < unsaid {
			t.Fatalf("%q was taken for a list of %d", body, count)
		}
		for _, b := range raw {
			ticket, err := readTicket(b)
			if err == nil && (ticket.ID <= 0 || !ticket.Has("id") || string(ticket.Raw) != string(b)) {
				t.Fatalf("%q was taken for ticket %d", b, ticket.ID)
			}
			_, _ = readAction(0)(b)
		}
	})
}
