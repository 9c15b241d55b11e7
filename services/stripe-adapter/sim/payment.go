package sim

import "slices"

// paymentIntent is one intention to take money. [official: OpenAPI payment_intent]
type paymentIntent struct {
	identity
	Amount               int64             `json:"amount"`
	AmountCapturable     int64             `json:"amount_capturable"`
	AmountDetails        tipDetails        `json:"amount_details"`
	AmountReceived       int64             `json:"amount_received"`
	Application          *none             `json:"application"`
	ApplicationFeeAmount *none             `json:"application_fee_amount"`
	Automatic            *automaticMethods `json:"automatic_payment_methods"`
	CanceledAt           *int64            `json:"canceled_at"`
	CancellationReason   *string           `json:"cancellation_reason"`
	CaptureMethod        string            `json:"capture_method"`
	ClientSecret         string            `json:"client_secret"`
	ConfirmationMethod   string            `json:"confirmation_method"`
	Created              int64             `json:"created"`
	Currency             string            `json:"currency"`
	Customer             *string           `json:"customer"`
	CustomerAccount      *none             `json:"customer_account"`
	Description          *string           `json:"description"`
	ExcludedTypes        *none             `json:"excluded_payment_method_types"`
	LastPaymentError     *paymentError     `json:"last_payment_error"`
	LatestCharge         *string           `json:"latest_charge"`
	Livemode             bool              `json:"livemode"`
	Metadata             map[string]string `json:"metadata"`
	NextAction           *nextAction       `json:"next_action"`
	OnBehalfOf           *none             `json:"on_behalf_of"`
	PaymentMethod        *string           `json:"payment_method"`
	MethodConfiguration  *none             `json:"payment_method_configuration_details"`
	MethodOptions        map[string]any    `json:"payment_method_options"`
	PaymentMethodTypes   []string          `json:"payment_method_types"`
	Processing           *none             `json:"processing"`
	ReceiptEmail         *string           `json:"receipt_email"`
	Review               *none             `json:"review"`
	SetupFutureUsage     *string           `json:"setup_future_usage"`
	Shipping             *none             `json:"shipping"`
	StatementDescriptor  *string           `json:"statement_descriptor"`
	DescriptorSuffix     *string           `json:"statement_descriptor_suffix"`
	Status               string            `json:"status"`
	TransferData         *none             `json:"transfer_data"`
	TransferGroup        *string           `json:"transfer_group"`

	invoice    string // that it pays; empty: none
	offSession bool
	until      int64 // when a slow payment ends, or a reservation runs out
}

type tipDetails struct {
	Tip map[string]any `json:"tip"`
}

type automaticMethods struct {
	AllowRedirects string `json:"allow_redirects,omitempty"`
	Enabled        bool   `json:"enabled"`
}

type nextAction struct {
	Type          string       `json:"type"`
	RedirectToURL *redirection `json:"redirect_to_url,omitempty"`
}

type redirection struct {
	ReturnURL *string `json:"return_url"`
	URL       string  `json:"url"`
}

// paymentError is why the last attempt failed. [official: OpenAPI api_errors]
type paymentError struct {
	AdviceCode    string         `json:"advice_code,omitempty"`
	Charge        string         `json:"charge,omitempty"`
	Code          string         `json:"code"`
	DeclineCode   string         `json:"decline_code,omitempty"`
	DocURL        string         `json:"doc_url"`
	Message       string         `json:"message"`
	PaymentMethod *paymentMethod `json:"payment_method,omitempty"`
	Type          string         `json:"type"`
}

func (p *paymentIntent) marks() map[string]string { return p.Metadata }

// in says whether it stands in one of the states.
func (p *paymentIntent) in(states ...string) bool { return slices.Contains(states, p.Status) }
