package job

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// bill is an invoice that a person has made, moved on.
func (s *shop) bill(moves ...string) (id, customer string) {
	s.t.Helper()
	customer = s.makes("/v1/customers", url.Values{"invoice_settings[default_payment_method]": {"pm_card_visa"}})
	id = s.makes("/v1/invoices", url.Values{"customer": {customer}})
	s.makes("/v1/invoiceitems", url.Values{"customer": {customer}, "invoice": {id}, "amount": {"1500"}})
	for _, move := range moves {
		s.hand(s.t, "POST", "/v1/invoices/"+id+"/"+move, nil)
	}
	return id, customer
}

const threeItems = `[{"amount":{"currencyCode":"USD","minorUnits":"100"}},{"amount":{"currencyCode":"USD","minorUnits":"200"}},{"amount":{"currencyCode":"USD","minorUnits":"300"}}]`

func billing(made map[string]string) *job.Job {
	j := written("", "customer")
	j.Arguments[ArgItems] = threeItems
	return job.Rehearsed(*j, []string{stepCreate, stepItems, stepAdvance}, made)
}

// after shuts a path once so many have got through.
func after(path string, n int) func(*http.Request) int {
	return func(r *http.Request) int {
		if r.Method != http.MethodPost || r.URL.Path != path {
			return 0
		}
		if n--; n < 0 {
			return http.StatusServiceUnavailable
		}
		return 0
	}
}

// Wherever a create was left, what became of it is found, and goes on without a second of anything.
func TestWhatBecameOfAnInvoiceWithItems(t *testing.T) {
	for name, row := range map[string]struct {
		items   int // that are made
		known   bool
		want    job.Found
		advance bool
	}{
		"nothing is known, and the draft is made":     {0, false, job.Partly, false},
		"nothing is known, and one item is made":      {1, false, job.Partly, false},
		"the draft is known":                          {0, true, job.Absent, false},
		"the draft is known, and one item is made":    {1, true, job.Absent, false},
		"all are made":                                {3, true, job.Present, false},
		"all are made, and it goes on itself":         {3, true, job.Present, true},
		"nothing is known, and it is to go on itself": {3, false, job.Partly, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			op := createInvoice(s.as, Config{KeyLife: time.Hour})
			_, who := s.bill()
			x := &paymentsv1.Invoice{Customer: "connections/acme/customers/" + who, AutoAdvance: row.advance}
			j := billing(nil)
			s.shut = after("/v1/invoiceitems", row.items)
			if _, err := op.Attempt(t.Context(), j, x); err == nil && row.items < 3 {
				t.Fatal("it was not interrupted")
			}
			s.shut = nil
			id, _ := j.Made(stepCreate)
			var known map[string]string
			if row.known {
				known = map[string]string{stepCreate: id}
			}
			unsure := job.Rehearsed(*j, []string{stepCreate, stepItems, stepAdvance}, known)
			unsure.Attempts, unsure.Turn = 2, 1 // the keys are of no help
			a, err := op.Probe(t.Context(), unsure, x)
			if err != nil || a.Found != row.want {
				t.Fatalf("%+v %v, want %v", a, err, row.want)
			}
			again := job.Rehearsed(*unsure, []string{stepCreate, stepItems, stepAdvance}, map[string]string{stepCreate: id})
			if r, err := op.Attempt(t.Context(), again, x); err != nil || r.VendorID != id {
				t.Fatalf("%+v %v", r, err)
			}
			there, err := s.as["acme"].itemsOf(t.Context(), id)
			got, second := s.as["acme"].Stripe.Invoice(t.Context(), id)
			if err != nil || second != nil || len(there) != 3 || got.Is.Total != 600 || got.Is.AutoAdvance != row.advance {
				t.Errorf("%v, of %d: %v %v", there, got.Is.Total, err, second)
			}
		})
	}
}

