package halo

import (
	"encoding/json"
	"testing"
)

func TestWholeNumbersAreSpelledWithoutAFraction(t *testing.T) {
	for in, want := range map[string]string{
		`{"id":12.0,"of":[7.000,-1.0]}`:            `{"id":12,"of":[7,-1]}`,
		`{"price":12.50,"rate":0.05,"big":1.0e3}`:  `{"price":12.50,"rate":0.05,"big":1.0e3}`,
		`{"text":"version 2.0, \"3.0\" \\","n":4}`: `{"text":"version 2.0, \"3.0\" \\","n":4}`,
		`"unfinished 1.0`:                          `"unfinished 1.0`,
		`<p>1.0</p>`:                               `<p>1</p>`,
		`2026-03-02T10:00:00.0`:                    `2026-03-02T10:00:00`,
		`{"at":"2026-03-02T10:00:00.0000000"}`:     `{"at":"2026-03-02T10:00:00.0000000"}`,
	} {
		if got := string(wholes([]byte(in))); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}

// Ids of all kinds may come as 12.0.
func TestAnIDMayComeWithAFractionOfNothing(t *testing.T) {
	for name, body := range map[string]string{
		"a ticket":              `{"record_count":1.0,"tickets":[{"id":7.0,"summary":"x","status_id":2.0,"customfields":[{"id":101.0,"type":0.0}]}]}`,
		"an action":             `{"record_count":1.0,"tickets":[{"id":7.0,"ticket_id":3.0,"outcome_id":7.0}]}`,
		"an invoice and a line": `{"record_count":1.0,"tickets":[{"id":7.0,"client_id":3.0,"lines":[{"id":5.0,"ticket_id":2.0}]}]}`,
	} {
		raw, count, err := collection([]byte(body), "tickets")
		if err != nil || count != 1 {
			t.Fatalf("%s: %d, %v", name, count, err)
		}
		read := map[string]func(json.RawMessage) error{
			"a ticket":              func(b json.RawMessage) error { _, err := readTicket(b); return err },
			"an action":             func(b json.RawMessage) error { _, err := readAction(3)(b); return err },
			"an invoice and a line": func(b json.RawMessage) error { _, err := Read[Invoice](b); return err },
		}[name]
		if err := read(raw[0]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	one, err := single([]byte(`[{"id":7.0}]`))
	if id, err2 := readID(one, nil); err != nil || err2 != nil || id != 7 {
		t.Errorf("%d, %v, %v", id, err, err2)
	}
}

func FuzzWholes(f *testing.F) {
	f.Add([]byte(`{"id":12.0,"text":"1.0"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var was, is any
		if json.Unmarshal(b, &was) != nil {
			return
		}
		if err := json.Unmarshal(wholes(b), &is); err != nil {
			t.Fatalf("%s: %v", wholes(b), err)
		}
		x, _ := json.Marshal(was)
		y, _ := json.Marshal(is)
		if string(x) != string(y) {
			t.Errorf("%s became %s", x, y)
		}
	})
}
