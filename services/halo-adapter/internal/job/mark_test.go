package job

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// without takes a field out of answers: of lists, or of everything.
func without(field string, everywhere bool) func(http.Handler) http.Handler {
	gone := regexp.MustCompile(`,"` + field + `":"[^"]*"`)
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			lists := r.Method == http.MethodGet && !strings.ContainsAny(r.URL.Path[len(r.URL.Path)-1:], "0123456789")
			said := httptest.NewRecorder()
			h.ServeHTTP(said, r)
			body := said.Body.Bytes()
			if lists || everywhere {
				body = gone.ReplaceAll(body, nil)
			}
			w.Header().Set("Content-Type", said.Header().Get("Content-Type"))
			w.WriteHeader(said.Code)
			_, _ = bytes.NewReader(body).WriteTo(w)
		})
	}
}

// Where lists do not show the field of the mark, its absence from them says nothing.
func TestAMarkThatListsDoNotShowIsLookedForInDetails(t *testing.T) {
	ignored := func(s *sim.Switches) { s.ThirdPartyFilter, s.InvoiceMarkFilter = "ignored", "ignored" }
	for name, row := range map[string]struct {
		everywhere, made bool
		want             job.Found
	}{
		"made":                       {false, true, job.Present},
		"not made":                   {false, false, job.Absent},
		"shown by no details either": {true, true, job.CannotTell},
	} {
		t.Run("ticket: "+name, func(t *testing.T) {
			x := behind(t, ignored, without("third_party_id_string", row.everywhere))
			asked := &psav1.Ticket{Summary: "ours"}
			probed(x, createTicket(x.ts, Config{}), on(0, "summary"), asked, row.made, row.want)
		})
		t.Run("invoice: "+name, func(t *testing.T) {
			x := behind(t, ignored, without("thirdpartyinvoicenumber", row.everywhere))
			x.made("invoice", map[string]any{"client_id": 2})
			probed(x, createInvoice(x.ts, Config{InvoiceMark: true}), on(0, "client"), &psav1.Invoice{Client: "2"}, row.made, row.want)
		})
	}
}

func probed[M mirror.Message](x tenant, op job.Operation[M], j *job.Job, asked M, made bool, want job.Found) {
	x.Helper()
	if made {
		if got := attempt(x, op, j, asked); got != "" {
			x.Fatal(got)
		}
	}
	a, err := op.Probe(x.Context(), j, asked)
	if err != nil || a.Found != want || want == job.Present && a.Result.Seen.Mark != j.ID {
		x.Errorf("found %v, %+v, %v; want %v", a.Found, a.Result.Seen, err, want)
	}
}

// An empty page is not the end where Halo counts more than it has shown, and no proof that nothing was made.
func TestAnEmptyPageIsNoProofWhereHaloCountsMore(t *testing.T) {
	empty := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			name, lists := map[string]string{"/Tickets": "tickets", "/Invoice": "invoices"}[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/'):]]
			if !lists || r.Method != http.MethodGet {
				h.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"record_count":37,"` + name + `":[]}`))
		})
	}
	x := behind(t, nil, empty)
	probed(x, createTicket(x.ts, Config{}), on(0, "summary"), &psav1.Ticket{Summary: "ours"}, true, job.CannotTell)
	probed(x, createInvoice(x.ts, Config{InvoiceMark: true}), on(0, "client"), &psav1.Invoice{Client: "2"}, true, job.CannotTell)
}

// Where an accounts package owns the field, an invoice carries no mark, and an unanswered one is nobody's to repeat.
func TestAnInvoiceThatMayCarryNoMarkIsNeverRepeated(t *testing.T) {
	x := open(t, nil)
	op := createInvoice(x.ts, Config{})
	r, err := op.Attempt(t.Context(), on(0, "client"), &psav1.Invoice{Client: "2"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := number(r.VendorID)
	if err != nil {
		t.Fatal(err)
	}
	if got := x.truth("invoice", int(id), "thirdpartyinvoicenumber"); got != "" || op.Safety != job.Never || op.Probe != nil {
		t.Errorf("it carries %v, and a repeat is %v", got, op.Safety)
	}
}
