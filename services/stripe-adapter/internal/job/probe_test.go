package job

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// shop is a simulated account, and our client for it.
type shop struct {
	*sim.Stripe

	shut func(*http.Request) int // the status that a request is answered with; nil, or 0: what is true

	t  *testing.T
	as Accounts
}

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{Stripe: sim.New(sim.Config{Limit: -1, EndpointLimit: -1}), t: t}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.shut != nil {
			if status := s.shut(r); status != 0 {
				http.Error(w, `{"error":{"message":"no"}}`, status)
				return
			}
		}
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c, err := stripe.New(stripe.Config{BaseURL: server.URL, Key: "sk_test_sim"}, upstream.Config{Connection: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	s.as = Accounts{"acme": {Stripe: c, Words: translate.Words{Connection: "acme"}}}
	return s
}

// written is a job that was accepted now.
func written(vendorID string, paths ...string) *job.Job {
	return &job.Job{ID: uuid.Must(uuid.NewV7()), Connection: "acme", VendorID: vendorID, Paths: paths, CreatedAt: time.Now(), Arguments: map[string]string{}}
}

// intent is a payment that a person has made, which stands somewhere.
func (s *shop) intent(capture string, confirm bool) string {
	s.t.Helper()
	p := &sdk.PaymentIntentCreateParams{
		Amount: sdk.Int64(2000), Currency: sdk.String("usd"), PaymentMethod: sdk.String("pm_card_visa"), CaptureMethod: sdk.String(capture),
		PaymentMethodTypes: sdk.StringSlice([]string{"card"}), Confirm: sdk.Bool(confirm),
	}
	got, err := s.as["acme"].Stripe.CreatePayment(s.t.Context(), uuid.NewString(), p)
	if err != nil {
		s.t.Fatal(err)
	}
	return got.ID
}

// Past the life of its key a write is looked for before anything is sent: what was made is found by its mark, and what was not
// is told to be absent.
func TestWhatBecameOfARefundIsFoundByItsMark(t *testing.T) {
	s := open(t)
	op := createRefund(s.as, Config{KeyLife: time.Hour})
	x := &paymentsv1.Refund{Payment: "connections/acme/payments/" + s.intent("automatic", true), Amount: &typev1.Money{CurrencyCode: "USD", MinorUnits: 500}}
	made, other := written(""), written("")
	r, err := op.Attempt(t.Context(), made, x)
	if err != nil || r.Seen == nil || r.VendorID == "" {
		t.Fatalf("%+v %v", r, err)
	}
	a, err := op.Probe(t.Context(), made, x)
	if err != nil || a.Found != job.Present || a.Result.VendorID != r.VendorID || a.Result.Seen.Mark != made.ID {
		t.Errorf("made: %+v %v", a, err)
	}
	if a, err = op.Probe(t.Context(), other, x); err != nil || a.Found != job.Absent {
		t.Errorf("not made: %+v %v", a, err)
	}
	again, err := op.Attempt(t.Context(), made, x)
	if err != nil || again.VendorID != r.VendorID || again.Seen != nil {
		t.Errorf("repeated under its key: %+v %v, want the same, and that its answer is no news", again, err)
	}
}

// A list whose rows come without the field in which the mark would stand does not tell that there is none.
func TestAMarkThatCannotBeReadIsNotAbsent(t *testing.T) {
	s := open(t)
	op := createRefund(s.as, Config{KeyLife: time.Hour})
	x := &paymentsv1.Refund{Payment: "connections/acme/payments/" + s.intent("automatic", true), Amount: &typev1.Money{CurrencyCode: "USD", MinorUnits: 500}}
	if _, err := op.Attempt(t.Context(), written(""), x); err != nil {
		t.Fatal(err)
	}
	plan := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/control/plan", strings.NewReader(`{"drift": {"drop": ["metadata"]}}`))
	s.ServeHTTP(httptest.NewRecorder(), plan)
	if a, err := op.Probe(t.Context(), written(""), x); err != nil || a.Found != job.CannotTell {
		t.Errorf("%+v %v, want that it cannot be told", a, err)
	}
}

func TestWhatBecameOfACustomerIsFoundByItsMark(t *testing.T) {
	s := open(t)
	s.Seed(250, 0) // more than two pages, of long ago
	op := createCustomer(s.as, Config{KeyLife: time.Hour})
	x := &paymentsv1.Customer{DisplayName: "Ada", Email: "ada@example.com"}
	made, other := written("", "display_name", "email"), written("", "display_name")
	if _, err := op.Attempt(t.Context(), made, x); err != nil {
		t.Fatal(err)
	}
	if a, err := op.Probe(t.Context(), made, x); err != nil || a.Found != job.Present || a.Result.Seen.Mark != made.ID {
		t.Errorf("made: %+v %v", a, err)
	}
	if a, err := op.Probe(t.Context(), other, &paymentsv1.Customer{}); err != nil || a.Found != job.Absent {
		t.Errorf("not made: %+v %v", a, err)
	}
}

// A confirmation leaves no mark on the payment: the event that it caused names its key.
func TestWhatBecameOfAConfirmationIsToldByItsEvent(t *testing.T) {
	s := open(t)
	op := confirmPayment(s.as, Config{KeyLife: time.Hour})
	for name, row := range map[string]struct {
		method string
		want   job.Found
		code   string // of the refusal that is found instead
	}{
		"it succeeded":     {"pm_card_visa", job.Present, ""},
		"it was declined":  {"pm_card_visa_chargeDeclined", job.CannotTell, "card_declined"}, // no success, and no absence either
		"it was not there": {"", job.Absent, ""},
	} {
		t.Run(name, func(t *testing.T) {
			j := written(s.intent("automatic", false))
			if row.method != "" {
				j.Arguments[ArgPaymentMethod] = row.method
				if _, err := op.Attempt(t.Context(), j, nil); row.want == job.Present && err != nil {
					t.Fatal(err)
				}
			}
			a, err := op.Probe(t.Context(), j, nil)
			if row.code != "" {
				if f := fault.Of(err); f == nil || !f.Settles || f.Code != row.code || f.Reason != stripe.ReasonDeclined || f.Message == "" {
					t.Errorf("%+v %v, want the decline", a, err)
				}
				return
			}
			if err != nil || a.Found != row.want || row.want == job.Present && a.Result.Seen.Mark != j.ID {
				t.Errorf("%+v %v", a, err)
			}
		})
	}
	old := written("pi_1")
	old.CreatedAt = time.Now().Add(-31 * 24 * time.Hour)
	if a, err := op.Probe(t.Context(), old, nil); err != nil || a.Found != job.CannotTell {
		t.Errorf("older than the feed: %+v %v", a, err)
	}
}

// What is in the wanted state already was brought there by an earlier attempt, or by somebody else: nothing is left to be done.
func TestWhatIsDoneAlreadyIsASuccess(t *testing.T) {
	s := open(t)
	for name, row := range map[string]struct {
		op      job.Operation[*paymentsv1.Payment]
		capture string
		amount  [2]string // of the first job and of the second
		refused bool
	}{
		"a confirmation":               {op: confirmPayment(s.as, Config{KeyLife: time.Hour}), capture: "automatic"},
		"a cancellation":               {op: cancelPayment(s.as, Config{}), capture: "automatic"},
		"a capture":                    {op: capturePayment(s.as, Config{KeyLife: time.Hour}), capture: "manual"},
		"a capture of the same amount": {op: capturePayment(s.as, Config{KeyLife: time.Hour}), capture: "manual", amount: [2]string{"500", "500"}},
		"a capture of another amount":  {op: capturePayment(s.as, Config{KeyLife: time.Hour}), capture: "manual", amount: [2]string{"500", "700"}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			id := s.intent(row.capture, row.capture == "manual")
			for i, amount := range row.amount {
				j := written(id)
				if amount != "" {
					j.Arguments[ArgAmount] = amount
				}
				r, err := row.op.Attempt(t.Context(), j, nil)
				if refused := i == 1 && row.refused; refused != (err != nil) || !refused && r.Seen == nil {
					t.Errorf("job %d: %+v %v", i, r, err)
				}
				if err != nil && fault.Of(err).Reason != stripe.ReasonState {
					t.Error(err)
				}
			}
		})
	}
}

