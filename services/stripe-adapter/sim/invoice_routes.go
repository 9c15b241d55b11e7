package sim

func invoiceParams() []param {
	return []param{
		flag("auto_advance"), whole("automatically_finalizes_at"), choice("collection_method", "charge_automatically", "send_invoice"), whole("days_until_due"),
		text("default_payment_method"), textMax("description", 1500), whole("due_date"), textMax("footer", 5000), metadata(), textMax("statement_descriptor", 22),
		textMax("number", 26), expandable(),
	}
}

func invoiceRoutes() []route {
	const all, one = "/v1/invoices", "/v1/invoices/{invoice}"
	move := func(name string, write func(*change, *call) (any, error), params ...param) route {
		return route{method: "POST", path: one + "/" + name, params: append(params, expandable()), write: write}
	}
	return []route{
		lister("invoice", all, []param{
			window("created"), text("customer"), text("subscription"), choice("status", "draft", "open", "paid", "uncollectible", "void"), window("due_date"),
			choice("collection_method", "charge_automatically", "send_invoice"),
		}, listedInvoice),
		reader("invoice", all, "invoice"),
		{method: "POST", path: all, write: createInvoice, params: append(invoiceParams(),
			text("customer"), text("currency"), text("subscription"), choice("pending_invoice_items_behavior", "exclude", "include"))},
		{method: "POST", path: one, params: invoiceParams(), write: updateInvoice},
		{method: "DELETE", path: one, write: deleteInvoice},
		move("finalize", finalizeInvoice, flag("auto_advance")),
		move("send", sendInvoice),
		move("pay", payInvoice, text("payment_method"), flag("paid_out_of_band"), flag("off_session"), flag("forgive")),
		move("void", voidInvoice),
		move("mark_uncollectible", markUncollectible),
		{method: "GET", path: one + "/lines", params: paging(), read: listLines},
	}
}

func listedInvoice(c *call, x *invoice) bool {
	return (!c.in.has("customer") || x.Customer == c.in.text("customer")) && (!c.in.has("subscription") || x.subscription() == c.in.text("subscription")) &&
		(!c.in.has("status") || x.Status == c.in.text("status")) && (!c.in.has("collection_method") || x.CollectionMethod == c.in.text("collection_method")) &&
		(!c.in.has("due_date") || x.DueDate != nil && c.in.within("due_date", *x.DueDate))
}

// listLines is all lines of an invoice, in the order in which it shows them.
func listLines(c *call) (any, error) {
	o, err := c.get("invoice", c.PathValue("invoice"))
	x, ok := o.(*invoice)
	if err != nil || !ok {
		return nil, missing(404, "invoice", c.PathValue("invoice"), "invoice")
	}
	var rows []object
	for _, line := range x.lines {
		rows = append(rows, line)
	}
	return c.cut(rows, x.Lines.URL)
}
