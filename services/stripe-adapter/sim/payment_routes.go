package sim

import "slices"

func intentParams() []param {
	return []param{
		textMax("description", 1000), text("customer"), expandable(), metadata(), text("payment_method"), texts("payment_method_types"),
		text("receipt_email"), choice("setup_future_usage", "off_session", "on_session"), textMax("statement_descriptor", 22),
		textMax("statement_descriptor_suffix", 22), text("transfer_group"),
	}
}

func captureChoice() param { return choice("capture_method", "automatic", "automatic_async", "manual") }

func confirmParams() []param {
	return []param{choice("off_session", "true", "false", "one_off", "recurring"), text("return_url"), flag("error_on_requires_action")}
}

func paymentRoutes() []route {
	const all, one = "/v1/payment_intents", "/v1/payment_intents/{intent}"
	return []route{
		lister("payment_intent", all, []param{window("created"), text("customer")}, func(c *call, p *paymentIntent) bool {
			return !c.in.has("customer") || value(p.Customer) == c.in.text("customer")
		}),
		reader("payment_intent", all, "intent"),
		{method: "POST", path: all, write: createIntent, params: slices.Concat(intentParams(), confirmParams(), []param{
			whole("amount").must(), text("currency").must(), captureChoice(), flag("confirm"), choice("confirmation_method", "automatic", "manual"),
			hash("automatic_payment_methods", flag("enabled").must(), choice("allow_redirects", "always", "never")),
		})},
		{method: "POST", path: one, write: updateIntent, params: append(intentParams(), whole("amount"), text("currency"), captureChoice())},
		{method: "POST", path: one + "/confirm", write: confirmIntent, params: append(confirmParams(), text("payment_method"), captureChoice(), text("receipt_email"), expandable())},
		{method: "POST", path: one + "/capture", write: captureIntent, params: []param{whole("amount_to_capture"), flag("final_capture"), metadata(), textMax("statement_descriptor", 22), expandable()}},
		{method: "POST", path: one + "/cancel", write: cancelIntent, params: []param{choice("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned"), expandable()}},
	}
}
