package halo

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestWhatAnAnswerMeans(t *testing.T) {
	type want struct {
		kind     fault.Kind
		reason   string
		mayApply bool
	}
	good := want{}
	for name, tc := range map[string]struct {
		method string
		status int
		body   string
		want   want
	}{
		"read":                          {"GET", 200, `{}`, good},
		"written":                       {"POST", 201, `{}`, good},
		"deleted":                       {"DELETE", 204, ``, good},
		"a page instead of a list":      {"GET", 200, `<html>`, want{fault.Drift, ReasonNotJSON, false}},
		"written, and answered nothing": {"POST", 200, ``, want{fault.Drift, ReasonNotJSON, true}},
		"refused":                       {"POST", 400, ``, want{fault.Invalid, ReasonRefused, false}},
		"refused as unprocessable":      {"POST", 422, ``, want{fault.Invalid, ReasonRefused, false}},
		"token gone":                    {"POST", 401, ``, want{fault.Unauthorized, ReasonUnauthorized, false}},
		"no right to read":              {"GET", 403, ``, want{fault.Hidden, ReasonForbidden, false}},
		"no right to write":             {"POST", 403, ``, want{fault.Invalid, ReasonForbidden, false}},
		"absent":                        {"GET", 404, ``, want{fault.NotFound, ReasonNotFound, false}},
		"deleted twice":                 {"DELETE", 404, ``, want{fault.NotFound, ReasonNotFound, false}},
		"overtaken":                     {"POST", 409, ``, want{fault.Conflict, ReasonConflict, false}},
		"too many":                      {"POST", 429, ``, want{fault.Throttled, ReasonThrottled, false}},
		"a read failed":                 {"GET", 500, ``, want{fault.Unavailable, ReasonServerError, false}},
		"a write failed, or not":        {"POST", 500, ``, want{fault.Unavailable, ReasonServerError, true}},
		"a deletion failed, or not":     {"DELETE", 502, ``, want{fault.Unavailable, ReasonServerError, true}},
		"a proxy gave up on a write":    {"POST", 504, ``, want{fault.Unavailable, ReasonServerError, true}},
		"a proxy waited in vain":        {"POST", 408, ``, want{fault.Unavailable, ReasonServerError, true}},
		"something else":                {"POST", 418, ``, want{fault.Unknown, ReasonUnexpected, false}},
	} {
		t.Run(name, func(t *testing.T) {
			f := classify("halo.X", &upstream.Response{Method: tc.method, Status: tc.status, Body: []byte(tc.body)})
			got := good
			if f != nil {
				got = want{f.Kind, f.Reason, f.MayApply}
			}
			if got != tc.want || (f == nil) != (tc.want == good) {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestErrorsComeInManyShapes(t *testing.T) {
	for file, want := range map[string]struct{ code, words string }{
		"result-code.json":  {"1003", "You do not have access to this action."},
		"exception.json":    {"System.Exception", "Please supply a ticket_id."},
		"message.json":      {"", "Authorization has been denied for this request."},
		"error.json":        {"", "The summary is missing."},
		"oauth.json":        {"invalid_scope", "Unknown scope."},
		"error-object.json": {"", `{"code":7,"text":"nested"}`},
		"problem.json":      {"", golden(t, "errors/problem.json")},
		"array.json":        {"", `["first","second"]`},
		"text.txt":          {"", "You have exceeded the limit of 300 requests per 300 seconds."},
		"page.html":         {"", "<html><head><title>502 Bad Gateway</title></head></html>"},
		"empty.txt":         {"", ""},
	} {
		t.Run(file, func(t *testing.T) {
			f := classify("halo.X", &upstream.Response{Method: "POST", Status: 400, Body: []byte(golden(t, "errors/"+file))})
			if f.Code != want.code || f.Message != want.words {
				t.Errorf("%q %q, want %q %q", f.Code, f.Message, want.code, want.words)
			}
		})
	}
}

func TestLongComplaintsAreCut(t *testing.T) {
	f := classify("halo.X", &upstream.Response{Method: "GET", Status: 500, Body: []byte("x" + strings.Repeat("ä", 5000))})
	if len(f.Message) > maxWords || !utf8.ValidString(f.Message) {
		t.Errorf("%d bytes kept", len(f.Message))
	}
}

func FuzzClassify(f *testing.F) {
	for _, name := range []string{"result-code.json", "exception.json", "error-object.json", "array.json", "page.html"} {
		f.Add("POST", 400, []byte(golden(f, "errors/"+name)))
	}
	f.Add("GET", 200, []byte(`{}`))
	f.Add("POST", 503, []byte{0xff, 0})
	f.Fuzz(func(t *testing.T, method string, status int, body []byte) {
		got := classify("halo.X", &upstream.Response{Method: method, Status: status, Body: body})
		switch {
		case got == nil:
			if status >= 400 || status < 300 && method != http.MethodDelete && !json.Valid(body) {
				t.Fatalf("%d %q is a success", status, body)
			}
		case got.Reason == "" || len(got.Message) > maxWords || len(got.Code) > maxWords || !utf8.ValidString(got.Message+got.Code):
			t.Fatalf("%+v", got)
		case got.MayApply && method == http.MethodGet:
			t.Fatal("a read was applied")
		}
	})
}
