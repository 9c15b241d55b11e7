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
	switch e.Op {
	case "create":
		d.Mark = e.Marks["breakwater_job"]
	case "delete":
		d.Asked = history.Delete
	case "confirm", "decline":
		d.Asked, d.Attempt, d.Failed = history.Create, true, e.Op == "decline"
	case "capture":
		d.Asked = history.Capture
	case "cancel":
		d.Asked = history.Cancel
	}
	if e.Kind == "refund" && d.ByHand() {
		d.About = e.Parent // money is counted by payment
		d.Back, _ = strconv.ParseInt(fmt.Sprint(e.Fields["amount"]), 10, 64)
	}
	return d
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
