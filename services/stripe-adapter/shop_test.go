package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// shop is a simulated account, and what is needed to steer it.
type shop struct {
	*sim.Stripe

	name             string // of its connection
	endpoint, secret string // of its webhook
	more             with   // settings of its connection
}

func newShop(cfg sim.Config) *shop {
	if cfg.Limit == 0 {
		cfg.Limit, cfg.EndpointLimit = -1, -1
	}
	s := &shop{Stripe: sim.New(cfg)}
	var made struct{ ID, Secret string }
	s.must("POST", "/v1/webhook_endpoints", form("url", "http://127.0.0.1:1/", "enabled_events[0]", "*", "api_version", stripe.Version), &made)
	s.endpoint, s.secret = made.ID, made.Secret
	s.hooked("") // nobody is there yet
	return s
}

// must is an operation that a person does, which the vendor takes.
func (s *shop) must(method, path string, f url.Values, answer any) {
	if err := s.by(method, path, f, answer); err != nil {
		panic(fmt.Sprintf("%s %s %v: %v", method, path, f, err))
	}
}

func (s *shop) by(method, path string, f url.Values, answer any) error {
	raw, err := s.Do("", method, path, f)
	if err != nil || answer == nil {
		return err
	}
	return json.Unmarshal(raw, answer)
}

// form is pairs as Stripe takes them.
func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// hooked sends deliveries to url from now on; empty: nowhere.
func (s *shop) hooked(url string) {
	f := form("disabled", "true")
	if url != "" {
		f = form("url", url, "disabled", "false")
	}
	s.must("POST", "/v1/webhook_endpoints/"+s.endpoint, f, nil)
}

func (s *shop) vendor() adaptertest.Vendor {
	return adaptertest.Vendor{
		Handler: s, Run: s.Run,
		Connection: func(url string) adaptertest.Settings {
			is := adaptertest.Settings{"base_url": url, "key": "sk_test_sim", "webhook_secrets": []string{s.secret}, "reads_per_month": 10_000_000}
			maps.Copy(is, s.more)
			return is
		},
		Hook: s.hooked,
		Hands: map[string]adaptertest.Hand{
			"customer": s.customers(), "payment": s.payments(), "refund": s.refunds(), "product": s.products(), "price": s.prices(),
			"subscription": s.subscriptions(), "invoice": s.invoices(), "item": s.items(),
		},
		Named: func(connection string) { s.name = connection },
	}
}

func (s *shop) customers() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(_, text string) (string, error) {
			var x sdk.Customer
			err := s.by("POST", "/v1/customers", form("name", text), &x)
			return "customers/" + x.ID, err
		},
		Edit:   func(entity, text string) error { return s.by("POST", "/v1/"+entity, form("name", text), nil) },
		Delete: func(entity string) error { return s.by("DELETE", "/v1/"+entity, nil, nil) },
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, x := range every[sdk.Customer](s, "/v1/customers", nil) {
				all["customers/"+x.ID] = expectedCustomer(x)
			}
			return all
		},
	}
}

func (s *shop) payments() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(_, text string) (string, error) {
			var x sdk.PaymentIntent
			err := s.by("POST", "/v1/payment_intents", form("amount", "1000", "currency", "usd", "description", text), &x)
			return "payments/" + x.ID, err
		},
		Edit: func(entity, text string) error {
			return s.by("POST", "/v1/payment_intents/"+strings.TrimPrefix(entity, "payments/"), form("description", text), nil)
		},
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, x := range every[sdk.PaymentIntent](s, "/v1/payment_intents", nil) {
				all["payments/"+x.ID] = s.expectedPayment(x)
			}
			return all
		},
	}
}

func (s *shop) refunds() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(_, text string) (string, error) {
			var x sdk.Refund
			err := s.by("POST", "/v1/refunds", form("payment_intent", s.pays().ID, "amount", "100", "metadata[said]", text), &x)
			return "refunds/" + x.ID, err
		},
		Edit: func(entity, text string) error { return s.by("POST", "/v1/"+entity, form("metadata[said]", text), nil) },
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, x := range every[sdk.Refund](s, "/v1/refunds", nil) {
				all["refunds/"+x.ID] = s.expectedRefund(x)
			}
			return all
		},
	}
}

