package stripe

import (
	"fmt"
	"strconv"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// read understands an entry of the ledger. Its fields are those of the form that was sent.
func read(e vendorsim.Entry) history.Deed {
	d := history.Deed{Entry: e, About: e.ID, Sets: map[string]string{}}
	if d.Follows = follows(e); d.Follows {
		return d
	}
	for theirs, ours := range map[string]string{"name": "display_name", "description": "description", "email": "email"} {
		if value, sent := e.Fields[theirs]; sent {
			d.Sets[ours] = fmt.Sprint(value)
		}
	}
	for _, field := range []string{"name", "description", "metadata[" + token + "]", "amount_to_capture"} {
		if value, sent := e.Fields[field]; sent {
			d.Values = append(d.Values, fmt.Sprint(value))
		}
	}
	if e.Kind == invoice || e.Kind == "invoiceitem" {
		billing(&d)
	}
	switch e.Op {
	case "create":
		d.Mark = e.Marks["breakwater_job"]
	case "delete":
		d.Asked = history.Delete
	case "confirm", "decline":
		if e.Kind == invoice {
			break
		}
		d.Asked, d.Attempt, d.Failed = history.Create, true, e.Op == "decline"
	case "capture":
		d.Asked = history.Capture
	case "cancel":
		if d.Asked = history.Cancel; e.Kind == subscription { // with its customer it ends, too
			d.With = history.Delete
		}
	}
	if e.Kind == "refund" && d.ByHand() {
		d.About = e.Parent // money is counted by payment
		d.Back, _ = strconv.ParseInt(fmt.Sprint(e.Fields["amount"]), 10, 64)
	}
	return d
}

// follows is whether something comes of another deed, which is judged itself: of an invoice that is paid its payment, of a subscription
// its first invoice.
func follows(e vendorsim.Entry) bool {
	_, subscribed := e.Fields["items[0][price]"]
	_, ours := e.Marks["breakwater_job"]
	switch e.Kind {
	case "payment_intent":
		return !ours && (e.Op == "confirm" || e.Op == "decline")
	case invoice:
		return subscribed
	default:
		return false
	}
}

// billing understands what is done with an invoice. Its item is tried once, as a payment of it is: a second one nobody has decided on.
func billing(d *history.Deed) {
	switch {
	case d.Kind == "invoiceitem":
		d.Attempt = d.Op == "create"
	case d.Op == "finalize": // who pays a draft finalizes it
		_, paid := d.Fields["payment_method"]
		d.Asked, d.Follows = history.Finalize, paid
	case d.Op == "pay", d.Op == "decline":
		d.Asked, d.Attempt, d.Failed = history.Pay, true, d.Op == "decline"
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
