package job

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
)

// makes is the id of what a person makes.
func (s *shop) makes(path string, form url.Values) string {
	s.t.Helper()
	raw, err := s.Do("", "POST", path, form)
	if err != nil {
		s.t.Fatal(err)
	}
	var x struct{ ID string }
	if err := json.Unmarshal(raw, &x); err != nil {
		s.t.Fatal(err)
	}
	return x.ID
}

// seats is a subscription to be asked for, of a customer with a card that works.
func (s *shop) seats() *paymentsv1.Subscription {
	s.t.Helper()
	who := s.makes("/v1/customers", url.Values{"invoice_settings[default_payment_method]": {"pm_card_visa"}})
	seat := s.makes("/v1/prices", url.Values{"currency": {"usd"}, "unit_amount": {"500"}, "recurring[interval]": {"month"}, "product_data[name]": {"Seat"}})
	return &paymentsv1.Subscription{
		Customer: "connections/acme/customers/" + who, Items: []*paymentsv1.SubscriptionItem{{Price: "connections/acme/prices/" + seat}},
	}
}

func TestWhatBecameOfASubscription(t *testing.T) {
	s := open(t)
	x, paths := s.seats(), []string{"customer", "items"}
	op := createSubscription(s.as, Config{KeyLife: time.Hour})
	made, other := written("", paths...), written("", paths...)
	r, err := op.Attempt(t.Context(), made, x)
	if err != nil || r.VendorID == "" || r.Seen == nil {
		t.Fatalf("%+v %v", r, err)
	}
	if a, err := op.Probe(t.Context(), other, x); err != nil || a.Found != job.Absent {
		t.Errorf("not made: %+v %v", a, err)
	}
	s.hand(t, "DELETE", "/v1/subscriptions/"+r.VendorID, nil) // what has ended is there all the same
	if a, err := op.Probe(t.Context(), made, x); err != nil || a.Found != job.Present || a.Result.VendorID != r.VendorID || a.Result.Seen.Mark != made.ID {
		t.Errorf("made: %+v %v", a, err)
	}
}

func TestWhatBecameOfAChangeOfASubscription(t *testing.T) {
	s := open(t)
	made, err := createSubscription(s.as, Config{KeyLife: time.Hour}).Attempt(t.Context(), written("", "items"), s.seats())
	if err != nil {
		t.Fatal(err)
	}
	op := updateSubscription(s.as, Config{KeyLife: time.Hour})
	done, other := written(made.VendorID, "description"), written(made.VendorID, "description")
	if _, err := op.Attempt(t.Context(), done, &paymentsv1.Subscription{Description: "d"}); err != nil {
		t.Fatal(err)
	}
	if a, err := op.Probe(t.Context(), done, nil); err != nil || a.Found != job.Present || a.Result.Seen.Mark != done.ID || a.Result.VendorID != "" {
		t.Errorf("done: %+v %v", a, err)
	}
	if a, err := op.Probe(t.Context(), other, nil); err != nil || a.Found != job.Absent {
		t.Errorf("not done: %+v %v", a, err)
	}
}

func TestWhatHasEndedIsCanceledAndWhatGoesOnIsResumed(t *testing.T) {
	s := open(t)
	made, err := createSubscription(s.as, Config{KeyLife: time.Hour}).Attempt(t.Context(), written("", "items"), s.seats())
	if err != nil {
		t.Fatal(err)
	}
	pause, resume, cancel := pauseSubscription(s.as, Config{}), resumeSubscription(s.as, Config{}), cancelSubscription(s.as, Config{})
	if _, err := pause.Attempt(t.Context(), written(made.VendorID), &paymentsv1.Subscription{Pause: &paymentsv1.Subscription_Pause{}}); err != nil {
		t.Fatal(err)
	}
	for _, op := range []job.Operation[*paymentsv1.Subscription]{resume, resume, cancel, cancel} {
		if r, err := op.Attempt(t.Context(), written(made.VendorID), nil); err != nil || r.Seen == nil || r.VendorID != "" {
			t.Errorf("%s: %+v %v", op.Name, r, err)
		}
	}
	if _, err := cancel.Attempt(t.Context(), written("sub_nobody"), nil); fault.KindOf(err) != fault.NotFound {
		t.Errorf("one that never was: %v", err)
	}
	if _, err := updateSubscription(s.as, Config{KeyLife: time.Hour}).Attempt(t.Context(), written(made.VendorID, "description"), &paymentsv1.Subscription{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("changed after its end: %v", err)
	}
}
