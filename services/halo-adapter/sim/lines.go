package sim

import (
	"encoding/json"
	"math"
	"slices"
)

// lined is a line of a quotation or an invoice.
type lined[L any] interface {
	*L
	number() *int32 // its own id
}

// takenLines is what lines are after a write: one with an id is changed, one without is added. Whether those that are not sent stay
// is unknown, so a switch [unsure].
func takenLines[L any, P lined[L]](old []L, list []json.RawMessage, merge bool, give func() int32) ([]L, error) {
	var out []L
	if merge {
		out = slices.Clone(old)
	}
	for _, element := range list {
		var head struct {
			ID int32 `json:"id"`
		}
		if err := fill(element, &head); err != nil {
			return nil, err
		}
		same := func(l L) bool { return head.ID != 0 && *P(&l).number() == head.ID }
		var line L
		if at := slices.IndexFunc(old, same); at >= 0 {
			line = old[at]
		} else if head.ID != 0 {
			return nil, absent("line")
		}
		if err := fill(element, P(&line)); err != nil {
			return nil, err
		}
		if *P(&line).number() == 0 {
			*P(&line).number() = give()
		}
		if at := slices.IndexFunc(out, same); at >= 0 {
			out[at] = line
		} else {
			out = append(out, line)
		}
	}
	return out, nil
}

// lineNumber is the next id of a line; those of quotations and invoices are one series here.
func (h *Halo) lineNumber() int32 {
	h.lastLine++
	return h.lastLine
}

// price is what a line costs: net after the discount, and the tax on it.
func price(quantity, each, discount float64, tax string) (net, taxed float64) {
	net = cents(quantity * each * (1 - discount/100))
	if tax == "" || tax == "None" {
		return net, 0
	}
	return net, cents(net * 0.2)
}

func cents(amount float64) float64 { return math.Round(amount*100) / 100 }
