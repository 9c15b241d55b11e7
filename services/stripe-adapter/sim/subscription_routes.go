package sim

import "slices"

func subscriptionParams() []param {
	return []param{
		flag("cancel_at_period_end"), whole("cancel_at"), choice("collection_method", "charge_automatically", "send_invoice"), whole("days_until_due"),
		text("default_payment_method"), textMax("description", 500), expandable(), metadata(), flag("off_session"), text("trial_end"),
		choice("payment_behavior", "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"),
		choice("proration_behavior", "always_invoice", "create_prorations", "none"),
		hash("trial_settings", hash("end_behavior", choice("missing_payment_method", "cancel", "create_invoice", "pause").must()).must()),
	}
}

func cancelDetails() param {
	return hash("cancellation_details", text("comment"), choice("feedback", "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused"))
}

func subscriptionRoutes() []route {
	const all, one = "/v1/subscriptions", "/v1/subscriptions/{subscription_exposed_id}"
	return []route{
		lister("subscription", all, []param{
			window("created"), text("customer"), text("price"), choice("collection_method", "charge_automatically", "send_invoice"), window("current_period_end"), window("current_period_start"),
			choice("status", "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid"),
		}, listedSubscription),
		reader("subscription", all, "subscription_exposed_id"),
		{method: "POST", path: all, write: createSubscription, params: append(subscriptionParams(),
			text("customer").must(), text("currency"), whole("trial_period_days"),
			list("items", text("price"), whole("quantity"), metadata()))},
		{method: "POST", path: one, write: updateSubscription, params: append(subscriptionParams(), cancelDetails(),
			hash("pause_collection", choice("behavior", "keep_as_draft", "mark_uncollectible", "void").must(), whole("resumes_at")),
			list("items", text("id"), text("price"), whole("quantity"), flag("deleted"), metadata()))},
		{method: "DELETE", path: one, write: endSubscription, params: []param{cancelDetails(), flag("invoice_now"), flag("prorate"), expandable()}},
		{method: "POST", path: "/v1/subscriptions/{subscription}/resume", write: resumeSubscription, params: []param{
			choice("billing_cycle_anchor", "now", "unchanged"), choice("proration_behavior", "always_invoice", "create_prorations", "none"), expandable(),
		}},
		lister("subscription_item", "/v1/subscription_items", []param{text("subscription").must()}, func(c *call, i *subscriptionItem) bool {
			return i.Subscription == c.in.text("subscription")
		}),
		reader("subscription_item", "/v1/subscription_items", "item"),
	}
}

// listedSubscription: canceled ones only if they are asked for. [official: api subscriptions list, "status"]
func listedSubscription(c *call, s *subscription) bool {
	status := c.in.text("status")
	shown := status == "all" || status == s.Status || status == "" && s.Status != "canceled" || status == "ended" && s.ended()
	return shown && (!c.in.has("customer") || s.Customer == c.in.text("customer")) &&
		(!c.in.has("collection_method") || s.CollectionMethod == c.in.text("collection_method")) &&
		(!c.in.has("price") || slices.ContainsFunc(s.items, func(i *subscriptionItem) bool { return i.Price.ID == c.in.text("price") })) &&
		c.in.within("current_period_end", s.periodEnd())
}
