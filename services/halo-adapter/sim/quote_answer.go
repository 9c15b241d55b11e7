package sim

import (
	"cmp"
	"encoding/json"
	"slices"
)

func (h *Halo) quoteRoutes() []route {
	return []route{
		{"POST", "/Quotation/Approval", nil, "edit:quotes", h.postApproval},
		{"POST", "/Quotation/Lines", nil, "edit:quotes", h.postQuoteLines},
	}
}

// approval is the client's answer (schema QuotationApproval).
type approval struct {
	ID       int32  `json:"id"`
	Token    string `json:"token"`
	Result   bool   `json:"result"`
	Name     string `json:"approvalname"`
	Email    string `json:"approvalemailaddress"`
	Note     string `json:"approvalnote"`
	PONumber string `json:"ponumber"`
}

// postApproval answers with the quotation [unsure].
func (h *Halo) postApproval(c *call) (any, error) {
	list, err := elements(c.Request)
	if err != nil {
		return nil, err
	}
	s := h.Switches()
	var made []any
	for _, element := range list {
		r, err := h.approve(element, c.by)
		if err != nil {
			return nil, err
		}
		made = append(made, h.quoteView(r, true, s))
	}
	return postAnswer(made, false, s.PostAnswer), nil
}

// approve takes the answer once; whether a second one is refused is unknown, so a switch.
func (h *Halo) approve(element json.RawMessage, by actor) (*quote, error) {
	var in approval
	if err := fill(element, &in); err != nil {
		return nil, err
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	old, ok := h.quotes.get(int(in.ID))
	if !ok {
		return nil, absent("quotation")
	}
	s := h.Switches()
	if old.Fields.Answer.State != 0 && s.SecondApproval == "refused" {
		return nil, invalid("This quotation has already been answered.")
	}
	next, _ := h.quotes.begin(h, old, by)
	next.Fields.Answer = quoteAnswer{State: s.answerState(in.Result), AnswererName: in.Name, Address: in.Email, Remark: in.Note, At: next.Updated}
	next.Fields.PONumber = cmp.Or(in.PONumber, next.Fields.PONumber)
	h.quotes.put(h, next, by, "answer", written(element))
	return next, nil
}

// postQuoteLines adds and changes lines without touching the others [official: Halo OpenAPI of 2025, /Quotation/Lines].
func (h *Halo) postQuoteLines(c *call) (any, error) {
	list, err := elements(c.Request)
	if err != nil {
		return nil, err
	}
	var head struct {
		QHID int32 `json:"qhid"`
	}
	if err := fill(list[0], &head); err != nil {
		return nil, err
	}
	h.writing.Lock()
	defer h.writing.Unlock()
	old, ok := h.quotes.get(int(head.QHID))
	if !ok {
		return nil, absent("quotation")
	}
	next, _ := h.quotes.begin(h, old, c.by)
	if next.Fields.Lines, err = takenLines(slices.Clone(old.Fields.Lines), list, true, h.lineNumber); err != nil {
		return nil, err
	}
	h.quotes.put(h, next, c.by, "update", map[string]any{"lines": len(next.Fields.Lines)})
	return h.quoteView(next, true, h.Switches()), nil
}
