package journal

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestSecretsAreMasked(t *testing.T) {
	r := newRedactor(Config{Secrets: []string{"pin"}, MaxBody: 1000})
	for name, tc := range map[string]struct{ body, want string }{
		"a password":                 {`{"user":"me","password":"x"}`, `{"user":"me","password":"***"}`},
		"a token among others":       {`{"access_token":"abc","expires_in":3600}`, `{"access_token":"***","expires_in":3600}`},
		"spelled in another way":     {`{ "Client-Secret" : "x" }`, `{ "Client-Secret" : "***" }`},
		"spelled in escapes":         {`{"pass\u0077ord":"x"}`, `{"pass\u0077ord":"***"}`},
		"one of the house's own":     {`{"user_pin":1234,"a":1}`, `{"user_pin":"***","a":1}`},
		"a whole object":             {`{"credentials":{"a":"}","b":[1,"]"]},"c":1}`, `{"credentials":"***","c":1}`},
		"a list at the end":          {`[{"secrets":["a","b"]}]`, `[{"secrets":"***"}]`},
		"quotes in it":               {`{"secret":"a\"b,\\","c":1}`, `{"secret":"***","c":1}`},
		"nothing":                    {`{"secret":null}`, `{"secret":"***"}`},
		"cut off inside":             {`{"secret":"abc`, `{"secret":"***"`},
		"cut off before":             {`{"secret":`, `{"secret":"***"`},
		"cut off inside an escape":   {`{"a":"b\`, `{"a":"b\`},
		"a value that looks like it": {`{"a":"password","b":"x"}`, `{"a":"password","b":"x"}`},
		"no JSON":                    {`<html>"quoted" text</html>`, `<html>"quoted" text</html>`},
		"empty":                      {``, ``},
	} {
		t.Run(name, func(t *testing.T) {
			if got := r.body(nil, []byte(tc.body)); got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}

func TestFormsAndQueriesAreMasked(t *testing.T) {
	r := newRedactor(Config{MaxBody: 1000})
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}
	for body, want := range map[string]string{
		"grant_type=x&client_secret=s&client_id=me": "grant_type=x&client_secret=***&client_id=me",
		"client%5Fsecret=s":                         "client%5Fsecret=***",
		"%zzsecret=s":                               "%zzsecret=***",
		"secret":                                    "secret",
		"":                                          "",
	} {
		if got := r.body(form, []byte(body)); got != want {
			t.Errorf("form %q, want %q", got, want)
		}
	}
	if got := r.url("https://halo.test/x?a=1&token=t#f"); got != "https://halo.test/x?a=1&token=***" {
		t.Errorf("url %q", got)
	}
}

func FuzzNoSecretIsKept(f *testing.F) {
	f.Add([]byte(`{"a":[1,{"b":"c"}],"d":"e"}`), 20)
	f.Add([]byte(`"\u0041"`), 3)
	f.Fuzz(func(t *testing.T, nested []byte, at int) {
		const secret, piece = "QSECRETQ", "QSEC"
		r := newRedactor(Config{MaxBody: 1 << 20})
		_ = r.body(nil, nested) // whatever it is
		if !json.Valid(nested) || strings.Contains(string(nested), piece) {
			return
		}
		whole := `{"x":` + string(nested) + `,"my_password" : {"a":` + string(nested) + `,"b":"` + secret + `"},"y":1}`
		got := r.body(nil, []byte(whole))
		if strings.Contains(got, piece) || !json.Valid([]byte(got)) {
			t.Fatalf("%s became %s", whole, got)
		}
		part := whole[:max(0, min(at, len(whole)))]
		if strings.Contains(r.body(nil, []byte(part)), piece) {
			t.Fatalf("%s became %s", part, r.body(nil, []byte(part)))
		}
	})
}
