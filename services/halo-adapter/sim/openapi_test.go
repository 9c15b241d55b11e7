package sim

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func readFacts(t *testing.T) Facts {
	t.Helper()
	f, err := ReadFacts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestOperationsAndParametersAreTheVendors(t *testing.T) {
	f := readFacts(t)
	for _, op := range New(Config{}).table() {
		name := op.method + " " + op.path
		if !f.Serves(name) {
			t.Errorf("%s is not in the facts", name)
		}
		for _, param := range op.params {
			if !f.Takes(name, param) {
				t.Errorf("%s takes %q, which is not in the facts", name, param)
			}
		}
	}
}

func TestFieldsAndTypesAreTheVendors(t *testing.T) {
	f := readFacts(t)
	for schema, values := range shapes() {
		for _, value := range values {
			for name, kind := range fieldsOf(reflect.TypeOf(value)) {
				want, documented := f.Schemas[schema][name]
				if !f.Has(schema, name) {
					t.Errorf("%T has %s.%s, which is not in the facts", value, schema, name)
				}
				if documented && kind != "" && strings.Split(want, "/")[0] != kind {
					t.Errorf("%T has %s.%s as %s, want %s", value, schema, name, kind, want)
				}
			}
		}
	}
	for name, value := range map[string]any{"authInfo": authInfo{}, "tokenAnswer": tokenAnswer{}, "envelope": envelope{}} {
		for field := range fieldsOf(reflect.TypeOf(value)) {
			if !contains(f.Extra.Bodies[name].Fields, field) {
				t.Errorf("%s has %q, which is not in the facts", name, field)
			}
		}
	}
}

// shapes are what is served and accepted, by the schemas that say so.
func shapes() map[string][]any {
	return map[string][]any{
		"Faults_List": {ticketRow{}}, "Faults": {ticketDetail{}, ticketInput{ticketFields: &ticketFields{}}, pushedTicket{}, idOnly{}},
		"Actions": {actionView{}, actionInput{actionFields: &actionFields{}}}, "TStatus": {status{}},
		"RequestType_List": {ticketType{}}, "Policy": {priority{}}, "Uname_List": {agent{}}, "Webhook": {webhook{}},
		"UnameNotification": {notification{}}, "WebhookEvent": {webhookEvent{}}, "CustomField": {customField{}},
		"Area": {clientRow{}, clientDetail{}, clientInput{clientFields: &clientFields{}}}, "Site_List": {siteRow{}},
		"Site": {siteDetail{}, siteInput{siteFields: &siteFields{}}}, "Users_List": {userRow{}},
		"Users":           {userDetail{}, userInput{userFields: &userFields{}}},
		"QuotationHeader": {quoteView{}, quoteInput{quoteFields: &quoteFields{}}}, "QuotationDetail": {quoteLineView{}},
		"QuotationApproval": {approval{}}, "InvoiceHeader": {invoiceView{pattern: &pattern{}}, invoiceInput{invoiceFields: &invoiceFields{}}},
		"InvoiceDetail": {invoiceLineView{}}, "AddressStore": {address{}}, "ExternalLink_List": {externalLink{}},
		"SectionDetail_List": {team{}}, "Attachment_List": {attachment{}}, "Attachment": {attachmentDetail{}},
		"AnalyzerProfile": {report{}}, "ReportContent": {reportContent{}},
	}
}

// fieldsOf is the JSON names of a struct and what OpenAPI calls their types; "" where anything goes.
func fieldsOf(t reflect.Type) map[string]string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	out := map[string]string{}
	for _, field := range reflect.VisibleFields(t) {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tag != "" && tag != "-" {
			out[tag] = openAPIType(field.Type)
		}
	}
	return out
}

func openAPIType(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[stamp](), t.Kind() == reflect.String:
		return "string"
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int32:
		return "integer"
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.Float64:
		return "number"
	case t.Kind() == reflect.Slice:
		return "array"
	default:
		return ""
	}
}

// TestAnswersHoldNothingElse asks for everything, with every flag, and looks at each key that really came.
func TestAnswersHoldNothingElse(t *testing.T) {
	f := readFacts(t)
	h := New(Config{Tickets: 3, Quotes: 2, Invoices: 2, WebhookURL: "http://127.0.0.1:9/hook"})
	if _, err := h.Attach(10001, 1, "router.log", 12); err != nil {
		t.Fatal(err)
	}
	hookID := h.hook.get().id
	token := signIn(t, h)
	for path, schema := range map[string]string{
		"Tickets": "Faults_List", "Tickets/10001": "Faults", "Actions": "Actions", "Status": "TStatus", "TicketType": "RequestType_List",
		"Client": "Area", "Client/2": "Area", "Site": "Site_List", "Site/20": "Site", "Users": "Users_List", "Users/201": "Users",
		"Quotation": "QuotationHeader", "Quotation/301": "QuotationHeader", "Invoice": "InvoiceHeader", "Invoice/5001": "InvoiceHeader",
		"RecurringInvoice": "InvoiceHeader", "RecurringInvoice/81": "InvoiceHeader", "Team": "SectionDetail_List",
		"ExternalLink": "ExternalLink_List", "Attachment": "Attachment_List", "Attachment/1": "Attachment", "Agent/3": "Uname_List", "Agent/me": "Uname_List",
		"Priority": "Policy", "Agent": "Uname_List", "Webhook": "Webhook", "Webhook/" + hookID: "Webhook", "WebhookEvent": "WebhookEvent",
	} {
		query := url.Values{"pageinate": {"true"}}
		for _, op := range h.table() {
			for _, param := range op.params {
				if strings.HasPrefix(param, "include") {
					query.Set(param, "true")
				}
			}
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/"+path+"?"+query.Encode(), nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var answer any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
			t.Errorf("%s: %d %v", path, w.Code, err)
		}
		checkKeys(t, f, path, schema, answer)
	}
}

func checkKeys(t *testing.T, f Facts, path, schema string, answer any) {
	t.Helper()
	switch v := answer.(type) {
	case []any:
		for _, element := range v {
			checkKeys(t, f, path, schema, element)
		}
	case map[string]any:
		for key, value := range v {
			if f.Extra.Envelopes[key] != "" && v["record_count"] != nil {
				checkKeys(t, f, path, schema, value)
				continue
			}
			if !f.Has(schema, key) && key != "value" {
				t.Errorf("%s serves %q, which %s has not", path, key, schema)
			}
		}
	}
}

func TestEverySourceIsNamed(t *testing.T) {
	f := readFacts(t)
	sources := map[string]string{}
	for _, m := range []map[string]string{f.Extra.Params, f.Extra.Fields, f.Extra.Paths, f.Extra.Envelopes} {
		for name, source := range m {
			sources[name] = source
		}
	}
	for name, body := range f.Extra.Bodies {
		sources[name] = body.Source
	}
	for name, source := range sources {
		if !strings.Contains(source, ":") {
			t.Errorf("%s has the source %q, want one of a kind and a name", name, source)
		}
	}
}

func signIn(t *testing.T, h *Halo) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {h.cfg.ClientID}, "client_secret": {h.cfg.ClientSecret}, "scope": {"all"}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/auth/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var answer tokenAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.AccessToken == "" {
		t.Fatalf("no token: %d %s", w.Code, w.Body)
	}
	return answer.AccessToken
}

func contains(list []string, s string) bool {
	for _, element := range list {
		if element == s {
			return true
		}
	}
	return false
}