// pays is a payment that somebody makes, with more in its form.
func (s *shop) pays(more ...string) (x sdk.PaymentIntent) {
	f := form("amount", "1000", "currency", "usd", "confirm", "true", "payment_method", "pm_card_visa", "payment_method_types[0]", "card")
	maps.Copy(f, form(more...))
	s.must("POST", "/v1/payment_intents", f, &x)
	return x
}

// furnished adds payments and refunds in every state that an operation asks for.
func (s *shop) furnished(refunds int) *shop {
	for range 4 {
		s.pays("capture_method", "manual")
		s.must("POST", "/v1/payment_intents", form("amount", "1000", "currency", "usd"), nil)
	}
	for range refunds {
		s.must("POST", "/v1/refunds", form("payment_intent", s.pays().ID), nil)
	}
	switches := s.Switches()
	waiting := switches
	waiting.RefundsBegin = "requires_action"
	for _, move := range []sim.Switches{waiting, switches} {
		if err := s.SetSwitches(move); err != nil {
			panic(err)
		}
		for range 3 {
			s.must("POST", "/v1/refunds", form("payment_intent", s.pays().ID, "amount", "100"), nil)
		}
	}
	return s
}

// every is all rows of a list.
func every[T any](s *shop, path string, f url.Values) (all []T) {
	if f == nil {
		f = url.Values{}
	}
	f.Set("limit", "100")
	for {
		var page struct {
			Data []json.RawMessage `json:"data"`
			More bool              `json:"has_more"`
		}
		s.must("GET", path, f, &page)
		for _, raw := range page.Data {
			var x T
			var head struct{ ID string }
			if json.Unmarshal(raw, &x) != nil || json.Unmarshal(raw, &head) != nil {
				panic(string(raw))
			}
			all = append(all, x)
			f.Set("starting_after", head.ID)
		}
		if !page.More {
			return all
		}
	}
}

// expectedCustomer is a customer in the contract's words, as a person would translate it.
func expectedCustomer(x sdk.Customer) *paymentsv1.Customer {
	m := &paymentsv1.Customer{
		DisplayName: x.Name, Email: x.Email, Phone: x.Phone, Description: x.Description, TaxStatus: paymentsv1.Customer_TAX_STATUS_TAXABLE,
		CurrencyCode: strings.ToUpper(string(x.Currency)), BalanceMinorUnits: x.Balance, Delinquent: x.Delinquent, Metadata: own(x.Metadata), CreateTime: seconds(x.Created),
	}
	if method := x.InvoiceSettings.DefaultPaymentMethod; method != nil {
		m.DefaultPaymentMethod = method.ID
	}
	return m
}

