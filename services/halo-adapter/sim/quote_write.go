package sim

import (
	"cmp"
	"encoding/json"
	"strings"
)

// admitQuote refuses a quotation without a title, and a change of one that was answered [unsure].
func (h *Halo) admitQuote(old, next *quote, element json.RawMessage, by actor) error {
	in := quoteInput{quoteFields: &quoteFields{}}
	if err := fill(element, &in); err != nil {
		return err
	}
	if strings.TrimSpace(next.Fields.Title) == "" && !in.NoValidate {
		return invalid("Please enter a Title.")
	}
	if t, err := h.liveTicket(int(next.Fields.TicketID)); next.Fields.TicketID != 0 {
		if err != nil {
			return invalid("Invalid ticket")
		}
		next.Fields.ClientID = cmp.Or(next.Fields.ClientID, t.Fields.ClientID)
	}
	if old != nil && old.Fields.Answer.State != 0 && by.application != "" {
		return invalid("This quotation has been answered and cannot be changed.")
	}
	if in.Lines == nil {
		return nil
	}
	lines, err := takenLines(next.Fields.Lines, in.Lines, old != nil && h.Switches().LinesOnUpdate == "merge", h.lineNumber)
	next.Fields.Lines = lines
	return err
}
