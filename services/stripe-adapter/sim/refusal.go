package sim

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// refusal is why a request is not done, as the vendor says it.
type refusal struct {
	status                       int
	kind                         string // empty: invalid_request_error
	code, decline, advice, param string
	message, charge              string
	intent, method               object
	keep                         bool // what was changed on the way stays: a decline is a state too
	unprocessed                  bool // it never got a request id
}

func (r refusal) Error() string { return r.message }

func invalid(code, param, format string, args ...any) refusal {
	return refusal{status: http.StatusBadRequest, code: code, param: param, message: fmt.Sprintf(format, args...)}
}

func unknown(name string) refusal {
	return invalid("parameter_unknown", name, "Received unknown parameter: %s", name)
}

// missing is what is not there; a read answers 404 and a reference to it 400. [official: error codes; community: issue threads]
func missing(status int, kind, id, param string) refusal {
	names := map[string]string{
		"invoiceitem": "invoiceitem", "payment_intent": "payment_intent", "payment_method": "PaymentMethod", "webhook_endpoint": "webhook endpoint",
		"invoice_payment": "invoice payment", "subscription_item": "subscription item",
	}
	return refusal{status: status, code: "resource_missing", param: param, message: fmt.Sprintf("No such %s: '%s'", orText(names[kind], kind), id)}
}

// body is the refusal as JSON. [official: OpenAPI api_errors]
func (r refusal) body(request string) map[string]any {
	e := map[string]any{"type": orText(r.kind, "invalid_request_error"), "message": r.message}
	for name, value := range map[string]string{"code": r.code, "decline_code": r.decline, "advice_code": r.advice, "param": r.param, "charge": r.charge} {
		if value != "" {
			e[name] = value
		}
	}
	if r.code != "" {
		e["doc_url"] = "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(r.code, "_", "-")
	}
	if request != "" {
		e["request_log_url"] = "https://dashboard.stripe.com/test/logs/" + request
	}
	if r.intent != nil {
		e["payment_intent"] = r.intent
	}
	if r.method != nil {
		e["payment_method"] = r.method
	}
	return map[string]any{"error": e}
}

func asRefusal(err error) refusal {
	var no refusal
	if errors.As(err, &no) {
		return no
	}
	return refusal{status: http.StatusInternalServerError, kind: "api_error", message: err.Error()}
}

func (s *Stripe) refuse(w http.ResponseWriter, no refusal) {
	request := w.Header().Get("Request-Id")
	if no.unprocessed {
		request = ""
		w.Header().Del("Request-Id")
	}
	vendorsim.WriteJSON(w, no.status, no.body(request))
}

// refuseStatus is what the fault plan makes the vendor say.
func (s *Stripe) refuseStatus(w http.ResponseWriter, _ *http.Request, status int) {
	if advice := s.Switches().ShouldRetry; advice != "" {
		w.Header().Set("Stripe-Should-Retry", advice)
	}
	if status == http.StatusTooManyRequests {
		s.throttle(w, s.Switches().ThrottleAs)
		return
	}
	no := refusal{status: status, kind: "api_error", message: "An unknown error occurred"}
	switch status {
	case http.StatusUnauthorized:
		no = badKey("")
	case http.StatusConflict:
		no = refusal{status: status, code: "lock_timeout", message: "This object cannot be accessed right now because another API request or Stripe process is currently accessing it."}
	case http.StatusFailedDependency:
		no.message = "The request couldn't be completed due to a failure in a dependency external to Stripe."
	}
	s.refuse(w, no)
}

// throttle answers 429. A limiter says which it was; a lock that could not be had says nothing and has no request id.
// [official: rate-limits; community: captured answer of lock_timeout]
func (s *Stripe) throttle(w http.ResponseWriter, reason string) {
	if reason == "lock_timeout" {
		s.refuse(w, refusal{
			status: http.StatusTooManyRequests, code: "lock_timeout", unprocessed: true,
			message: "This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request.",
		})
		return
	}
	w.Header().Set("Stripe-Rate-Limited-Reason", reason)
	s.refuse(w, refusal{status: http.StatusTooManyRequests, code: "rate_limit", message: "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits."})
}