func TestACustomerThatIsGoneIsDeleted(t *testing.T) {
	for _, second := range []string{"missing", "stub"} {
		s := open(t)
		switches := s.Switches()
		switches.SecondDelete = second
		if err := s.SetSwitches(switches); err != nil {
			t.Fatal(err)
		}
		made, err := createCustomer(s.as, Config{KeyLife: time.Hour}).Attempt(t.Context(), written(""), &paymentsv1.Customer{})
		if err != nil {
			t.Fatal(err)
		}
		op := deleteCustomer(s.as, Config{})
		for range 2 {
			if r, err := op.Attempt(t.Context(), written(made.VendorID), nil); err != nil || r.Seen == nil {
				t.Errorf("%s: %+v %v", second, r, err)
			}
		}
		if _, err := op.Attempt(t.Context(), written("cus_nobody"), nil); fault.KindOf(err) != fault.NotFound {
			t.Errorf("one that never was: %v", err)
		}
	}
}

// What a person does to a customer meanwhile hides neither it nor that it was made.
func TestACustomerIsFoundWhateverWasDoneToItSince(t *testing.T) {
	for name, do := range map[string]func(t *testing.T, s *shop, id string){
		"its address was changed": func(t *testing.T, s *shop, id string) {
			s.hand(t, "POST", "/v1/customers/"+id, url.Values{"email": {"new@example.com"}})
		},
		"its mark was taken away": func(t *testing.T, s *shop, id string) {
			s.hand(t, "POST", "/v1/customers/"+id, url.Values{"metadata": {""}})
		},
		"it was deleted": func(t *testing.T, s *shop, id string) { s.hand(t, "DELETE", "/v1/customers/"+id, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			op := createCustomer(s.as, Config{KeyLife: time.Hour})
			x, made := &paymentsv1.Customer{Email: "ada@example.com"}, written("", "email")
			r, err := op.Attempt(t.Context(), made, x)
			if err != nil {
				t.Fatal(err)
			}
			do(t, s, r.VendorID)
			a, err := op.Probe(t.Context(), made, x)
			if err != nil || a.Found != job.Present || a.Result.VendorID != r.VendorID || a.Result.Seen.Mark != made.ID {
				t.Errorf("%+v %v", a, err)
			}
		})
	}
}

