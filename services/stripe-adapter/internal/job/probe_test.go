package job

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// shop is a simulated account, and our client for it.
type shop struct {
	*sim.Stripe

	t  *testing.T
	as Accounts
}

func open(t *testing.T) *shop {
	t.Helper()
	s := sim.New(sim.Config{Limit: -1, EndpointLimit: -1})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := stripe.New(stripe.Config{BaseURL: server.URL, Key: "sk_test_sim"}, upstream.Config{Connection: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return &shop{s, t, Accounts{"acme": {Stripe: c, Words: translate.Words{Connection: "acme"}}}}
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
	}{
		"it succeeded":     {"pm_card_visa", job.Present},
		"it was declined":  {"pm_card_visa_chargeDeclined", job.CannotTell}, // no success, and no absence either
		"it was not there": {"", job.Absent},
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