// What is paid already was paid by an earlier attempt, by itself, or by somebody else: it is paid once. That it was paid another way is
// no success.
func TestAnInvoiceIsPaidOnce(t *testing.T) {
	for name, row := range map[string]struct {
		paid      url.Values // by a person; nil: it is not
		elsewhere bool       // is to be noted
		refused   bool
	}{
		"it is not paid":                            {nil, false, false},
		"it was charged, and is to be charged":      {url.Values{}, false, false},
		"it was charged, and paid elsewhere, too":   {url.Values{}, true, true},
		"it was paid elsewhere, as is to be noted":  {url.Values{"paid_out_of_band": {"true"}}, true, false},
		"it was paid elsewhere, and is not charged": {url.Values{"paid_out_of_band": {"true"}}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			id, _ := s.bill("finalize")
			if row.paid != nil {
				s.hand(t, "POST", "/v1/invoices/"+id+"/pay", row.paid)
			}
			op, j := payInvoice(s.as, Config{KeyLife: time.Hour}), written(id)
			if row.elsewhere {
				j.Arguments[ArgPaidElsewhere] = "true"
			}
			r, err := op.Attempt(t.Context(), j, nil)
			if row.refused != (err != nil) || !row.refused && r.Seen == nil {
				t.Errorf("%+v %v", r, err)
			}
			if a, err := op.Probe(t.Context(), j, nil); row.paid == nil && (err != nil || a.Found != job.Present || a.Result.Seen.Mark != j.ID) {
				t.Errorf("probed: %+v %v", a, err)
			} else if row.paid != nil && (err != nil || a.Found != job.Absent) {
				t.Errorf("somebody else's: %+v %v", a, err)
			}
		})
	}
}

func TestWhatBecameOfADeclinedInvoice(t *testing.T) {
	s := open(t)
	id, _ := s.bill("finalize")
	op, j := payInvoice(s.as, Config{KeyLife: time.Hour}), written(id)
	j.Arguments[ArgPaymentMethod] = "pm_card_visa_chargeDeclinedInsufficientFunds"
	if _, err := op.Attempt(t.Context(), j, nil); fault.Of(err).Reason != stripe.ReasonDeclined {
		t.Fatal(err)
	}
	if _, err := op.Probe(t.Context(), j, nil); fault.Of(err) == nil || fault.Of(err).Reason != stripe.ReasonDeclined || !fault.Of(err).Settles {
		t.Errorf("probed: %v", err)
	}
}

// What stands where a turn leads to already is a success; what stands elsewhere is not.
func TestWhereInvoicesStandAlready(t *testing.T) {
	for name, row := range map[string]struct {
		op      func(Accounts, Config) job.Operation[*paymentsv1.Invoice]
		moves   []string
		refused bool
	}{
		"finalized":                   {finalizeInvoice, []string{"finalize"}, false},
		"finalized, and paid":         {finalizeInvoice, []string{"finalize", "pay"}, false},
		"void":                        {voidInvoice, []string{"finalize", "void"}, false},
		"to be void, and paid":        {voidInvoice, []string{"finalize", "pay"}, true},
		"written off":                 {markInvoiceUncollectible, []string{"finalize", "mark_uncollectible"}, false},
		"to be written off, and void": {markInvoiceUncollectible, []string{"finalize", "void"}, true},
		"to be sent, and is charged":  {sendInvoice, []string{"finalize"}, true},
		"to be deleted, and final":    {deleteInvoice, []string{"finalize"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			id, _ := s.bill(row.moves...)
			if r, err := row.op(s.as, Config{KeyLife: time.Hour}).Attempt(t.Context(), written(id), nil); row.refused != (err != nil) || !row.refused && r.Seen == nil {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
	s := open(t)
	id, _ := s.bill()
	for range 2 { // what is gone is deleted
		if r, err := deleteInvoice(s.as, Config{}).Attempt(t.Context(), written(id), nil); err != nil || r.Seen == nil {
			t.Errorf("%+v %v", r, err)
		}
	}
}

// A replay of a create that was refused at its second item is another job, with another mark: what is there is not added again.
func TestAReplayedInvoiceHasEachItemOnce(t *testing.T) {
	s := open(t)
	op := createInvoice(s.as, Config{KeyLife: time.Hour})
	_, who := s.bill()
	x := &paymentsv1.Invoice{Customer: "connections/acme/customers/" + who}
	first := billing(nil)
	s.shut = after("/v1/invoiceitems", 1)
	if _, err := op.Attempt(t.Context(), first, x); err == nil {
		t.Fatal("it was not interrupted")
	}
	s.shut = nil
	id, _ := first.Made(stepCreate)
	again := billing(map[string]string{stepCreate: id})
	again.Replayed = true
	if _, err := op.Attempt(t.Context(), again, x); err != nil {
		t.Fatal(err)
	}
	page, err := s.as["acme"].Stripe.InvoiceItems(t.Context(), id, stripe.Query{})
	if err != nil || len(page.Rows) != 3 {
		t.Errorf("%d items, %v; want three", len(page.Rows), err)
	}
}
