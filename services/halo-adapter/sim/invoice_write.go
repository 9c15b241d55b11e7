package sim

import (
	"encoding/json"
	"slices"
)

// admitInvoice takes lines and, of people, posting and payment; an integration's posting is ignored [unsure].
func (h *Halo) admitInvoice(old, next *invoice, element json.RawMessage, by actor) error {
	in := invoiceInput{invoiceFields: &invoiceFields{}}
	if err := fill(element, &in); err != nil {
		return err
	}
	if _, there := h.clients.get(int(next.Fields.ClientID)); !there && !in.NoValidate {
		return invalid("Please select a Customer.")
	}
	if old != nil && in.Voided != nil && *in.Voided != old.Fields.Voided {
		return h.void(next, by)
	}
	if old != nil && old.Fields.Voided || old != nil && by.application != "" && !old.Fields.Posted.IsZero() && h.Switches().PostedInvoices == "refused" {
		return invalid("This invoice has been posted and cannot be changed.")
	}
	if in.Lines != nil {
		lines, err := takenLines(next.Fields.Lines, in.Lines, old != nil && h.Switches().LinesOnUpdate == "merge", h.lineNumber)
		if err != nil {
			return err
		}
		next.Fields.Lines = lines
	}
	if by.application == "" {
		handled(next, in)
	}
	return nil
}

// handled is what the tenant's people do with an invoice and integrations cannot.
func handled(r *invoice, in invoiceInput) {
	f := &r.Fields
	if in.Posted != nil && *in.Posted && f.Posted.IsZero() {
		f.Posted = r.Updated
	}
	if in.AmountPaid != nil {
		f.Paid, f.DatePaid = *in.AmountPaid, r.Updated
	}
}

// void ends an invoice, where the API allows it: unknown, so a switch.
func (h *Halo) void(next *invoice, by actor) error {
	how := h.Switches().VoidInvoices
	if by.application == "" {
		how = "honoured"
	}
	switch {
	case how == "ignored":
		return nil
	case how == "refused", next.Fields.Voided, next.Fields.Paid > 0:
		return invalid("This invoice cannot be voided.")
	}
	next.Fields.Voided = true
	return nil
}

// admitRecurring is for people only: integrations have no operation.
func (h *Halo) admitRecurring(_, next *invoice, element json.RawMessage, _ actor) error {
	var in struct {
		Lines []json.RawMessage `json:"lines"`
	}
	if err := fill(element, &in); err != nil {
		return err
	}
	if err := fill(element, &next.Fields.Pattern); err != nil || in.Lines == nil {
		return err
	}
	lines, err := takenLines(next.Fields.Lines, in.Lines, false, h.lineNumber)
	next.Fields.Lines = lines
	return err
}

func (h *Halo) invoiceRoutes() []route {
	return []route{{"POST", "/Invoice/updatelines", nil, "edit:invoices", h.postInvoiceLines}}
}

// postInvoiceLines adds and changes lines without touching the others.
func (h *Halo) postInvoiceLines(c *call) (any, error) {
	list, err := elements(c.Request)
	if err != nil {
		return nil, err
	}
	var head struct {
		IHID int32 `json:"ihid"`
	}
	if err := fill(list[0], &head); err != nil {
		return nil, err
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	old, ok := h.invoices.get(int(head.IHID))
	if !ok {
		return nil, absent("invoice")
	}
	if !old.Fields.Posted.IsZero() && h.Switches().PostedInvoices == "refused" {
		return nil, invalid("This invoice has been posted and cannot be changed.")
	}
	next, _ := h.invoices.begin(h, old, c.by)
	if next.Fields.Lines, err = takenLines(slices.Clone(old.Fields.Lines), list, true, h.lineNumber); err != nil {
		return nil, err
	}
	h.invoices.put(h, next, c.by, "update", map[string]any{"lines": len(next.Fields.Lines)})
	return h.invoiceView(next, true, false, h.Switches()), nil
}