func (s *shop) hand(t *testing.T, method, path string, form url.Values) {
	t.Helper()
	if _, err := s.Do("", method, path, form); err != nil {
		t.Fatal(err)
	}
}

// paying is a create that is to be confirmed, with what is known of its steps.
func paying(made map[string]string) *job.Job {
	j := written("", "amount", "payment_method")
	j.Arguments = map[string]string{ArgConfirm: "true", ArgReturnURI: "https://example.com/"}
	return job.Rehearsed(*j, []string{stepCreate, stepConfirm}, made)
}

func asked(method string) *paymentsv1.Payment {
	return &paymentsv1.Payment{Amount: &typev1.Money{CurrencyCode: "USD", MinorUnits: 2000}, PaymentMethod: method}
}

// Of a payment that is to be confirmed too, only the feed tells whether it was: not its mark, which is another job's after a replay,
// nor that it needs a method, which it does after a decline as well.
func TestWhatBecameOfAPaymentThatWasToBeConfirmed(t *testing.T) {
	for name, row := range map[string]struct {
		method   string
		made     bool // the create is known to be
		replayed bool
		want     job.Found
		declined bool
	}{
		"nothing is known, and it was confirmed":            {"pm_card_visa", false, false, job.Partly, false}, // and so it was not by us
		"the create is known, and it was confirmed":         {"pm_card_visa", true, false, job.Present, false},
		"the create is another's, and it was confirmed":     {"pm_card_visa", true, true, job.Present, false},
		"the create is known, and it was declined":          {"pm_card_visa_chargeDeclined", true, false, job.CannotTell, true},
		"the create is another's, and it was declined":      {"pm_card_visa_chargeDeclined", true, true, job.CannotTell, true},
		"the create is known, and it waits for a person":    {"pm_card_authenticationRequired", true, false, job.Present, false},
		"the create is another's, and it was not confirmed": {"", true, true, job.Absent, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			op := createPayment(s.as, Config{KeyLife: time.Hour})
			j := paying(nil)
			if row.replayed {
				first := paying(nil)
				first.Arguments = nil
				if _, err := op.Attempt(t.Context(), first, asked("pm_card_visa_chargeDeclined")); err != nil {
					t.Fatal(err)
				}
				id, _ := first.Made(stepCreate)
				j = paying(map[string]string{stepCreate: id})
			}
			if row.method != "" {
				if _, err := op.Attempt(t.Context(), j, asked(row.method)); (err != nil) != row.declined {
					t.Fatal(err)
				}
			}
			id, _ := j.Made(stepCreate)
			known := map[string]string{stepCreate: id}
			if !row.made {
				known = nil
			}
			unsure := job.Rehearsed(*j, []string{stepCreate, stepConfirm}, known)
			a, err := op.Probe(t.Context(), unsure, asked(row.method))
			if f := fault.Of(err); row.declined != (f != nil && f.Settles) || !row.declined && err != nil || a.Found != row.want {
				t.Fatalf("%+v %v", a, err)
			}
			if a.Found == job.Present && (a.Result.Seen.Mark != j.ID || a.Result.VendorID != id) || a.Found == job.Partly && a.Steps[stepCreate] != id {
				t.Errorf("%+v", a)
			}
		})
	}
}