func (s *shop) expectedPayment(x sdk.PaymentIntent) *paymentsv1.Payment {
	states := map[sdk.PaymentIntentStatus]paymentsv1.Payment_State{
		"requires_payment_method": 1, "requires_confirmation": 2, "requires_action": 3, "processing": 4, "requires_capture": 5, "succeeded": 6, "canceled": 7,
	}
	m := &paymentsv1.Payment{
		Amount: usual(x.Amount, x.Currency), State: states[x.Status], Description: x.Description, ReceiptEmail: x.ReceiptEmail,
		CaptureMode: paymentsv1.Payment_CAPTURE_MODE_AUTOMATIC, AmountCapturable: none(x.AmountCapturable, x.Currency),
		AmountReceived: none(x.AmountReceived, x.Currency), CancelTime: seconds(x.CanceledAt), Metadata: own(x.Metadata), CreateTime: seconds(x.Created),
	}
	if x.CaptureMethod == "manual" {
		m.CaptureMode = paymentsv1.Payment_CAPTURE_MODE_MANUAL
	}
	m.CancelReason = map[sdk.PaymentIntentCancellationReason]paymentsv1.Payment_CancelReason{
		"duplicate": paymentsv1.Payment_CANCEL_REASON_DUPLICATE, "automatic": paymentsv1.Payment_CANCEL_REASON_BY_VENDOR,
		"void_invoice": paymentsv1.Payment_CANCEL_REASON_BY_VENDOR,
	}[x.CancellationReason]
	if x.Customer != nil {
		m.Customer = s.name + "/customers/" + x.Customer.ID
	}
	if x.PaymentMethod != nil {
		m.PaymentMethod = x.PaymentMethod.ID
	}
	if e := x.LastPaymentError; e != nil {
		m.LastDecline = &paymentsv1.Decline{Code: string(e.Code), Reason: string(e.DeclineCode), Message: e.Msg, Advice: advised(string(e.DeclineCode))}
	}
	if c := s.charge(x.LatestCharge); c != nil {
		m.LatestCharge = &paymentsv1.Charge{
			Id: c.ID, State: map[sdk.ChargeStatus]paymentsv1.Charge_State{"pending": 1, "succeeded": 2, "failed": 3}[c.Status], Amount: usual(c.Amount, c.Currency),
			AmountCaptured: none(c.AmountCaptured, c.Currency), AmountRefunded: none(c.AmountRefunded, c.Currency), Disputed: c.Disputed, CreateTime: seconds(c.Created),
		}
		if c.FailureCode != "" {
			m.LatestCharge.Decline = &paymentsv1.Decline{Code: c.FailureCode, Reason: c.Outcome.Reason, Message: c.FailureMessage, Advice: advised(c.Outcome.Reason)}
		}
	}
	return m
}

// charge is a payment's latest charge as it really is.
func (s *shop) charge(c *sdk.Charge) *sdk.Charge {
	if c == nil {
		return nil
	}
	raw, _ := s.Truth("", c.ID)
	whole := &sdk.Charge{}
	if err := json.Unmarshal(raw, whole); err != nil {
		panic(err)
	}
	return whole
}

func advised(reason string) paymentsv1.Decline_Advice {
	return map[string]paymentsv1.Decline_Advice{
		"generic_decline": paymentsv1.Decline_ADVICE_PAYER_MUST_ACT, "insufficient_funds": paymentsv1.Decline_ADVICE_TRY_LATER,
	}[reason]
}

func (s *shop) expectedRefund(x sdk.Refund) *paymentsv1.Refund {
	return &paymentsv1.Refund{
		Payment: s.name + "/payments/" + x.PaymentIntent.ID, Charge: x.Charge.ID, Amount: usual(x.Amount, x.Currency),
		State:    map[sdk.RefundStatus]paymentsv1.Refund_State{"pending": 1, "requires_action": 2, "succeeded": 3, "failed": 4, "canceled": 5}[x.Status],
		Reason:   map[sdk.RefundReason]paymentsv1.Refund_Reason{"duplicate": 1, "fraudulent": 2, "requested_by_customer": 3}[x.Reason],
		Metadata: own(x.Metadata), CreateTime: seconds(x.Created),
	}
}

func own(metadata map[string]string) map[string]string {
	delete(metadata, "breakwater_job")
	delete(metadata, "breakwater_item")
	if len(metadata) == 0 {
		return nil
	}
	return metadata
}

// usual is an amount with the decimals that people expect of the currencies in these tests.
func usual(amount int64, currency sdk.Currency) *typev1.Money {
	decimals := map[sdk.Currency]int32{"jpy": 0, "kwd": 3}
	n, odd := decimals[currency]
	if !odd {
		n = 2
	}
	return &typev1.Money{CurrencyCode: strings.ToUpper(string(currency)), MinorUnits: amount, Decimals: &n}
}

func none(amount int64, currency sdk.Currency) *typev1.Money {
	if amount == 0 {
		return nil
	}
	return usual(amount, currency)
}

func seconds(at int64) *timestamppb.Timestamp {
	if at == 0 {
		return nil
	}
	return &timestamppb.Timestamp{Seconds: at}
}
