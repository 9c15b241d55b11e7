package sim

// basil is where fields moved: before it, an invoice says its payment and its subscription, a charge its invoice, and a
// subscription its period. [official: changelog 2025-03-31]
const basil = "2025-03-31"

func modern(version string) bool { return version >= basil }

// age gives the objects in view the fields that they had before basil. What was taken away then is not put back where nothing
// reads it; what was renamed is here under both names.
func (a *account) age(view any) {
	switch v := view.(type) {
	case []any:
		for _, element := range v {
			a.age(element)
		}
	case map[string]any:
		for _, inner := range v {
			a.age(inner)
		}
		a.ageObject(v)
	}
}

func (a *account) ageObject(v map[string]any) {
	id := asText(v["id"])
	switch v["object"] {
	case "invoice":
		v["paid"], v["payment_intent"], v["charge"], v["subscription"] = v["status"] == "paid", nil, nil, nil
		if intent, ok := a.intentOf(id); ok {
			v["payment_intent"], v["charge"] = intent.ID, intent.LatestCharge
		}
		if parent, _ := v["parent"].(map[string]any); parent != nil {
			details, _ := parent["subscription_details"].(map[string]any)
			v["subscription"] = details["subscription"]
		}
		delete(v, "parent")
	case "payment_intent", "charge":
		v["invoice"] = nil
		intent := id
		if v["object"] == "charge" {
			intent = asText(v["payment_intent"])
		}
		for _, p := range all(a, "invoice_payment", func(p *invoicePayment) bool { return value(p.Payment.Intent) == intent }) {
			v["invoice"] = p.Invoice
		}
	case "subscription":
		items, _ := v["items"].(map[string]any)
		rows, _ := items["data"].([]any)
		for _, row := range rows {
			item, _ := row.(map[string]any)
			v["current_period_start"], v["current_period_end"] = item["current_period_start"], item["current_period_end"]
			delete(item, "current_period_start")
			delete(item, "current_period_end")
		}
	}
}

// intentOf is the payment of an invoice.
func (a *account) intentOf(invoice string) (*paymentIntent, bool) {
	for _, p := range all(a, "invoice_payment", func(p *invoicePayment) bool { return p.Invoice == invoice }) {
		if intent, ok := find[*paymentIntent](a, "payment_intent", value(p.Payment.Intent)); ok {
			return intent, true
		}
	}
	return nil, false
}
