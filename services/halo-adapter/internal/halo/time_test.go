package halo

import (
	"encoding/json"
	"testing"
	"time"
)

func TestDatesAreUTCWithoutSayingSo(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for name, tc := range map[string]struct {
		wire  string
		want  time.Time
		again string // empty: as it came
	}{
		"to the second":                 {`"2026-03-02T09:14:05"`, at("2026-03-02T09:14:05Z"), ""},
		"with a fraction":               {`"2026-03-02T09:14:05.7"`, at("2026-03-02T09:14:05.7Z"), ""},
		"with seven digits":             {`"2026-03-02T09:14:05.1234567"`, at("2026-03-02T09:14:05.1234567Z"), ""},
		"with more digits than it has":  {`"2026-03-02T09:14:05.123456789"`, at("2026-03-02T09:14:05.1234567Z"), `"2026-03-02T09:14:05.1234567"`},
		"with a Z, as in webhooks":      {`"2026-09-25T06:41:08.7895915Z"`, at("2026-09-25T06:41:08.7895915Z"), `"2026-09-25T06:41:08.7895915"`},
		"with a zone":                   {`"2026-03-02T10:14:05+01:00"`, at("2026-03-02T09:14:05Z"), `"2026-03-02T09:14:05"`},
		"a day alone":                   {`"2026-03-02"`, at("2026-03-02T00:00:00Z"), `"2026-03-02T00:00:00"`},
		"empty, as Halo says it":        {`"1900-01-01T00:00:00"`, time.Time{}, ""},
		"empty, as .NET says it":        {`"0001-01-01T00:00:00"`, time.Time{}, `"1900-01-01T00:00:00"`},
		"the last year that is empty":   {`"1980-12-31T23:59:59"`, time.Time{}, `"1900-01-01T00:00:00"`},
		"the first year that is not":    {`"1981-01-01T00:00:00"`, at("1981-01-01T00:00:00Z"), ""},
		"empty, by a zone that says so": {`"1981-01-01T00:00:00+01:00"`, time.Time{}, `"1900-01-01T00:00:00"`},
		"null":                          {`null`, time.Time{}, `"1900-01-01T00:00:00"`},
		"no text":                       {`""`, time.Time{}, `"1900-01-01T00:00:00"`},
	} {
		t.Run(name, func(t *testing.T) {
			var got Time
			if err := json.Unmarshal([]byte(tc.wire), &got); err != nil || !got.Equal(tc.want) {
				t.Fatalf("%v, %v; want %v", got, err, tc.want)
			}
			again, err := json.Marshal(got)
			if want := or(tc.again, tc.wire); err != nil || string(again) != want {
				t.Errorf("written as %s, %v; want %s", again, err, want)
			}
		})
	}
	for _, wire := range []string{`"yesterday"`, `"2026-13-01T00:00:00"`, `5`, `{}`, `"2026-03-02 09:14"`, `true`} {
		var got Time
		if err := json.Unmarshal([]byte(wire), &got); err == nil {
			t.Errorf("%s was taken for %v", wire, got)
		}
	}
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"2026-03-02T09:14:05.1234567", "1900-01-01T00:00:00", "2026-09-25T06:41:08.7895915Z", "2026-03-02", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTime(s)
		if err != nil {
			return
		}
		again, err := ParseTime(got.String())
		if err != nil || again != got {
			t.Fatalf("%q is %v, and again %v, %v", s, got, again, err)
		}
		if !got.IsZero() && got.Year() <= lastEmptyYear {
			t.Fatalf("%q is %v", s, got)
		}
	})
}
