package sim

import (
	"strconv"
	"strings"
	"time"
)

// references are the fields that hold an id and can be expanded: by the kind that has them, to the kind they lead to. Those that
// begin with "+" are left out unless they are asked for. [official: OpenAPI x-expandableFields]
func references() map[string]map[string]string {
	return map[string]map[string]string{
		"customer":          {"+subscriptions": "subscription"},
		"payment_method":    {"customer": "customer"},
		"payment_intent":    {"customer": "customer", "latest_charge": "charge", "payment_method": "payment_method"},
		"charge":            {"customer": "customer", "payment_intent": "payment_intent", "+refunds": "refund"},
		"refund":            {"charge": "charge", "payment_intent": "payment_intent", "customer": "customer"},
		"invoice":           {"customer": "customer", "default_payment_method": "payment_method", "+payments": "invoice_payment"},
		"invoiceitem":       {"customer": "customer", "invoice": "invoice"},
		"invoice_payment":   {"invoice": "invoice", "payment.payment_intent": "payment_intent", "payment.charge": "charge"},
		"subscription":      {"customer": "customer", "latest_invoice": "invoice", "default_payment_method": "payment_method"},
		"product":           {"default_price": "price"},
		"price":             {"product": "product"},
		"line_item":         {},
		"subscription_item": {},
	}
}

const maxExpansion = 4

// shown is an answer as the caller asked for it: expanded, and in its version.
func (c *call) shown(answer any) (any, error) {
	wanted := c.in.texts("expand")
	if len(wanted) == 0 && modern(c.version) {
		return answer, nil
	}
	view := fields(answer)
	for n, path := range wanted {
		steps := strings.Split(path, ".")
		depth := len(steps)
		if steps[0] == "data" {
			depth--
		}
		if depth > maxExpansion {
			return nil, invalid("", "expand["+strconv.Itoa(n)+"]", "You cannot expand more than %d levels of a property.", maxExpansion)
		}
		if !c.expand(view, steps) {
			return nil, invalid("", "expand["+strconv.Itoa(n)+"]", "This property cannot be expanded (%s).", path)
		}
	}
	if !modern(c.version) {
		c.a.age(view)
	}
	return view, nil
}

// expand is false where there is nothing of that name.
func (c *call) expand(view map[string]any, steps []string) bool {
	if len(steps) == 0 {
		return true
	}
	if view["object"] == "list" {
		return steps[0] == "data" && c.expandAll(view["data"], steps[1:])
	}
	kind, _ := view["object"].(string)
	step, rest := steps[0], steps[1:]
	if nested := references()[kind]; nested["+"+step] != "" {
		if view[step] == nil {
			view[step] = fields(c.a.belongings(step, asText(view["id"])))
		}
		inner, _ := view[step].(map[string]any)
		return c.expand(inner, rest)
	}
	if inner, ok := view[step].(map[string]any); ok { // a hash on the way, or expanded before
		if kind == "invoice_payment" && len(rest) > 0 {
			return c.follow(inner, rest[0], references()[kind][step+"."+rest[0]], rest[1:])
		}
		return c.expand(inner, rest)
	}
	return c.follow(view, step, references()[kind][step], rest)
}

func (c *call) follow(view map[string]any, field, kind string, rest []string) bool {
	if kind == "" {
		return false
	}
	id, ok := view[field].(string)
	if !ok {
		return true // null, or expanded before
	}
	if o, found := c.a.shelves[kind].Get(id, time.Time{}); found {
		inner := fields(o)
		view[field] = inner
		return c.expand(inner, rest)
	}
	return true
}

func (c *call) expandAll(data any, steps []string) bool {
	rows, _ := data.([]any)
	for _, row := range rows {
		view, _ := row.(map[string]any)
		if !c.expand(view, steps) {
			return false
		}
	}
	return true
}

func asText(value any) string {
	s, _ := value.(string)
	return s
}

// belongings is the list that an object shows when it is asked to.
func (a *account) belongings(field, id string) page {
	out := page{Object: "list", Data: []any{}}
	switch field {
	case "subscriptions":
		out.URL = "/v1/customers/" + id + "/subscriptions"
		for _, x := range all(a, "subscription", func(x *subscription) bool { return x.Customer == id && x.Status != "canceled" }) {
			out.Data = append(out.Data, x)
		}
	case "refunds":
		out.URL = "/v1/charges/" + id + "/refunds"
		for _, x := range all(a, "refund", func(x *refund) bool { return value(x.Charge) == id }) {
			out.Data = append(out.Data, x)
		}
	case "payments":
		out.URL = "/v1/invoice_payments"
		for _, x := range all(a, "invoice_payment", func(x *invoicePayment) bool { return x.Invoice == id }) {
			out.Data = append(out.Data, x)
		}
	}
	if len(out.Data) > 10 {
		out.Data, out.HasMore = out.Data[:10], true
	}
	return out
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