// After a decline the payment has no method any more: the next try brings it along, and one that somebody else has paid meanwhile is paid.
func TestAnotherTryOfADeclinedPayment(t *testing.T) {
	for name, paid := range map[string]bool{"it is declined again": false, "somebody else has had it paid": true} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			op := createPayment(s.as, Config{KeyLife: time.Hour})
			first, x := paying(nil), asked("pm_card_visa_chargeDeclined")
			if _, err := op.Attempt(t.Context(), first, x); fault.Of(err).Reason != stripe.ReasonDeclined || !fault.Of(err).Settles {
				t.Fatal(err)
			}
			id, _ := first.Made(stepCreate)
			if paid {
				s.hand(t, "POST", "/v1/payment_intents/"+id+"/confirm", url.Values{"payment_method": {"pm_card_visa"}, "return_url": {"https://example.com/"}})
			}
			r, err := op.Attempt(t.Context(), paying(map[string]string{stepCreate: id}), x)
			switch f := fault.Of(err); {
			case paid && (err != nil || r.VendorID != id || r.Seen.State.(*paymentsv1.Payment).GetState() != paymentsv1.Payment_STATE_SUCCEEDED):
				t.Errorf("%+v %v", r, err)
			case !paid && (f == nil || f.Reason != stripe.ReasonDeclined):
				t.Errorf("%+v %v, want a decline, and not that there is no method", r, err)
			}
		})
	}
}

// Whether it is done already is not known while the look at it fails: that is no refusal.
func TestALookThatFailsRefusesNothing(t *testing.T) {
	s := open(t)
	for name, status := range map[string]int{"Stripe is ill": 503, "it is not shown to us": 403, "it is not found": 404} {
		t.Run(name, func(t *testing.T) {
			id := s.intent("automatic", true)
			s.shut = func(r *http.Request) int {
				if r.Method == http.MethodGet {
					return status
				}
				return 0
			}
			defer func() { s.shut = nil }()
			_, err := confirmPayment(s.as, Config{KeyLife: time.Hour}).Attempt(t.Context(), written(id), nil)
			if f := fault.Of(err); f == nil || f.Kind == fault.Invalid || f.Kind == fault.Hidden || f.Kind == fault.NotFound || f.MayApply {
				t.Errorf("%+v", f)
			}
		})
	}
}

// What was created a moment ago may not be seen everywhere at once: a few attempts are made, each under a key of its own, as Stripe
// keeps a refusal.
func TestAReferenceThatIsMissingIsLookedForAFewTimes(t *testing.T) {
	s := open(t)
	for name, attempt := range map[string]func(j *job.Job) error{
		"the payment of a refund": func(j *job.Job) error {
			_, err := patient(createRefund(s.as, Config{KeyLife: time.Hour})).Attempt(t.Context(), j, &paymentsv1.Refund{Payment: "connections/acme/payments/pi_young"})
			return err
		},
		"the customer of a payment": func(j *job.Job) error {
			x := asked("")
			x.Customer = "connections/acme/customers/cus_young"
			j = job.Rehearsed(*j, []string{stepCreate}, nil)
			j.Paths = []string{"amount", "customer"}
			_, err := patient(createPayment(s.as, Config{KeyLife: time.Hour})).Attempt(t.Context(), j, x)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for failures := range 5 {
				j := written("")
				j.Failures = failures
				f := fault.Of(attempt(j))
				if patient := f.Kind == fault.Conflict && f.Spent && !f.MayApply; patient != (failures < 3) || !patient && f.Kind != fault.Invalid {
					t.Errorf("after %d failures: %+v", failures, f)
				}
			}
		})
	}
}

// A turn is a key: under the next one the request is made anew, and what it made is found by its mark whichever it was.
func TestAJobsNextTurnIsAnotherKey(t *testing.T) {
	s := open(t)
	op := createRefund(s.as, Config{KeyLife: time.Hour})
	x := &paymentsv1.Refund{Payment: "connections/acme/payments/" + s.intent("automatic", true), Amount: &typev1.Money{CurrencyCode: "USD", MinorUnits: 500}}
	s.faults(t, vendorsim.Plan{FailBeforeCommit: 1, Routes: []string{"/v1/refunds"}})
	j := written("")
	for range 2 {
		if _, err := op.Attempt(t.Context(), j, x); !fault.Of(err).MayApply {
			t.Fatal(err)
		}
	}
	s.faults(t, vendorsim.Plan{})
	if _, err := op.Attempt(t.Context(), j, x); !fault.Of(err).Spent || !fault.Of(err).MayApply || fault.Of(err).Settles {
		t.Fatalf("%+v: it is kept", err)
	}
	if a, err := op.Probe(t.Context(), j, x); err != nil || a.Found != job.Absent {
		t.Fatalf("%+v %v", a, err)
	}
	j.Turn = 1
	r, err := op.Attempt(t.Context(), j, x)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := op.Probe(t.Context(), j, x); err != nil || a.Found != job.Present || a.Result.VendorID != r.VendorID {
		t.Errorf("%+v %v", a, err)
	}
}

func (s *shop) faults(t *testing.T, p vendorsim.Plan) {
	t.Helper()
	body, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/control/plan", bytes.NewReader(body)))
	if w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
}
